import Foundation
import Inference
import Synchronization

/// The two networks, ready to run.
public struct SegmentationModel: Sendable {
    public let description: ModelDescription
    /// The description and both networks, for the manifest.
    public let files: [URL]
    public let engine: (name: String, version: String)
    let coarse: NetworkPool
    let fine: NetworkPool
}

/// Loads the networks that a description names, or lamina's own.
///
/// Every thread gets a network of its own that computes on one thread: the result is then the same whatever the number of threads, which would
/// otherwise change the order of sums.
///
/// - Throws: `ModelError`, `InferenceError`.
/// - Complexity: a fifth of a second for each network and thread.
public func loadModel(at url: URL? = nil, threads: Int) throws -> SegmentationModel {
    let place = try url ?? builtInModel()
    let description = try readModelDescription(at: place)
    let engine = try InferenceEngine(library: locateEngine())
    let folder = place.deletingLastPathComponent()
    func pool(_ network: ModelDescription.Network, outputs: [[Int]]) throws -> NetworkPool {
        let file = try verifiedModel(at: folder.appendingPathComponent(network.file), sha256: network.sha256)
        return try NetworkPool(engine: engine, file: file, network: network, outputs: outputs, count: threads)
    }
    let (coarse, fine) = (description.coarse, description.fine)
    return SegmentationModel(
        description: description, files: [place] + [coarse, fine].map { folder.appendingPathComponent($0.file) },
        engine: (engine.name, engine.version),
        coarse: try pool(coarse, outputs: [[1, coarse.classes.count] + coarse.shape, [1, 3] + coarse.shape.map { $0 / 2 }]),
        fine: try pool(fine, outputs: [[1, fine.classes.count] + fine.shape]))
}

/// The description of lamina's own networks, in the build's resources beside the executable.
private func builtInModel() throws -> URL {
    let folders = [currentExecutable().deletingLastPathComponent(), Bundle.main.bundleURL]
    let places = folders.map { $0.appendingPathComponent("Lamina_Segmentation.resources/Models/model.json") }
    guard let place = places.first(where: { FileManager.default.isReadableFile(atPath: $0.path) }) else {
        throw ModelError.builtInMissing(lookedIn: places[0].deletingLastPathComponent().path)
    }
    return place
}

/// Copies of one network, as many as there are threads to run them.
final class NetworkPool: Sendable {
    let network: ModelDescription.Network
    let count: Int
    private let idle: Mutex<[InferenceNetwork]>

    fileprivate init(engine: InferenceEngine, file: ModelFile, network: ModelDescription.Network, outputs: [[Int]], count: Int) throws {
        let copies = try (0..<count).map { _ in try engine.load(file, inputShape: [1, 1] + network.shape, threads: 1) }
        let found = copies[0].outputs.map(\.shape)
        guard found == outputs else { throw ModelError.wrongOutputs(path: file.path, expected: "\(outputs)", found: "\(found)") }
        self.network = network
        self.count = count
        idle = Mutex(copies)
    }

    /// - Precondition: at most `count` calls at a time.
    /// - Throws: `InferenceError`.
    func run(_ input: [Float]) throws -> [Tensor] {
        let copy = idle.withLock { $0.removeLast() }
        defer { idle.withLock { $0.append(copy) } }
        return try copy.run(input)
    }
}

extension Tensor {
    /// One channel of a (1, channels, X, Y, Z) output.
    func channel(_ index: Int) -> ArraySlice<Float> {
        let count = shape[2...].reduce(1, *)
        return values[(index * count)..<((index + 1) * count)]
    }
}
