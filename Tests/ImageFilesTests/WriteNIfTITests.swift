import Foundation
import Frames
import TestSupport
import Testing
import Volumes

@testable import ImageFiles

@Suite struct WriteNIfTITests {
    private func ct(seed: UInt64, leftHanded: Bool) throws -> CTVolume {
        var random = SeededGenerator(seed: seed)
        let turn: RigidTransform<Patient, Vertebra> = random.transform()
        let x = (turn * UnitVector<Vertebra>.x).xyz
        let axes = (leftHanded ? -x : x, (turn * UnitVector<Vertebra>.y).xyz, (turn * UnitVector<Vertebra>.z).xyz)
        let grid = try GridGeometry<Patient>(
            size: SIMD3(7, 6, 5), spacing: SIMD3(0.7, 0.8, 1.5), origin: Point(12.5, -340.25, 88), axes: axes)
        let voxels = (0..<grid.voxelCount).map { _ in Int16.random(in: -1024...3071, using: &random) }
        return try CTVolume(geometry: grid, voxels: voxels)
    }

    @Test(arguments: UInt64(1)...6) func comesBackAtTheSamePoints(seed: UInt64) throws {
        let written = try ct(seed: seed, leftHanded: seed % 2 == 0)
        try withTemporaryFolder { folder in
            for name in ["a.nii", "a.nii.gz"] {
                try writeNIfTI(written, to: "\(folder)/\(name)")
                let read = try readCT(at: "\(folder)/\(name)")
                #expect(read.volume.voxels == written.voxels)
                // NIfTI holds 32-bit floats: 340 mm are good to 3e-5 mm.
                #expect(read.volume.geometry.coincides(with: written.geometry, tolerance: 1e-4))
                #expect(read.volume.geometry.isRightHanded == written.geometry.isRightHanded)
                #expect(read.warnings.filter { $0.code != .noAir && $0.code != .noBone }.isEmpty)
            }
        }
    }

    @Test func sformEqualsQformInScannerSpace() throws {
        try withTemporaryFolder { folder in
            try writeNIfTI(ct(seed: 3, leftHanded: true), to: "\(folder)/a.nii")
            let header = try readNIfTIHeader("\(folder)/a.nii", isCompressed: false)
            #expect(header.sformCode == 1 && header.qformCode == 1 && header.millimetresPerUnit == 1)
            // The qform goes through a 32-bit quaternion.
            #expect(zip(header.sform, try #require(header.qform)).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test func sameVolumeSameBytes() throws {
        let volume = try ct(seed: 9, leftHanded: false)
        try withTemporaryFolder { folder in
            try writeNIfTI(volume, to: "\(folder)/a.nii.gz")
            try writeNIfTI(volume, to: "\(folder)/another name.nii.gz")
            let first = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a.nii.gz"))
            let second = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/another name.nii.gz"))
            #expect(first == second)
            // Bytes 4 to 7 of a gzip file are its time.
            #expect(first[4..<8].allSatisfy { $0 == 0 })
        }
    }

    @Test func labelsComeBack() throws {
        let grid = try GridGeometry<Patient>(size: SIMD3(3, 4, 5), spacing: SIMD3(1, 1, 2), origin: Point(1, 2, 3))
        let labels = try LabelVolume(geometry: grid, voxels: (0..<60).map { UInt8($0 * 4) })
        try withTemporaryFolder { folder in
            try writeNIfTI(labels, to: "\(folder)/l.nii.gz")
            let read = try readLabels(at: "\(folder)/l.nii.gz")
            #expect(read.volume.voxels == labels.voxels.map(Int32.init))
            #expect(read.volume.geometry.coincides(with: grid))
        }
    }

    @Test func aFailureLeavesNothingBehind() throws {
        let volume = try ct(seed: 1, leftHanded: false)
        try withTemporaryFolder { folder in
            #expect(throws: ImageFileError.self) { try writeNIfTI(volume, to: "\(folder)/absent/a.nii.gz") }
            // A folder in the place of the file: the rename fails after everything was written.
            try FileManager.default.createDirectory(atPath: "\(folder)/taken.nii.gz", withIntermediateDirectories: false)
            #expect(throws: ImageFileError.self) { try writeNIfTI(volume, to: "\(folder)/taken.nii.gz") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken.nii.gz"])
        }
        #expect(throws: ImageFileError.self) { try writeNIfTI(volume, to: "/dev/full/a.nii") }
    }
}
