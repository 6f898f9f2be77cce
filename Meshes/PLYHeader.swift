import Foundation

/// The header of a PLY file, read only to learn how many bytes its body must have.
///
/// Assimp 5.2 searches for the end of a header without end, and for elements that are not there, for ever; so a file must be whole
/// before Assimp sees it. Source: Turk, The PLY Polygon File Format (1994).
struct PLYHeader {
    /// One element's properties: a plain number of so many bytes, or a list of numbers after its count.
    enum Property: Equatable {
        case number(bytes: Int)
        case list(countBytes: Int, itemBytes: Int)
    }

    enum Encoding: String {
        case ascii
        case littleEndian = "binary_little_endian"
        case bigEndian = "binary_big_endian"
    }

    var encoding: Encoding
    var elements: [(count: Int, properties: [Property])] = []
    /// Where the body begins.
    var byteCount: Int

    /// Nil when the bytes do not begin with a whole and sound header.
    init?(_ bytes: Data) {
        guard bytes.starts(with: Array("ply".utf8)), let end = bytes.range(of: Data("end_header".utf8)),
            let lineEnd = bytes[end.upperBound...].firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        byteCount = lineEnd + 1 - bytes.startIndex
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(whereSeparator: \.isNewline)
        var encoding: Encoding?
        for words in lines.map({ $0.split(separator: " ").map(String.init) }) {
            switch words.first {
            case "format" where words.count > 1: encoding = Encoding(rawValue: words[1])
            case "element":
                guard words.count == 3, let count = Int(words[2]), count >= 0 else { return nil }
                elements.append((count, []))
            case "property":
                guard let property = Self.property(words), !elements.isEmpty else { return nil }
                elements[elements.count - 1].properties.append(property)
            default: break
            }
        }
        guard let encoding else { return nil }
        self.encoding = encoding
    }

    private static func property(_ words: [String]) -> Property? {
        if words.count == 5, words[1] == "list", let count = numberBytes[words[2]], count <= 4, let item = numberBytes[words[3]] {
            return .list(countBytes: count, itemBytes: item)
        }
        return words.count == 3 ? numberBytes[words[1]].map { .number(bytes: $0) } : nil
    }

    private static let numberBytes: [String: Int] = [
        "char": 1, "uchar": 1, "int8": 1, "uint8": 1, "short": 2, "ushort": 2, "int16": 2, "uint16": 2, "int": 4, "uint": 4, "int32": 4,
        "uint32": 4, "float": 4, "float32": 4, "double": 8, "float64": 8,
    ]

    /// Whether the body holds all that the header promises. Complexity: linear in the bytes, and never beyond them.
    func isWhole(_ bytes: Data) -> Bool {
        let body = bytes.dropFirst(byteCount)
        if encoding == .ascii {
            // One element a line.
            let promised = elements.reduce(0) { $0.addingReportingOverflow($1.count).overflow ? .max : $0 + $1.count }
            return body.split(separator: UInt8(ascii: "\n")).count >= promised
        }
        return body.withUnsafeBytes { raw in
            var at = 0
            for element in elements {
                for _ in 0..<element.count {
                    guard skip(element.properties, in: raw, at: &at) else { return false }
                }
            }
            return true
        }
    }

    /// Moves `at` past one element; false when the bytes end first, or when an element takes no bytes at all.
    private func skip(_ properties: [Property], in raw: UnsafeRawBufferPointer, at: inout Int) -> Bool {
        let start = at
        for property in properties {
            switch property {
            case .number(let bytes): at += bytes
            case .list(let countBytes, let itemBytes):
                guard at + countBytes <= raw.count else { return false }
                let digits = raw[at..<(at + countBytes)]
                let count = (encoding == .littleEndian ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
                // Counts have at most 4 bytes, so this stays far from overflow.
                at += countBytes + count * itemBytes
            }
            guard at <= raw.count else { return false }
        }
        return at > start
    }
}
