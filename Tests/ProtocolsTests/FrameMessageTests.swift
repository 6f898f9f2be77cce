import Foundation
import Protocols
import Testing

@Suite struct FrameMessageTests {
    private let topic = Data("lamina.frame/1\0".utf8)
    private let header = Data(frameHeaderText.utf8)
    private let pixels = Data(0..<12)
    private let end = Data(#"{"schema": "lamina.frame-message", "schema_version": "1.0.0", "kind": "end", "stream": "0123abcd"}"#.utf8)

    private func code(_ parts: [Data]) -> String {
        do {
            _ = try FrameMessage(parts: parts)
            return "accepted"
        } catch {
            #expect(!"\(error)".isEmpty)
            return error.code
        }
    }

    @Test func framesAndEndsAreRead() throws {
        guard case .frame(let read, pixels) = try FrameMessage(parts: [topic, header, pixels]) else {
            Issue.record("it is no frame, or its pixels are others")
            return
        }
        #expect(read.view.name == "AP")
        #expect(try FrameMessage(parts: [topic, end]) == .end(stream: "0123abcd"))
    }

    @Test func messagesRoundTrip() throws {
        for parts in [[topic, header, pixels], [topic, end]] {
            let message = try FrameMessage(parts: parts)
            #expect(try FrameMessage(parts: message.parts()) == message)
        }
    }

    @Test func partsAreCounted() {
        for parts in [[topic], [topic, header], [topic, end, pixels], [topic, header, pixels, pixels]] {
            #expect(code(parts) == "wrong_part_count")
        }
    }

    @Test func otherTopicsAndVersionsAreTold() {
        for other in ["", "lamina.pose/1\0", "lamina.frame", "xlamina.frame/1\0"] {
            #expect(code([Data(other.utf8), header, pixels]) == "other_topic")
        }
        #expect(code([]) == "other_topic")
        for other in ["lamina.frame/2\0", "lamina.frame/1", "lamina.frame/", "lamina.frame/10\0", "lamina.frame/1\0x"] {
            #expect(code([Data(other.utf8), header, pixels]) == "unknown_version")
        }
        #expect("\(FrameMessageError.unknownVersion("2"))".contains("version 2"))
    }

    @Test func pixelsMustBeThereToTheByte() {
        #expect(code([topic, header, pixels.dropLast()]) == "wrong_pixel_bytes")
        #expect(code([topic, header, pixels + [0]]) == "wrong_pixel_bytes")
        #expect(code([topic, header, Data()]) == "wrong_pixel_bytes")
        let bytes = Data(frameHeaderText.replacingOccurrences(of: "uint16le", with: "float32le").utf8)
        #expect(code([topic, bytes, pixels]) == "wrong_pixel_bytes")
        #expect(code([topic, bytes, pixels + pixels]) == "accepted")
    }

    /// 16384 x 16384 pixels are a legal view of a file, and too many here; nothing is allocated for them.
    @Test func tooManyPixelsAreRefused() {
        let large = Data(frameHeaderText.replacingOccurrences(of: "[3, 2]", with: "[16384, 16384]").utf8)
        #expect(code([topic, large, pixels]) == "too_many_pixels")
    }

    @Test func longHeadersAreNotRead() {
        let long = header + Data(repeating: 0x20, count: FrameMessage.greatestHeaderBytes)
        #expect(code([topic, long, pixels]) == "header_too_long")
    }

    /// Every prefix of a header, and every header with one byte changed: refused or read, never a crash. A changed digit may well be a header.
    @Test func damagedHeadersNeverCrash() {
        for count in 0..<header.count - 1 { #expect(code([topic, header.prefix(count), pixels]) == "bad_header") }
        for n in header.indices {
            var damaged = header
            damaged[n] ^= 0x5A
            _ = code([topic, damaged, pixels])
        }
        #expect(code([topic, Data(String(repeating: "[", count: 60000).utf8), pixels]) == "bad_header")
    }
}
