import Digests
import Foundation

/// A network's file, in memory. Its digest is of these very bytes, so a file that is replaced after the check cannot slip in.
public struct ModelFile: Sendable {
    public let path: String
    /// Lower-case hexadecimal.
    public let sha256: String
    let bytes: Data
}

/// Reads an ONNX file whole, and hashes it. Weights must be inside; a file of its own beside it would not be covered by the hash.
///
/// - Throws: `InferenceError.unreadableModel`, and `.invalidModel` where its outermost layer shows that it is cut off or no ONNX.
/// - Complexity: O(bytes) in time and memory.
public func readModel(at url: URL) throws -> ModelFile {
    let model = try readUncheckedModel(at: url)
    try checkEnvelope(model)
    return model
}

/// Reads an ONNX file that must have this SHA-256 (hexadecimal of either case).
///
/// - Throws: `InferenceError.modelMismatch` where it has another, and what `readModel(at:)` throws.
public func verifiedModel(at url: URL, sha256 expected: String) throws -> ModelFile {
    let model = try readUncheckedModel(at: url)
    guard model.sha256 == expected.lowercased() else {
        throw InferenceError.modelMismatch(path: model.path, expected: expected.lowercased(), found: model.sha256)
    }
    try checkEnvelope(model)
    return model
}

private func readUncheckedModel(at url: URL) throws -> ModelFile {
    do {
        let bytes = try Data(contentsOf: url)
        return ModelFile(path: url.path, sha256: sha256(of: bytes), bytes: bytes)
    } catch {
        throw InferenceError.unreadableModel(path: url.path, reason: reasonOfReadFailure(error))
    }
}

/// The system's own words where there are any; Foundation's are long and name the file again.
private func reasonOfReadFailure(_ error: any Error) -> String {
    let code = (error as? CocoaError)?.underlying as? POSIXError
    return code.map { String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription
}

private func checkEnvelope(_ model: ModelFile) throws {
    if let flaw = flawOfONNX(model.bytes) { throw InferenceError.invalidModel(path: model.path, reason: flaw) }
}
