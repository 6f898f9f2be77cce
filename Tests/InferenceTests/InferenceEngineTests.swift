import Foundation
import TestSupport
import Testing

@testable import Inference

@Suite struct InferenceEngineTests {
    @Test func saysItsNameAndVersion() throws {
        let engine = try engine()
        #expect(engine.name == "OpenVINO")
        #expect(engine.version.hasPrefix("2026."))
    }

    // MARK: Libraries

    @Test func refusesWhatIsNoLibrary() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/libopenvino_c.so"
            try Data("not a library".utf8).write(to: URL(fileURLWithPath: path))
            let error = try inferenceError { _ = try InferenceEngine(library: URL(fileURLWithPath: path)) }
            guard case .unusableEngine(path, let reason) = error else { throw error }
            #expect(!reason.isEmpty && "\(error)".contains("requirements.txt"))
        }
    }

    @Test func refusesAMissingLibrary() throws {
        let error = try inferenceError { _ = try InferenceEngine(library: URL(fileURLWithPath: "/nonexistent/libopenvino_c.so")) }
        guard case .unusableEngine(_, let reason) = error else { throw error }
        #expect(reason.contains("No such file"))
    }

    @Test func refusesAnotherLibrary() throws {
        try withTemporaryFolder { folder in
            let library = try compiledLibrary("int nothing(void) { return 0; }", in: folder)
            let error = try inferenceError { _ = try InferenceEngine(library: library) }
            #expect(error == .unusableEngine(path: library.path, reason: "it has no function ov_get_last_err_msg"))
        }
    }

    /// The number of the type float was another until 2024, so what would follow with an old release is not an error but nonsense.
    @Test(arguments: ["2024.6.0-17404-4c0f47d2335", "2025.4.0-20398", "2027.0.0-1", "20260.1", "custom_build"])
    func refusesAnotherRelease(_ release: String) throws {
        try withTemporaryFolder { folder in
            let header = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Sources/CInferenceShim/openvino_functions.h")
                .standardized
            let text = try String(contentsOf: header, encoding: .utf8)
            let names = Set(text.matches(of: /X\([^,]*, (ov_\w+),/).map { String($0.1) }).subtracting(["ov_get_openvino_version"])
            #expect(names.count > 20)
            let stubs = names.sorted().map { "void \($0)(void) {}" }.joined(separator: "\n")
            let version = "int ov_get_openvino_version(const char **v) { v[0] = \"\(release)\"; v[1] = \"\"; return 0; }"
            let library = try compiledLibrary(stubs + "\n" + version, in: folder)
            let error = try inferenceError { _ = try InferenceEngine(library: library) }
            #expect(error == .unsupportedEngine(path: library.path, release: release))
        }
    }

    // MARK: Networks

    /// Shapes that the network cannot have: another rank, another count of channels, sides that do not fit after halving and doubling, and sizes
    /// that are none, negative or beyond all memory.
    @Test(arguments: [
        [], [6, 8, 10], [1, 2, 6, 8, 10], [1, 1, 7, 8, 10], [1, 1, 6, 8, 9], [1, 1, 0, 8, 10], [1, 1, -6, 8, 10],
        [1, 1, 1 << 20, 1 << 20, 1 << 20],
        [1, 1, 1 << 40, 1 << 40, 1 << 40], [1, 1, 6, 8, 10, 1, 1, 1, 1],
    ])
    func refusesAShapeThatDoesNotFit(_ shape: [Int]) throws {
        let error = try inferenceError { _ = try loadTiny(shape: shape) }
        guard case .inputShape(_, shape, let reason) = error else { throw error }
        #expect(!reason.isEmpty && !reason.contains("\n") && !reason.contains("Exception from"))
    }

    /// 16 TB of input: more than there is, less than the address space.
    @Test func memoryThatIsNotThereIsAnError() throws {
        let error = try inferenceError {
            let network = try loadTiny(shape: [1, 1, 1 << 14, 1 << 14, 1 << 14])
            _ = network
        }
        #expect(error == .outOfMemory(action: "load the network"))
    }

    @Test(arguments: [("sum_of_two", "it has 2 inputs, and one is needed"), ("whole_numbers", "'x' does not hold 32-bit floats")])
    func refusesOtherKinds(_ name: String, _ reason: String) throws {
        let file = try resource(name + ".onnx")
        #expect(throws: InferenceError.unsupportedModel(path: file.path, reason: reason)) {
            try engine().load(readModel(at: file), inputShape: [4], threads: 1)
        }
    }

    /// Damage anywhere is an error, or a network of other numbers, but never the end of the process. Seed 11. The hash is what tells the two apart.
    @Test func damageNeverCrashes() throws {
        let engine = try engine()
        let sound = try Data(contentsOf: resource("tiny.onnx"))
        let input = try TinyReference().input
        var random = SeededGenerator(seed: 11)
        try withTemporaryFolder { folder in
            let file = URL(fileURLWithPath: folder + "/damaged.onnx")
            for _ in 0..<200 {
                var bytes = sound
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                try bytes.write(to: file)
                do {
                    _ = try engine.load(readModel(at: file), inputShape: tinyShape, threads: 1).run(input)
                } catch is InferenceError {}
            }
        }
    }

    /// A graph that is cut off inside an otherwise whole file.
    @Test func refusesADamagedGraph() throws {
        try withTemporaryFolder { folder in
            let file = URL(fileURLWithPath: folder + "/damaged.onnx")
            // IR version 8; a graph of three bytes that start a field of 100.
            try Data([0x08, 0x08, 0x3A, 0x03, 0x0A, 0x64, 0x00]).write(to: file)
            let error = try inferenceError { _ = try engine().load(readModel(at: file), inputShape: [1], threads: 1) }
            guard case .invalidModel(file.path, _) = error else { throw error }
        }
    }
}

/// A shared library of some C.
private func compiledLibrary(_ source: String, in folder: String) throws -> URL {
    let (file, library) = (folder + "/library.c", folder + "/library.so")
    try source.write(toFile: file, atomically: true, encoding: .utf8)
    let compiler = try Process.run(URL(fileURLWithPath: "/usr/bin/env"), arguments: ["gcc", "-shared", "-fPIC", "-o", library, file])
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    return URL(fileURLWithPath: library)
}
