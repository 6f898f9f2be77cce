import Foundation
import Synchronization

/// OpenVINO, opened and of a release that is known to fit. It computes on the CPU, in this process; it writes no files and uses no network.
///
/// The library stays loaded until the process ends. Opening it again costs nothing.
public final class InferenceEngine: Sendable {
    public let name = "OpenVINO"
    /// As the library says it, such as "2026.4.1-22982-e213a147257-releases/2026/4".
    public let version: String
    private let library: Mutex<OpenVINOLibrary>

    /// Opens the library at a path, which `locateEngine()` finds.
    ///
    /// - Throws: `InferenceError.unusableEngine`, and `.unsupportedEngine` for a release other than 2026.
    /// - Complexity: about 15 ms the first time.
    public init(library url: URL) throws {
        let opened = try OpenVINOLibrary(path: url.path)
        version = opened.release
        library = Mutex(opened)
    }

    /// Compiles a network for an input of one shape.
    ///
    /// The same network, input and `InferenceNetwork.threads` give the same bytes each time. Another count of threads adds up the sums of instance
    /// norms in other pieces, which changes the last digits (measured on a U-Net: 4e-5 of values up to 3; convolutions alone: nothing), and so may
    /// another model of processor. `InferenceNetworkTests` shows both.
    ///
    /// - Parameters:
    ///   - inputShape: outermost dimension first; dimensions that the file leaves open are set to it, and the others have to match it.
    ///   - threads: how many to compute with at most, 1 to 1024; more than there are cores are not used.
    /// - Throws: `InferenceError.invalidModel`, `.unsupportedModel`, `.inputShape`, `.outOfMemory`, `.engineFailed`.
    /// - Complexity: a tenth of a second for a U-Net of a million parameters; about twice its weights in memory, and the activations.
    public func load(_ model: ModelFile, inputShape: [Int], threads: Int) throws -> InferenceNetwork {
        precondition((1...1024).contains(threads), "a count of threads")
        if let reason = flawOfShape(inputShape) { throw InferenceError.inputShape(path: model.path, shape: inputShape, reason: reason) }
        return try library.withLock { InferenceNetwork(try $0.load(model, inputShape: inputShape, threads: threads)) }
    }
}

private func flawOfShape(_ shape: [Int]) -> String? {
    guard (1...8).contains(shape.count) else { return "it has \(shape.count) dimensions, and 1 to 8 are possible" }
    guard shape.allSatisfy({ $0 > 0 }) else { return "every dimension has to be at least 1" }
    var bytes = MemoryLayout<Float>.size
    for length in shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
        // The size of the whole address space of a process on x86-64.
        guard !overflow, product < 1 << 47 else { return "it is larger than any memory" }
        bytes = product
    }
    return nil
}
