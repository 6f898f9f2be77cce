import Foundation
import Frames
import TestSupport
import Testing
import Volumes

@testable import ImageFiles

@Suite struct DicomVolumeTests {
    /// Slices at 0, 2, 4 ... mm whose HU is ten times their number, under names against their order.
    private func slices(_ count: Int = 5) -> [DicomBytes] {
        (0..<count).map { DicomBytes(z: Double($0) * 2, value: Int16(1024 + 10 * $0)) }
    }

    private func reading<Result>(_ slices: [DicomBytes], _ body: (String) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            for (n, slice) in slices.enumerated() { try write(slice.bytes, to: "\(folder)/\(1000 - n).dcm") }
            return try body(folder)
        }
    }

    @Test func slicesAreSortedByPosition() throws {
        let image = try reading(slices()) { try readCT(at: $0) }
        #expect(image.volume.geometry.size == SIMD3(4, 3, 5))
        // PixelSpacing names the distance between rows first.
        #expect(image.volume.geometry.spacing == SIMD3(1.5, 2, 2))
        #expect((0..<5).map { image.volume[0, 0, $0] } == [0, 10, 20, 30, 40])
        #expect(image.metadata.dicom?.series.sliceCount == 5)
    }

    @Test func nothingOfThePatientIsKept() throws {
        var made = slices()
        for n in made.indices { made[n].patient = "SECRET" }
        let image = try reading(made) { try readCT(at: $0) }
        let text = String(decoding: try JSONEncoder().encode(image.metadata), as: UTF8.self)
        #expect(!text.contains("SECRET"))
    }

    @Test func aMissingTagIsNamed() throws {
        var made = slices()
        made[2].omitted = [0x0028_1052]
        #expect(throws: ImageFileError.self) { try reading(made) { try readCT(at: $0) } }
        do { _ = try reading(made) { try readCT(at: $0) } } catch let error as ImageFileError {
            #expect(error.description.contains("RescaleIntercept (0028,1052)"))
        }
    }

    @Test func unevenSlicesOnlyWhenAsked() throws {
        var made = slices(7)
        made.remove(at: 3)
        try reading(made) { folder in
            #expect(throws: ImageFileError.unevenSlices(gaps: [SliceGap(fromMM: 4, toMM: 8, missing: 1)], usualMM: 2)) {
                try readCT(at: folder)
            }
            var options = ReadOptions()
            options.resamplesUnevenSlices = true
            let image = try readCT(at: folder, options: options)
            #expect((0..<7).map { image.volume[1, 1, $0] } == [0, 10, 20, 30, 40, 50, 60])
        }
    }

    @Test func tiltPadsWithAir() throws {
        var made = slices()
        // 2 mm a slice along y: one pixel.
        for n in made.indices { made[n].position.y = Double(n) * 2 }
        let image = try reading(made) { try readCT(at: $0) }
        #expect(image.warnings.contains { $0.code == .gantryTilt })
        #expect(image.volume.geometry.size == SIMD3(4, 7, 5))
        for n in 0..<5 {
            #expect(image.volume.nearest(at: Point(0, Double(n) * 2, Double(n) * 2)) == Int16(10 * n))
            #expect(image.volume.nearest(at: Point(0, Double(n) * 2 + 6, Double(n) * 2)) ?? -1024 == -1024)
        }
    }

    @Test func duplicatesMustBeEqual() throws {
        try reading(slices() + [slices()[2]]) { folder in
            let image = try readCT(at: folder)
            #expect(image.warnings.contains { $0.code == .duplicateSlices })
        }
        var other = slices()[2]
        other.pixels[5] += 1
        #expect(throws: ImageFileError.self) { try reading(slices() + [other]) { try readCT(at: $0) } }
    }

    @Test func seriesAreChosenOrAsked() throws {
        var thick = [DicomBytes(z: 0), DicomBytes(z: 8)]
        for n in thick.indices { thick[n].seriesUID = "1.2.4" }
        try reading(slices() + thick) { folder in
            let image = try readCT(at: folder)
            #expect(image.metadata.dicom?.series.uid == "1.2.3")
            #expect(image.warnings.contains { $0.code == .seriesChosen })
            var options = ReadOptions()
            options.seriesUID = "1.2.4"
            #expect(try readCT(at: folder, options: options).volume.geometry.size.z == 2)
        }
        var twin = slices()
        for n in twin.indices { twin[n].seriesUID = "1.2.5" }
        try reading(slices() + twin) { folder in
            #expect(throws: ImageFileError.self) { try readCT(at: folder) }
            let inspection = try inspectImage(at: folder)
            #expect(inspection.series.map(\.uid) == ["1.2.3", "1.2.5"])
        }
    }

    @Test func otherModalitiesAreRefused() throws {
        var made = slices()
        for n in made.indices { made[n].modality = "MR" }
        try reading(made) { folder in
            #expect(throws: ImageFileError.notCT(path: folder, modality: "MR")) { try readCT(at: folder) }
            var options = ReadOptions()
            options.allowMR = true
            let image = try readCT(at: folder, options: options)
            #expect(image.warnings.contains { $0.code == .notCT })
        }
    }

    /// Every cut of a slice is refused: none is filled up or dropped.
    @Test func cutFilesAreRefused() throws {
        let whole = slices()[4].bytes
        for length in stride(from: 132, to: whole.count - 1, by: 7) {
            try reading(Array(slices().prefix(4))) { folder in
                try write(whole.prefix(length), to: "\(folder)/last.dcm")
                #expect(throws: ImageFileError.self, "cut to \(length) bytes") { try readCT(at: folder) }
            }
        }
    }

    /// Damaged bytes never end the process. Seed in the argument.
    @Test(arguments: UInt64(1)...20) func damagedBytesAreSurvived(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        try reading(slices()) { folder in
            for _ in 0..<20 {
                var bytes = slices()[1].bytes
                for _ in 0..<3 { bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random) }
                try write(bytes, to: "\(folder)/999.dcm")
                _ = try? readCT(at: folder)
            }
        }
    }
}
