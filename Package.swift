// swift-tools-version: 6.0
import PackageDescription

// Modules point down only: see the table in README.md. C and C++ libraries come in through flat extern "C" shims, so
// no C++ interoperability mode, no pkg-config and no unsafe flags.
let package = Package(
    name: "Lamina",
    products: [
        .executable(name: "lamina", targets: ["lamina"]),
        .library(name: "Planning", targets: ["Planning"]),
        .library(name: "Meshes", targets: ["Meshes"]),
        .library(name: "Protocols", targets: ["Protocols"]),
    ],
    dependencies: [
        // Command-line parsing, help and completions.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Small asynchronous TCP and HTTP servers: OpenIGTLink's clients and browsers.
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        // The pose stream's messages.
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        .target(name: "CEigenShim", cxxSettings: [.define("EIGEN_MPL2_ONLY")], linkerSettings: [.linkedLibrary("m")]),
        .target(name: "CAssimpShim", linkerSettings: [.linkedLibrary("assimp")]),
        .target(
            name: "CImageShim",
            cSettings: [.headerSearchPath("forward")],
            linkerSettings: [
                .linkedLibrary("gdcmMSFF"), .linkedLibrary("gdcmDSED"), .linkedLibrary("gdcmCommon"),
                .linkedLibrary("niftiio"), .linkedLibrary("znz"), .linkedLibrary("teem"), .linkedLibrary("z"),
                .linkedLibrary("png16"), .linkedLibrary("tiff"),
            ]),
        .target(
            name: "CDicomExportShim",
            linkerSettings: ["dcmseg", "dcmfg", "dcmiod", "dcmdata", "oflog", "ofstd"].map { .linkedLibrary($0) }),
        .target(name: "CInferenceShim", linkerSettings: [.linkedLibrary("dl")]),
        .target(
            name: "CLibraryVersions",
            linkerSettings: [.linkedLibrary("assimp"), .linkedLibrary("z"), .linkedLibrary("png16"), .linkedLibrary("tiff")]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CMinizip", providers: [.apt(["libminizip-dev"])]),
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),

        .target(name: "Concurrency"),
        .target(name: "Digests", dependencies: ["COpenSSL"]),
        .target(name: "Signatures", dependencies: ["COpenSSL"]),
        .target(name: "ZeroMQ", dependencies: ["CZeroMQ"]),
        .target(name: "Frames", dependencies: ["CEigenShim"]),
        .target(name: "Anatomy"),
        .target(name: "RandomNumbers"),
        .target(name: "Pictures"),
        .target(name: "ThreeJS"),
        .target(name: "Volumes", dependencies: ["Frames"]),
        .target(name: "ImageFiles", dependencies: ["Concurrency", "Volumes", "CImageShim"]),
        .target(
            name: "Segmentation", dependencies: ["Concurrency", "Volumes", "Anatomy", "Frames", "Inference"],
            resources: [.embedInCode("Naming/vertebra_spacing.json"), .copy("Models")]),
        .target(name: "Tracking", dependencies: ["Concurrency", "Volumes", "Anatomy", "Frames"]),
        .target(name: "Fluoroscopy", dependencies: ["Digests", "ImageFiles", "Protocols", "Tracking", "Frames", "ZeroMQ"]),
        .target(name: "Simulation", dependencies: ["Tracking", "Volumes", "Anatomy", "Frames", "RandomNumbers"]),
        .target(name: "Evaluation", dependencies: ["Segmentation", "Protocols", "Volumes", "Anatomy", "Frames"]),
        .target(name: "Phantom", dependencies: ["Volumes", "Anatomy", "RandomNumbers"]),
        .target(name: "Inference", dependencies: ["CInferenceShim", "Digests"]),
        .target(name: "Meshes", dependencies: ["Volumes", "CAssimpShim"], path: "Meshes", exclude: ["README.md"]),
        .target(
            name: "Planning", dependencies: ["Concurrency", "Meshes", "Anatomy"], path: "Planning", exclude: ["README.md"],
            resources: [.embedInCode("Catalogue/screws.json")]),
        .target(
            name: "Protocols", dependencies: ["Frames", "Anatomy", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            path: "Protocols", exclude: ["README.md", "Specification", "Clients"]),
        .target(
            name: "Report",
            dependencies: ["Anatomy", "Concurrency", "Digests", "Frames", "ImageFiles", "Meshes", "Pictures", "Planning", "Volumes"],
            resources: [.embedInCode("Resources/report.css"), .embedInCode("Resources/report.js")]),
        .target(name: "CaseFolder", dependencies: ["CLinux", "Digests", "Protocols", "Signatures"]),
        .target(
            name: "Exchange",
            dependencies: ["CDicomExportShim", "CMinizip", "Digests", "Protocols", "Meshes", "Volumes", "Anatomy", "Frames"]),
        .target(name: "Streaming", dependencies: ["CaseFolder", "Digests", "Protocols", "ZeroMQ", "Anatomy"]),
        .target(name: "OpenIGTLink", dependencies: ["Protocols", .product(name: "FlyingSocks", package: "FlyingFox")]),
        .target(
            name: "LocalWeb",
            dependencies: [.product(name: "FlyingFox", package: "FlyingFox"), .product(name: "FlyingSocks", package: "FlyingFox")]),
        .target(
            name: "LiveWeb",
            dependencies: ["LocalWeb", "Protocols", "Streaming", "ThreeJS", .product(name: "FlyingFox", package: "FlyingFox")],
            resources: [.embedInCode("Resources/index.html")]),
        .target(
            name: "ReviewWeb",
            dependencies: ["Anatomy", "LocalWeb", "Planning", "Protocols", "Report", .product(name: "FlyingFox", package: "FlyingFox")],
            resources: [.embedInCode("Resources/review.css"), .embedInCode("Resources/review.js")]),
        .executableTarget(
            name: "lamina",
            dependencies: [
                "Concurrency", "Frames", "Anatomy", "Volumes", "ImageFiles", "Segmentation", "Evaluation", "Phantom", "Meshes", "Planning",
                "Tracking", "Fluoroscopy", "Simulation", "RandomNumbers", "Protocols", "CaseFolder", "Digests", "Exchange", "Inference",
                "LiveWeb",
                "LocalWeb",
                "OpenIGTLink",
                "Pictures",
                "Report",
                "ReviewWeb",
                "Signatures",
                "Streaming",
                "ThreeJS",
                "ZeroMQ",
                "CLibraryVersions",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Names many cases at once for Tools/Evaluation/naming.py; not a product.
        .executableTarget(
            name: "naming-evaluation", dependencies: ["Segmentation", "Anatomy", "Frames"], path: "Tools/NamingEvaluation"),
        // Times the projector for Benchmarks/projection.py; not a product.
        .executableTarget(
            name: "projection-benchmark",
            dependencies: [
                "Tracking", "ImageFiles", "Volumes", "Frames", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tools/ProjectionBenchmark"),

        // Times a registration alone, from given starts, for Tools/Evaluation/fluoroscopy/starts.py; not a product.
        .executableTarget(
            name: "registration-benchmark",
            dependencies: [
                "Tracking", "Fluoroscopy", "ImageFiles", "Segmentation", "Planning", "Protocols", "Volumes", "Frames", "Anatomy",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tools/RegistrationBenchmark"),
        // Times how ticks are written and read; not a product.
        .executableTarget(
            name: "pose-tick-benchmark", dependencies: ["Protocols", "Anatomy", "Frames"], path: "Tools/PoseTickBenchmark"),

        .target(name: "TestSupport", dependencies: ["CZeroMQ", "Anatomy", "Frames", "Protocols", "Volumes"], path: "Tests/TestSupport"),
        .testTarget(name: "ConcurrencyTests", dependencies: ["Concurrency"]),
        .testTarget(name: "DigestsTests", dependencies: ["Digests"]),
        .testTarget(name: "SignaturesTests", dependencies: ["Signatures"]),
        .testTarget(name: "ZeroMQTests", dependencies: ["ZeroMQ", "TestSupport"]),
        .testTarget(name: "FramesTests", dependencies: ["Frames", "TestSupport"]),
        .testTarget(name: "AnatomyTests", dependencies: ["Anatomy"]),
        .testTarget(name: "RandomNumbersTests", dependencies: ["RandomNumbers"]),
        .testTarget(name: "PicturesTests", dependencies: ["Pictures"]),
        .testTarget(name: "ThreeJSTests", dependencies: ["ThreeJS"]),
        .testTarget(name: "VolumesTests", dependencies: ["Volumes", "TestSupport"]),
        .testTarget(name: "ImageFilesTests", dependencies: ["ImageFiles", "TestSupport"], resources: [.copy("Resources")]),
        .testTarget(name: "SegmentationTests", dependencies: ["Segmentation", "TestSupport"]),
        .testTarget(name: "TrackingTests", dependencies: ["Tracking", "TestSupport"], resources: [.copy("Resources")]),
        .testTarget(name: "FluoroscopyTests", dependencies: ["Digests", "Fluoroscopy", "TestSupport"], resources: [.copy("Resources")]),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation", "TestSupport"]),
        .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "Protocols", "TestSupport"]),
        .testTarget(name: "PhantomTests", dependencies: ["Phantom", "TestSupport"]),
        .testTarget(
            name: "InferenceTests", dependencies: ["Inference", "TestSupport"],
            resources: [.copy("Resources")]),
        .testTarget(name: "MeshesTests", dependencies: ["Meshes", "TestSupport"]),
        .testTarget(name: "PlanningTests", dependencies: ["Planning", "Phantom", "Concurrency", "Protocols", "TestSupport"]),
        .testTarget(name: "LocalWebTests", dependencies: ["LocalWeb", .product(name: "FlyingFox", package: "FlyingFox")]),
        .testTarget(
            name: "ReviewWebTests",
            dependencies: [
                "ReviewWeb", "LocalWeb", "Planning", "Phantom", "Protocols", "Report", .product(name: "FlyingFox", package: "FlyingFox"),
            ]),
        .testTarget(name: "ReportTests", dependencies: ["Report", "Phantom", "Digests", "TestSupport"]),
        .testTarget(name: "ProtocolsTests", dependencies: ["Protocols", "TestSupport"]),
        .testTarget(name: "ExchangeTests", dependencies: ["Exchange", "TestSupport"]),
        .testTarget(name: "StreamingTests", dependencies: ["Digests", "Streaming", "TestSupport"]),
        .testTarget(name: "CaseFolderTests", dependencies: ["CaseFolder", "Signatures", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// The address sanitizer's run (Tools/asan.sh) builds the targets that it runs and what they stand on, which takes minutes less than all.
if let wanted = Context.environment["LAMINA_ONLY_TARGETS"] {
    let targets = Dictionary(uniqueKeysWithValues: package.targets.map { ($0.name, $0) })
    var needed: Set<String> = []
    func need(_ name: String) {
        guard let target = targets[name], needed.insert(name).inserted else { return }
        for case .byNameItem(let name, _) in target.dependencies { need(name) }
    }
    for name in wanted.split(separator: " ") { need(String(name)) }
    package.targets.removeAll { !needed.contains($0.name) }
    package.products = []
}
