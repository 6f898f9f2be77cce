import Foundation
import TestSupport
import Testing

@testable import Inference

@Suite struct InferenceNetworkTests {
    /// Against another runtime. 1e-5 is some ten roundings of numbers about 1, and a thousandth of what a transposed axis makes.
    @Test func answersAsTheReferenceDoes() throws {
        let reference = try TinyReference()
        let outputs = try loadTiny().run(reference.input)
        #expect(outputs.map(\.name) == ["logits", "offsets"])
        #expect(outputs.map(\.shape) == [[1, 3, 6, 8, 10], [1, 2, 3, 4, 5]])
        #expect(greatestDifference(outputs[0].values, reference.logits) < 1e-5)
        #expect(greatestDifference(outputs[1].values, reference.offsets) < 1e-5)
    }

    /// The reference knows its axes: an input whose axes are reversed gives something else.
    @Test(arguments: 0..<3) func anAxisThatIsReversedShows(_ axis: Int) throws {
        let reference = try TinyReference()
        let (depth, height, width) = (6, 8, 10)
        let turned = (0..<reference.input.count).map { index in
            var at = [index / (height * width), index / width % height, index % width]
            at[axis] = [depth, height, width][axis] - 1 - at[axis]
            return reference.input[(at[0] * height + at[1]) * width + at[2]]
        }
        #expect(greatestDifference(try loadTiny().run(turned)[0].values, reference.logits) > 0.1)
    }

    @Test func saysWhatGoesInAndComesOut() throws {
        let network = try loadTiny(threads: 1)
        #expect(network.input == TensorDescription(name: "ct", shape: tinyShape))
        #expect(network.outputs.map(\.name) == ["logits", "offsets"])
        #expect(network.outputs.map(\.count) == [1440, 120])
        #expect(network.threads == 1)
    }

    @Test func openDimensionsTakeTheShapeThatIsAsked() throws {
        let network = try loadTiny(shape: [2, 1, 12, 4, 20])
        #expect(network.outputs.map(\.shape) == [[2, 3, 12, 4, 20], [2, 2, 6, 2, 10]])
        #expect(try network.run([Float](repeating: 0.5, count: 2 * 12 * 4 * 20)).map(\.values.count) == [2 * 3 * 960, 2 * 2 * 120])
    }

    // MARK: The same bytes

    @Test func repeatsBitForBit() throws {
        let reference = try TinyReference()
        let network = try loadTiny()
        let first = bits(try network.run(reference.input))
        _ = try network.run(reference.input.map { -3 * $0 })
        #expect(bits(try network.run(reference.input)) == first)
        #expect(bits(try loadTiny().run(reference.input)) == first)
    }

    /// On an input that is large enough to be cut into pieces. Another count of threads sums up instance norms in another order: 1e-4 is some ten
    /// times what that makes here, of values up to 6. Seed 4.
    @Test(arguments: [1, 2, 3, 7]) func threadsChangeLastDigitsOnly(_ threads: Int) throws {
        var random = SeededGenerator(seed: 4)
        let shape = [1, 1, 30, 34, 38]
        let input = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -2...2, using: &random) }
        let network = try loadTiny(threads: threads, shape: shape)
        #expect((1...threads).contains(network.threads))
        let outputs = try network.run(input)
        for _ in 0..<5 {
            #expect(bits(try network.run(input)) == bits(outputs))
            #expect(bits(try loadTiny(threads: threads, shape: shape).run(input)) == bits(outputs))
        }
        for (one, several) in zip(try loadTiny(threads: 1, shape: shape).run(input), outputs) {
            #expect(greatestDifference(one.values, several.values) < 1e-4)
        }
    }

    /// A network that is shared answers each thread as it would alone.
    @Test func isSharedByThreads() async throws {
        let reference = try TinyReference()
        let network = try loadTiny()
        let inputs = (1...8).map { factor in reference.input.map { $0 * Float(factor) } }
        let alone = try inputs.map { bits(try network.run($0)) }
        try await withThrowingTaskGroup(of: (Int, [[UInt32]]).self) { group in
            for (index, input) in inputs.enumerated() { group.addTask { (index, bits(try network.run(input))) } }
            for try await (index, found) in group { #expect(found == alone[index]) }
        }
    }

    @Test func twoNetworksLiveSideBySide() throws {
        let engine = try engine()
        let reference = try TinyReference()
        let tiny = try engine.load(readModel(at: resource("tiny.onnx")), inputShape: tinyShape, threads: 2)
        let logarithm = try engine.load(readModel(at: resource("logarithm.onnx")), inputShape: [3], threads: 1)
        // Logarithms of 1 and powers of e, to a rounding or two.
        #expect(greatestDifference(try logarithm.run([1, Float(M_E), Float(M_E * M_E)])[0].values, [0, 1, 2]) < 1e-6)
        #expect(greatestDifference(try tiny.run(reference.input)[0].values, reference.logits) < 1e-5)
    }

    // MARK: What cannot be computed

    @Test(arguments: [0, 479, 481]) func refusesAnotherCount(_ count: Int) throws {
        let network = try loadTiny()
        #expect(throws: InferenceError.inputCount(expected: tinyShape, count: count)) {
            try network.run([Float](repeating: 0, count: count))
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func refusesInputThatIsNotFinite(_ value: Float) throws {
        let network = try loadTiny()
        var input = [Float](repeating: 0, count: 480)
        input[77] = value
        #expect(throws: InferenceError.notFinite(tensor: "ct", index: 77)) { try network.run(input) }
        input[77] = 0
        #expect(throws: Never.self) { try network.run(input) }
    }

    /// Logarithms: of -1 there is none, of 0 it is infinite.
    @Test(arguments: [Float(-1), 0]) func refusesOutputThatIsNotFinite(_ value: Float) throws {
        let network = try engine().load(readModel(at: resource("logarithm.onnx")), inputShape: [4], threads: 1)
        #expect(throws: InferenceError.notFinite(tensor: "y", index: 2)) { try network.run([1, 2, value, -1]) }
        #expect(try network.run([1, 1, 1, 1])[0].values == [0, 0, 0, 0])
    }
}
