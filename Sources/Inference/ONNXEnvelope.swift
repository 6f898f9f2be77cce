import Foundation

/// Says what is wrong with bytes that should be an ONNX file, as far as its outermost layer shows: not ONNX at all, cut off, or with bytes too many.
/// `nil` when that layer is sound; what lies inside is for the engine to judge.
///
/// The engine tries whatever it is given as the files of other frameworks, and their readers print on stderr; so only what looks like ONNX
/// may reach it.
///
/// - Complexity: O(1) for a file of one graph: fields are skipped, not read.
/// - Source: ModelProto in onnx.proto (ONNX IR version 10 and before); wire format of Protocol Buffers.
func flawOfONNX(_ bytes: Data) -> String? {
    guard !bytes.isEmpty else { return "the file is empty" }
    var reader = WireReader(bytes: bytes)
    var hasGraph = false
    while !reader.isAtEnd {
        let start = reader.position
        guard let tag = reader.varint() else { return "it ends in the middle of a field, at byte \(start)" }
        guard modelFields[tag >> 3] == tag & 7 else {
            return start == 0 ? "the file is something else" : "there is an unknown field at byte \(start)"
        }
        guard let value = reader.varint() else { return "it ends in the middle of a field, at byte \(start)" }
        if tag & 7 == 2 {
            guard reader.skip(value) else { return "it is cut off: the field at byte \(start) is of \(value) bytes, beyond the end" }
            hasGraph = hasGraph || tag >> 3 == 7
        }
    }
    return hasGraph ? nil : "it holds no graph"
}

/// Wire type by field number: 0 is a number, 2 is bytes of a length. IR version, producer, its version, domain, model version, documentation, graph,
/// operator sets, metadata, training, functions, configuration.
private let modelFields: [UInt64: UInt64] = [1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2]

private struct WireReader {
    let bytes: Data
    private(set) var position = 0
    var isAtEnd: Bool { position == bytes.count }

    init(bytes: Data) { self.bytes = bytes }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < bytes.count else { return nil }
            let byte = bytes[bytes.startIndex + position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    /// Whether that many bytes were there to skip.
    mutating func skip(_ count: UInt64) -> Bool {
        guard count <= UInt64(bytes.count - position) else { return false }
        position += Int(count)
        return true
    }
}
