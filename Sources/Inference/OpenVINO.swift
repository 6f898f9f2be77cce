import CInferenceShim
import Foundation

/// OpenVINO's library, opened.
///
/// Sendable, because it belongs to no thread, cannot be copied, and is used through `mutating` functions only, so by one thread at a time.
struct OpenVINOLibrary: ~Copyable, @unchecked Sendable {
    private let engine: OpaquePointer
    /// As the library says it, such as "2026.4.1-22982-e213a147257-releases/2026/4".
    let release: String

    init(path: String) throws {
        var engine: OpaquePointer?
        var release = [CChar](repeating: 0, count: 256)
        let (status, reason) = withReason { inference_shim_open(path, &engine, &release, release.count, $0, $1) }
        self.release = text(release)
        guard let engine, status == inference_shim_ok else {
            throw error(status, reason, action: "start OpenVINO", path: path, release: text(release))
        }
        self.engine = engine
    }

    deinit { inference_shim_close(engine) }

    mutating func load(_ model: ModelFile, inputShape: [Int], threads: Int) throws -> OpenVINONetwork {
        var network: OpaquePointer?
        let shape = inputShape.map(Int64.init)
        let (status, reason) = model.bytes.withUnsafeBytes { bytes in
            withReason { text, capacity in
                inference_shim_load(
                    engine, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, shape, shape.count, Int32(threads), &network, text,
                    capacity)
            }
        }
        guard let network, status == inference_shim_ok else {
            throw error(status, reason, action: "load the network", path: model.path, shape: inputShape)
        }
        return OpenVINONetwork(network: network)
    }
}

/// A compiled network with memory for one input.
///
/// Sendable for the same reason as `OpenVINOLibrary`.
struct OpenVINONetwork: ~Copyable, @unchecked Sendable {
    private let network: OpaquePointer
    let input: TensorDescription
    let outputs: [TensorDescription]
    let threads: Int

    fileprivate init(network: OpaquePointer) {
        self.network = network
        threads = Int(inference_shim_thread_count(network))
        input = TensorDescription(inference_shim_input(network).pointee)
        outputs = (0..<inference_shim_output_count(network)).compactMap { inference_shim_output(network, $0)?.pointee }.map(
            TensorDescription.init)
    }

    deinit { inference_shim_unload(network) }

    /// - Precondition: the input has as many values as its description.
    mutating func run(_ input: UnsafeBufferPointer<Float>) throws -> [Tensor] {
        var values = [UnsafePointer<Float>?](repeating: nil, count: outputs.count)
        let (status, reason) = withReason { inference_shim_run(network, input.baseAddress, input.count, &values, values.count, $0, $1) }
        guard status == inference_shim_ok else { throw error(status, reason, action: "run the network", shape: self.input.shape) }
        return try zip(outputs, values).map { description, values in
            let source = UnsafeBufferPointer(start: values, count: description.count)
            if let index = firstNotFinite(source) { throw InferenceError.notFinite(tensor: description.name, index: index) }
            return Tensor(name: description.name, shape: description.shape, values: Array(source))
        }
    }
}

extension TensorDescription {
    fileprivate init(_ port: inference_shim_port) {
        name = withUnsafeBytes(of: port.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        shape = withUnsafeBytes(of: port.shape) { $0.bindMemory(to: Int64.self).prefix(port.rank).map(Int.init) }
    }
}

/// Calls a function of the shim with room for its sentence.
private func withReason(
    _ body: (UnsafeMutablePointer<CChar>, Int) -> inference_shim_status
) -> (status: inference_shim_status, reason: String) {
    var reason = [CChar](repeating: 0, count: 4096)
    let status = reason.withUnsafeMutableBufferPointer { body($0.baseAddress!, $0.count) }
    return (status, text(reason))
}

private func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// The shim's status as an error. The only place where that is done.
private func error(
    _ status: inference_shim_status, _ reason: String, action: String, path: String = "", shape: [Int] = [], release: String = ""
) -> InferenceError {
    let reason = withoutTrace(reason)
    return switch status {
    case inference_shim_cannot_open: .unusableEngine(path: path, reason: reason)
    case inference_shim_other_release: .unsupportedEngine(path: path, release: release)
    case inference_shim_bad_model: .invalidModel(path: path, reason: reason)
    case inference_shim_unsupported_model: .unsupportedModel(path: path, reason: reason)
    case inference_shim_bad_shape: .inputShape(path: path, shape: shape, reason: reason)
    case inference_shim_out_of_memory: .outOfMemory(action: action)
    default: .engineFailed(action: action, reason: reason)
    }
}

/// OpenVINO's sentence without the lines that say where in its own source it was thrown, in one line.
func withoutTrace(_ reason: String) -> String {
    let lines = reason.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let said = lines.filter { !$0.isEmpty && !$0.hasPrefix("Exception from ") }
    return (said.isEmpty ? lines : said).joined(separator: " ").trimmingCharacters(in: CharacterSet(charactersIn: ". "))
}
