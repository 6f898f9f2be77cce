import Foundation
import Testing

@testable import Inference

/// The engine that Tools/setup.sh installs. That it is there is part of what is tested: without it these tests fail, they are not skipped.
func engine() throws -> InferenceEngine { try InferenceEngine(library: try locateEngine()) }

func resource(_ name: String) throws -> URL {
    let folder = try #require(Bundle.module.url(forResource: "Resources", withExtension: nil))
    return folder.appendingPathComponent(name)
}

let tinyShape = [1, 1, 6, 8, 10]

/// An input of tiny.onnx and its answers, by onnx's reference evaluator in 64-bit floats (make_tiny_model.py).
struct TinyReference {
    let input: [Float]
    let logits: [Float]
    let offsets: [Float]

    init() throws {
        let bytes = try Data(contentsOf: try resource("tiny_reference.f32"))
        let values = bytes.withUnsafeBytes { raw in
            (0..<raw.count / 4).map { Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))) }
        }
        try #require(values.count == 480 + 1440 + 120)
        input = Array(values[..<480])
        logits = Array(values[480..<1920])
        offsets = Array(values[1920...])
    }
}

func loadTiny(threads: Int = 2, shape: [Int] = tinyShape) throws -> InferenceNetwork {
    try engine().load(readModel(at: resource("tiny.onnx")), inputShape: shape, threads: threads)
}

func greatestDifference(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? 0 }

func bits(_ tensors: [Tensor]) -> [[UInt32]] { tensors.map { $0.values.map(\.bitPattern) } }

/// The inference error that a body ends with.
func inferenceError(_ body: () throws -> Void) throws -> InferenceError {
    do { try body() } catch let error as InferenceError { return error }
    throw CocoaError(.featureUnsupported, userInfo: [NSLocalizedDescriptionKey: "it did not fail"])
}
