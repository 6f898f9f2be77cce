import Foundation
import TestSupport
import Testing

@testable import ImageFiles

@Suite struct MetaImageFramesTests {
    private func header(_ type: String, _ size: String = "3 2 2", _ more: String = "") -> [UInt8] {
        let rank = size.split(separator: " ").count
        return Array("ObjectType = Image\nNDims = \(rank)\nDimSize = \(size)\n\(more)ElementType = \(type)\nElementDataFile = LOCAL\n".utf8)
    }

    @Test func slicesAreFrames() throws {
        try withTemporaryFolder { folder in
            try write(header("MET_USHORT") + littleEndian((0..<12).map { UInt16($0 * 5000) }), to: "\(folder)/a.mha")
            let file = try FrameFile(path: "\(folder)/a.mha")
            #expect(file.columns == 3 && file.rows == 2 && file.frameCount == 2)
            #expect(try file.frame(1).values == [30000, 35000, 40000, 45000, 50000, 55000])
            #expect(try file.frame(0).values == [0, 5000, 10000, 15000, 20000, 25000])
            try write(header("MET_UCHAR", "3 2") + [1, 2, 3, 4, 5, 255], to: "\(folder)/b.mha")
            #expect(try FrameFile(path: "\(folder)/b.mha").frame(0).values == [1, 2, 3, 4, 5, 255])
        }
    }

    @Test func numbersThatAreNoneAreNaN() throws {
        let values: [Float] = [1, .nan, .infinity, -.infinity, 2, 3]
        try withTemporaryFolder { folder in
            try write(header("MET_FLOAT", "3 2") + littleEndian(values.map(\.bitPattern)), to: "\(folder)/a.mha")
            let read = try FrameFile(path: "\(folder)/a.mha").frame(0).values
            #expect(read.map(\.isNaN) == [false, true, true, true, false, false])
        }
    }

    @Test func shortAndHugeFilesAreRefused() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.mha"
            try write(header("MET_USHORT") + [1, 2, 3], to: path)
            #expect(throws: ImageFileError.truncated(path: path, expectedBytes: 24, foundBytes: 3)) { try FrameFile(path: path) }
            try write(header("MET_USHORT", "9000000000 9000000000 3") + [1, 2, 3], to: path)
            #expect(throws: ImageFileError.self) { try FrameFile(path: path) }
            try write(header("MET_USHORT", "3 -2 2") + littleEndian([UInt16](repeating: 0, count: 12)), to: path)
            #expect(throws: ImageFileError.self) { try FrameFile(path: path) }
            try write(header("MET_UCHAR", "20000 1") + [UInt8](repeating: 0, count: 20000), to: path)
            #expect(throws: ImageFileError.self) { try FrameFile(path: path) }
            try write(header("MET_UCHAR", "3 2 2", "ElementNumberOfChannels = 3\n") + [UInt8](repeating: 0, count: 36), to: path)
            #expect(throws: ImageFileError.unsupported(path: path, feature: "an image of several channels")) { try FrameFile(path: path) }
        }
    }
}
