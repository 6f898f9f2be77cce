import Foundation

/// Which header a server sends. Both are of the public protocol; a reader of one loses its place in a stream of the other.
public enum OpenIGTLinkVersion: Int, Sendable, CaseIterable {
    /// Protocol 1 and 2: Debian's libopenigtlink, PLUS and most readers.
    case one = 1
    /// Protocol 3: an extended header and metadata.
    case two = 2
}

/// One message of OpenIGTLink, big-endian: a header of 58 bytes, then the body.
public struct OpenIGTLinkMessage: Equatable, Sendable {
    /// Such as TRANSFORM; at most 12 ASCII bytes.
    public var type: String
    /// Whose it is; at most 20 ASCII bytes.
    public var device: String
    /// UTC, nanoseconds since 1970.
    public var timeNS: UInt64
    public var content: Data
    /// Version 2 only.
    public var metadata: [(key: String, value: String)]

    public init(type: String, device: String, timeNS: UInt64, content: Data, metadata: [(key: String, value: String)] = []) {
        (self.type, self.device, self.timeNS, self.content, self.metadata) = (type, device, timeNS, content, metadata)
    }

    public static func == (a: OpenIGTLinkMessage, b: OpenIGTLinkMessage) -> Bool {
        a.type == b.type && a.device == b.device && a.timeNS == b.timeNS && a.content == b.content
            && a.metadata.map(\.key) == b.metadata.map(\.key) && a.metadata.map(\.value) == b.metadata.map(\.value)
    }

    public static let headerBytes = 58

    /// - Complexity: O(bytes).
    public func encoded(_ version: OpenIGTLinkVersion) -> Data {
        let body = version == .one ? content : extendedBody
        var bytes = Data()
        bytes.append(bigEndian: UInt16(version.rawValue))
        bytes.append(ascii: type, width: 12)
        bytes.append(ascii: device, width: 20)
        bytes.append(bigEndian: UInt32(truncatingIfNeeded: timeNS / 1_000_000_000))
        // The fraction of a second in units of 2^-32.
        bytes.append(bigEndian: UInt32(((timeNS % 1_000_000_000) << 32) / 1_000_000_000))
        bytes.append(bigEndian: UInt64(body.count))
        bytes.append(bigEndian: crc64(body))
        return bytes + body
    }

    /// Extended header, content, then the metadata: its table and its texts.
    private var extendedBody: Data {
        var table = Data()
        var texts = Data()
        table.append(bigEndian: UInt16(metadata.count))
        for (key, value) in metadata {
            table.append(bigEndian: UInt16(key.utf8.count))
            // US-ASCII, by its number in IANA's list.
            table.append(bigEndian: UInt16(3))
            table.append(bigEndian: UInt32(value.utf8.count))
            texts += Data(key.utf8) + Data(value.utf8)
        }
        var head = Data()
        head.append(bigEndian: UInt16(12))
        head.append(bigEndian: UInt16(table.count))
        head.append(bigEndian: UInt32(texts.count))
        // Messages are not numbered.
        head.append(bigEndian: UInt32(0))
        return head + content + table + texts
    }
}

/// What a header of either version says of the body that follows.
public struct OpenIGTLinkHeader: Equatable, Sendable {
    public var type: String
    public var bodyBytes: UInt64

    /// - Returns: nil for bytes that are no header.
    public init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == OpenIGTLinkMessage.headerBytes, bytes[0] == 0, (1...3).contains(bytes[1]) else { return nil }
        let name = bytes[2..<14].prefix { $0 != 0 }
        guard !name.isEmpty, name.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        type = String(decoding: name, as: UTF8.self)
        bodyBytes = bytes[42..<50].reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// ECMA-182's polynomial, most significant bit first, from 0, as the protocol asks.
///
/// - Complexity: O(bytes).
func crc64(_ bytes: Data) -> UInt64 { bytes.reduce(0) { $0 << 8 ^ crcTable[Int(($0 >> 56) ^ UInt64($1))] } }

private let crcTable: [UInt64] = (0..<256).map { byte in
    (0..<8).reduce(UInt64(byte) << 56) { value, _ in value & (1 << 63) != 0 ? value << 1 ^ 0x42F0_E1EB_A9EA_3693 : value << 1 }
}

extension Data {
    mutating func append(bigEndian value: some FixedWidthInteger) { Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) } }

    mutating func append(bigEndian values: [Double]) { for value in values { append(bigEndian: Float(value).bitPattern) } }

    /// A text of fixed width, filled with zero bytes.
    ///
    /// - Precondition: it fits.
    mutating func append(ascii text: String, width: Int) {
        let bytes = Array(text.utf8)
        precondition(bytes.count <= width, "'\(text)' has more than \(width) bytes")
        append(contentsOf: bytes + [UInt8](repeating: 0, count: width - bytes.count))
    }
}
