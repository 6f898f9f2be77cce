import Foundation
import Frames
import TestSupport
import Testing
import Volumes

@testable import ImageFiles

/// Reading whole files whose bytes are written out here; the formats as other programs write them are judged in Tests/Judges.
@Suite struct ReadImageTests {
    private let nrrdHeader = """
        NRRD0005
        type: short
        dimension: 3
        space: left-posterior-superior
        sizes: 2 2 2
        space directions: (2,0,0) (0,2,0) (0,0,3)
        kinds: domain domain domain
        endian: little
        encoding: raw
        space origin: (10,20,30)


        """
    private let metaHeader = """
        ObjectType = Image
        NDims = 3
        BinaryData = True
        CompressedData = False
        TransformMatrix = 1 0 0 0 1 0 0 0 1
        Offset = 10 20 30
        ElementSpacing = 2 2 3
        DimSize = 2 2 2
        ElementType = MET_SHORT
        ElementDataFile = LOCAL

        """
    private let values: [Int16] = [-1000, 0, 100, 200, 300, 400, 500, 600]

    @Test func nrrdAndMetaImage() throws {
        try withTemporaryFolder { folder in
            for (name, header) in [("a.nrrd", nrrdHeader), ("a.mha", metaHeader)] {
                try write(Array(header.utf8) + littleEndian(values), to: "\(folder)/\(name)")
                let image = try readCT(at: "\(folder)/\(name)")
                #expect(image.volume.voxels == values)
                #expect(image.volume.geometry.origin == Point(10, 20, 30))
                #expect(image.volume.nearest(at: Point(12, 20, 33)) == 400)
            }
        }
    }

    @Test func labelsMustBeWhole() throws {
        let header = nrrdHeader.replacingOccurrences(of: "short", with: "float")
        func bytes(_ numbers: [Float]) -> [UInt8] { Array(header.utf8) + littleEndian(numbers.map(\.bitPattern)) }
        try withTemporaryFolder { folder in
            try write(bytes([0, 1, 2, 20, 21, 22, 28, -3]), to: "\(folder)/a.nrrd")
            #expect(try readLabels(at: "\(folder)/a.nrrd").volume.voxels == [0, 1, 2, 20, 21, 22, 28, -3])
            try write(bytes([0, 1, 2.5, 20, 21, 22, 28, 3]), to: "\(folder)/b.nrrd")
            #expect(throws: ImageFileError.badNumbers(path: "\(folder)/b.nrrd", reason: "a label map needs whole numbers, found 2.5")) {
                try readLabels(at: "\(folder)/b.nrrd")
            }
            try write(bytes([0, 1, .nan, 20, 21, 22, 28, 3]), to: "\(folder)/c.nrrd")
            #expect(throws: ImageFileError.self) { try readLabels(at: "\(folder)/c.nrrd") }
        }
    }

    @Test func declaredSizeIsCheckedBeforeMemoryIsTaken() throws {
        let header = metaHeader.replacingOccurrences(of: "DimSize = 2 2 2", with: "DimSize = 1000 1000 1000")
        try withTemporaryFolder { folder in
            try write(Array(header.utf8) + littleEndian(values), to: "\(folder)/a.mha")
            #expect(throws: ImageFileError.truncated(path: "\(folder)/a.mha", expectedBytes: 2_000_000_000, foundBytes: 16)) {
                try readCT(at: "\(folder)/a.mha")
            }
            var options = ReadOptions()
            options.largestVoxelCount = 1000
            #expect(throws: ImageFileError.tooLarge(path: "\(folder)/a.mha", voxels: 1_000_000_000, limit: 1000)) {
                try readCT(at: "\(folder)/a.mha", options: options)
            }
        }
    }

    @Test func whatIsMissingIsSaid() throws {
        #expect(throws: ImageFileError.unreadable(path: "/absent", reason: "there is no such file or folder")) { try readCT(at: "/absent") }
        try withTemporaryFolder { folder in
            try write([], to: "\(folder)/a.nii")
            #expect(throws: ImageFileError.empty(path: "\(folder)/a.nii")) { try readCT(at: "\(folder)/a.nii") }
            #expect(throws: ImageFileError.self) { try readCT(at: folder) }
        }
    }
}
