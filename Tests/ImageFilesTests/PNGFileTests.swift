import Foundation
import TestSupport
import Testing

@testable import ImageFiles

/// PNGs of our own writer; those of other programs are judged in Tests/Judges.
@Suite struct PNGFileTests {
    private let values: [UInt16] = (0..<35).map { UInt16($0 * 1871) }

    @Test func greyRoundTrips() throws {
        try withTemporaryFolder { folder in
            try writePNG(grey: values, columns: 7, rows: 5, to: "\(folder)/a.png")
            let file = try FrameFile(path: "\(folder)/a.png")
            #expect(file.columns == 7 && file.rows == 5 && file.frameCount == 1)
            #expect(try file.frame(0).values == values.map(Float.init))
            #expect(throws: ImageFileError.noSuchFrame(path: "\(folder)/a.png", index: 1, count: 1)) { try file.frame(1) }
            #expect(try encodedPNG(grey: values, columns: 7, rows: 5) == encodedPNG(grey: values, columns: 7, rows: 5))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.png"])
        }
    }

    @Test func colourIsWrittenAndRefusedAsFrame() throws {
        try withTemporaryFolder { folder in
            try writePNG(rgb: (0..<18).map { UInt8($0 * 14) }, columns: 3, rows: 2, to: "\(folder)/a.png")
            #expect(throws: ImageFileError.self) { try FrameFile(path: "\(folder)/a.png") }
        }
    }

    /// Cuts and flipped bytes give an error or a picture, never a crash. Seed 5.
    @Test func damagedFilesAreSurvived() throws {
        var random = SeededGenerator(seed: 5)
        let whole = Array(try encodedPNG(grey: values, columns: 7, rows: 5))
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.png"
            for length in 1..<whole.count {
                try write(whole[..<length], to: path)
                #expect(throws: ImageFileError.self, "cut to \(length)") { try FrameFile(path: path).frame(0) }
            }
            for _ in 0..<300 {
                var bytes = whole
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                try write(bytes, to: path)
                _ = try? FrameFile(path: path).frame(0)
            }
        }
    }

    /// The header asks for 16384 x 16384 pixels of a file of 100 bytes: refused before memory is taken.
    @Test func declaredSizeIsCheckedFirst() throws {
        var bytes = Array(try encodedPNG(grey: values, columns: 7, rows: 5))
        bytes.replaceSubrange(16..<24, with: [0, 0, 0x40, 0, 0, 0, 0x40, 0])
        // The header's checksum, CRC-32 of bytes 12 to 28.
        let sum = crc32(bytes[12..<29])
        bytes.replaceSubrange(29..<33, with: [24, 16, 8, 0].map { (shift: UInt32) in UInt8(truncatingIfNeeded: sum >> shift) })
        try withTemporaryFolder { folder in
            try write(bytes, to: "\(folder)/a.png")
            #expect {
                try FrameFile(path: "\(folder)/a.png")
            } throws: { error in
                guard case ImageFileError.truncated(_, let expected, _) = error else { return false }
                return expected == 2 * 16384 * 16384
            }
        }
    }

    @Test func unwritablePlacesAreSaid() {
        #expect(throws: ImageFileError.self) { try writePNG(grey: [1], columns: 1, rows: 1, to: "/absent/a.png") }
        #expect(throws: ImageFileError.self) { try encodedPNG(grey: [], columns: 0, rows: 0) }
    }

    private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
