import Synchronization

/// A network that is ready to run. It may be shared by threads; they run one after the other, since each run uses all its threads.
public final class InferenceNetwork: Sendable {
    /// What it takes: always the shape it was loaded with.
    public let input: TensorDescription
    /// What it gives, in the order of the ONNX file.
    public let outputs: [TensorDescription]
    /// How many threads compute. The result's last digits depend on it, so it belongs in a record of how something was made.
    public let threads: Int
    private let network: Mutex<OpenVINONetwork>

    init(_ network: consuming OpenVINONetwork) {
        input = network.input
        outputs = network.outputs
        threads = network.threads
        self.network = Mutex(network)
    }

    /// Computes the outputs.
    ///
    /// - Parameter input: row-major: the last dimension is the densest.
    /// - Throws: `InferenceError.inputCount`; `.notFinite` where a value of the input or of an output is infinite or NaN (a network may well turn a
    ///   NaN into an ordinary number, so the input is looked at too); `.outOfMemory`, `.engineFailed`.
    /// - Complexity: input and outputs are each copied once; a network takes hundreds of times as long.
    public func run(_ input: [Float]) throws -> [Tensor] {
        guard input.count == self.input.count else { throw InferenceError.inputCount(expected: self.input.shape, count: input.count) }
        return try input.withUnsafeBufferPointer { values in
            if let index = firstNotFinite(values) { throw InferenceError.notFinite(tensor: self.input.name, index: index) }
            return try network.withLock { try $0.run(values) }
        }
    }
}
