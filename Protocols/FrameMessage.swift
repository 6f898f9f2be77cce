import Foundation

/// One message of a live stream of X-ray frames (Specification/frame-stream.md): a topic, a header and, for a frame, its pixels.
public enum FrameMessage: Equatable, Sendable {
    /// `pixels` holds as many bytes as the header says.
    case frame(StreamedFrameHeader, pixels: Data)
    case end(stream: String)

    /// What the topics of all versions begin with.
    public static let topicPrefix = "lamina.frame/"
    /// The first part of every message of this version. It ends with a zero, so that no other topic begins with it.
    public static let topic = Data("lamina.frame/1\0".utf8)
    public static let partCount = 3
    public static let greatestHeaderBytes = 1 << 16
    /// 4096 x 4096, in any shape.
    public static let greatestPixelCount = 1 << 24
    /// No part of a message is longer.
    public static let greatestPartBytes = greatestPixelCount * 4
}

/// Why a message is none of a live stream.
public enum FrameMessageError: Error, Equatable, Sendable {
    case otherTopic
    case unknownVersion(String)
    case wrongPartCount
    case headerTooLong(bytes: Int)
    case badHeader(WireFileError)
    case tooManyPixels(view: String, size: SIMD2<Int>)
    case wrongPixelBytes(view: String, found: Int, expected: Int)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .otherTopic: "other_topic"
        case .unknownVersion: "unknown_version"
        case .wrongPartCount: "wrong_part_count"
        case .headerTooLong: "header_too_long"
        case .badHeader: "bad_header"
        case .tooManyPixels: "too_many_pixels"
        case .wrongPixelBytes: "wrong_pixel_bytes"
        }
    }
}

extension FrameMessageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .otherTopic: "its first part is not lamina.frame/1 and a zero byte"
        case .unknownVersion(let version): "it is of version \(version), and only version 1 is known here"
        case .wrongPartCount: "a frame has three parts (topic, header, pixels) and an end has two"
        case .headerTooLong(let bytes): "its header has \(bytes) bytes, more than \(FrameMessage.greatestHeaderBytes)"
        case .badHeader(let error): "\(error)"
        case .tooManyPixels(let view, let size):
            "view \(view): \(size.x) x \(size.y) pixels are more than \(FrameMessage.greatestPixelCount)"
        case .wrongPixelBytes(let view, let found, let expected):
            "view \(view): there are \(found) bytes of pixels, and size and encoding make \(expected)"
        }
    }
}

extension FrameMessage {
    /// Reads a message. The header's sizes are compared with the bytes that are there, so nothing is allocated by what it claims.
    ///
    /// - Parameter parts: at least the first four of a message of more than three.
    /// - Throws: `FrameMessageError`.
    /// - Complexity: O(header's bytes).
    public init(parts: [Data]) throws(FrameMessageError) {
        try checkTopic(parts.first ?? Data())
        guard parts.count > 1 else { throw .wrongPartCount }
        let text = parts[1]
        guard text.count <= FrameMessage.greatestHeaderBytes else { throw .headerTooLong(bytes: text.count) }
        switch (try frameHeader(text), parts.count) {
        case (.end(let stream), 2): self = .end(stream: stream)
        case (.frame(let header), FrameMessage.partCount):
            let size = header.view.sizePx
            // At most 16384 each way, so the product is small.
            guard size.x * size.y <= FrameMessage.greatestPixelCount else { throw .tooManyPixels(view: header.view.name, size: size) }
            let expected = size.x * size.y * header.encoding.bytesPerPixel
            guard parts[2].count == expected else {
                throw .wrongPixelBytes(view: header.view.name, found: parts[2].count, expected: expected)
            }
            self = .frame(header, pixels: parts[2])
        default: throw .wrongPartCount
        }
    }

    /// - Throws: `EncodingError`.
    public func parts() throws -> [Data] {
        switch self {
        case .frame(let header, let pixels): [FrameMessage.topic, try encodedJSON(FrameHeader.frame(header), oneLine: true), pixels]
        case .end(let stream): [FrameMessage.topic, try encodedJSON(FrameHeader.end(stream: stream), oneLine: true)]
        }
    }
}

private func checkTopic(_ topic: Data) throws(FrameMessageError) {
    guard topic != FrameMessage.topic else { return }
    let prefix = Data(FrameMessage.topicPrefix.utf8)
    guard topic.starts(with: prefix) else { throw .otherTopic }
    let version = topic.dropFirst(prefix.count).prefix { (0x21...0x7E).contains($0) }.prefix(16)
    throw .unknownVersion(version.isEmpty ? "none" : String(decoding: version, as: UTF8.self))
}

private func frameHeader(_ text: Data) throws(FrameMessageError) -> FrameHeader {
    do {
        return try decodedInput(FrameHeader.self, from: text, file: "header")
    } catch let error as WireFileError {
        throw .badHeader(error)
    } catch {
        throw .badHeader(WireFileError(file: "header", place: "", reason: "\(error)"))
    }
}
