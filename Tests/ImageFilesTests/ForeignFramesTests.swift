import Foundation
import TestSupport
import Testing

@testable import ImageFiles

/// Frames written by Pillow, imageio, tifffile, SimpleITK and pydicom (Resources/make_frames.py): every pixel in its place, and what is no grey frame
/// refused by name.
@Suite struct ForeignFramesTests {
    private func path(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Resources/\(name)", withExtension: nil), "\(name)").path
    }

    /// The lopsided picture as make_frames.py draws it.
    private func picture(bits: Int, frame: Int) -> [Float] {
        (0..<9).flatMap { v in
            (0..<12).map { u -> Float in
                switch bits {
                case 16: Float(4000 * v + 300 * u + 37 * frame + 5)
                case 12: Float(400 * v + 30 * u + 7 * frame + 1)
                default: Float(25 * v + 2 * u + frame + 1)
                }
            }
        }
    }

    @Test(arguments: [
        ("pillow8.png", 8, 1), ("pillow16.png", 16, 1), ("imageio16.png", 16, 1), ("pillow8.tif", 8, 1), ("pillow16_lzw.tif", 16, 1),
        ("imageio16.tif", 16, 1), ("tifffile16_pages.tif", 16, 3), ("tifffile16_big_endian_large.tif", 16, 3),
        ("tifffile16_tiles.tif", 16, 3),
        ("tifffile8_pages.tif", 8, 3), ("sitk16_2d.mha", 16, 1), ("sitk8_compressed.mha", 8, 3), ("sitk_float.mha", 16, 3),
        ("xa12.dcm", 12, 3),
        ("xa12_implicit.dcm", 12, 3), ("xa12_big_endian.dcm", 12, 3), ("xa12_rle.dcm", 12, 3), ("xa12_jpegls.dcm", 12, 3),
        ("xa8.dcm", 8, 1),
    ])
    func everyPixelIsInItsPlace(name: String, bits: Int, frames: Int) throws {
        let file = try FrameFile(path: path(name))
        #expect(file.columns == 12 && file.rows == 9 && file.frameCount == frames)
        // Forwards, backwards and with a leap: files are read on from where they were left.
        for frame in Array(0..<frames) + (0..<frames).reversed() + [frames - 1, 0] {
            #expect(try file.frame(frame).values == picture(bits: bits, frame: frame), "\(name) \(frame)")
        }
        #expect(throws: ImageFileError.self) { try file.frame(frames) }
    }

    @Test(arguments: [
        ("bad_rgb.png", "colour"), ("bad_opacity.png", "transparency"), ("bad_palette.png", "palette"), ("bad_1bit.png", "1 bits"),
        ("bad_float.tif", "whole numbers"), ("bad_signed.tif", "whole numbers"), ("bad_white_at_0.tif", "0 is white"),
        ("bad_rgb.tif", "not grey"),
        ("bad_mirrored.tif", "mirrored"), ("bad_rgb.mha", "several channels"), ("bad_mr.dcm", "MR"), ("bad_rgb.dcm", "MONOCHROME"),
        ("bad_distance.dcm", "(0018,1110)"),
    ])
    func whatIsNoGreyFrameIsRefused(name: String, word: String) throws {
        let path = try path(name)
        #expect {
            try FrameFile(path: path)
        } throws: { error in
            "\(error)".contains(name) && "\(error)".contains(word)
        }
    }

    @Test func pagesOfOtherSizesAreNamed() throws {
        let path = try path("bad_second_size.tif")
        let file = try FrameFile(path: path)
        #expect(try file.frame(0).values == picture(bits: 16, frame: 0))
        #expect(throws: ImageFileError.wrongFrameSize(path: path, index: 1, found: SIMD2(12, 5), expected: SIMD2(12, 9))) {
            try file.frame(1)
        }
    }

    /// Cut to any length, and with any few bytes changed, a file is read or refused; the process lives. A cut picture is never read as if it were whole.
    @Test(arguments: [
        "pillow16.png", "pillow16_lzw.tif", "tifffile16_pages.tif", "tifffile16_tiles.tif", "sitk8_compressed.mha", "sitk_float.mha",
        "xa12.dcm",
        "xa12_rle.dcm", "xa12_jpegls.dcm",
    ])
    func damagedFilesAreSurvived(name: String) throws {
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path(name))))
        let frames = try FrameFile(path: path(name)).frameCount
        let expected = try (0..<frames).map { try FrameFile(path: path(name)).frame($0).values }
        func read(_ bytes: some Sequence<UInt8>, _ folder: String) throws -> [[Float]] {
            let copy = "\(folder)/\(name)"
            try write(bytes, to: copy)
            let file = try FrameFile(path: copy)
            return try (0..<min(file.frameCount, 8)).map { try file.frame($0).values }
        }
        var random = SeededGenerator(seed: 9)
        try withTemporaryFolder { folder in
            for length in stride(from: 1, to: whole.count, by: 11) {
                if let values = try? read(whole[..<length], folder) {
                    // What follows the pixels may be cut off, and whole pages: these are missed when their index is asked for.
                    #expect(values == Array(expected.prefix(values.count)), "cut to \(length) of \(whole.count)")
                }
            }
            for _ in 0..<150 {
                var bytes = whole
                for _ in 0..<3 { bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random) }
                _ = try? read(bytes, folder)
            }
        }
    }
}
