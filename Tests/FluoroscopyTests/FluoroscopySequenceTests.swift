import Foundation
import Frames
import ImageFiles
import Protocols
import TestSupport
import Testing
import Tracking

@testable import Fluoroscopy

@Suite struct FluoroscopySequenceTests {
    /// Two views of 4 x 3 and 3 x 2 pixels, two moments; the second view a MetaImage whose slices are frames.
    private func geometry() -> FluoroscopyGeometry {
        let place = RigidTransform<CArm, Room>(
            asserting: Rotation(columns: SIMD3(-1, 0, 0), SIMD3(0, 0, 1), SIMD3(0, 1, 0)), origin: Point(0, 0, 700))
        let moved = RigidTransform<CArm, Room>(asserting: place.rotation, origin: Point(5, 0, 700))
        return FluoroscopyGeometry(views: [
            FluoroscopyView(
                name: "AP", sizePx: SIMD2(4, 3), pixelSpacingMM: SIMD2(-0.5, 0.5), sourceDetectorMM: 1000, principalPointPx: SIMD2(1.5, 1),
                carmFromRoom: place, values: .intensity, airValue: 1024,
                frames: [.init(file: "0.png", timeS: 0), .init(file: "1.png", timeS: 0.1, carmFromRoom: moved)]),
            FluoroscopyView(
                name: "LAT", sizePx: SIMD2(3, 2), pixelSpacingMM: SIMD2(1, 1), projection: [1000, 0, 1, 0, 0, 1000, 0.5, 0, 0, 0, 1, 700],
                values: .lineIntegral, field: .circle(centre: SIMD2(1, 1), radius: 1.2),
                frames: [.init(file: "lat.mha", index: 1, timeS: 0.01), .init(file: "lat.mha", index: 0, timeS: 0.11)]),
        ])
    }

    private func inFolder(_ geometry: FluoroscopyGeometry? = nil, _ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try writePNG(grey: (0..<12).map { $0 * 128 }, columns: 4, rows: 3, to: "\(folder)/0.png")
            try writePNG(grey: Array(repeating: 0, count: 12), columns: 4, rows: 3, to: "\(folder)/1.png")
            let header = "NDims = 3\nDimSize = 3 2 2\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n"
            let values: [Float] = [0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0]
            let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
            try Data(Array(header.utf8) + bytes).write(to: URL(fileURLWithPath: "\(folder)/lat.mha"))
            try encodedJSON(geometry ?? self.geometry()).write(to: URL(fileURLWithPath: "\(folder)/geometry.json"))
            try body(folder)
        }
    }

    @Test func momentsHoldFramesAndCameras() throws {
        try inFolder { folder in
            let sequence = try FluoroscopySequence(folder: folder)
            #expect(sequence.viewNames == ["AP", "LAT"] && sequence.momentCount == 2 && sequence.timesS == [0, 0.1])
            #expect(sequence.files.map { ($0 as NSString).lastPathComponent } == ["geometry.json", "0.png", "1.png", "lat.mha"])
            let moment = try sequence.moment(0)
            #expect(moment.frames[0].transmission == (0..<12).map { Float($0) / 8 })
            #expect(moment.frames[1].view == "LAT")
            let lat = moment.frames[1].transmission
            #expect(lat.map(\.isNaN) == [true, false, true, false, false, false])
            #expect(abs(lat[1] - exp(Float(-4))) < 1e-7 && abs(lat[5] - 1) < 1e-7)
            #expect(moment.causes == [[], []])
            #expect(moment.frames[0].camera.carmFromRoom.origin == Point(0, 0, 700))
            #expect(moment.frames[1].camera.sourceDetectorDistance == 1000)
        }
    }

    /// As a source it gives each moment once, in order.
    @Test func momentsComeOneAfterTheOther() throws {
        try inFolder { folder in
            let sequence = try FluoroscopySequence(folder: folder)
            #expect(sequence.expectedCount == 2)
            #expect(try sequence.next()?.index == 0)
            #expect(try sequence.next()?.index == 1)
            #expect(try sequence.next() == nil)
        }
    }

    /// The black second frame of AP is named and holds no numbers; its C-arm has moved.
    @Test func framesWithoutSignalAreNamed() throws {
        try inFolder { folder in
            let moment = try FluoroscopySequence(folder: folder).moment(1)
            #expect(moment.causes == [[.noSignal], []])
            #expect(moment.frames[0].transmission.filter(\.isNaN).count == 12)
            #expect(moment.frames[0].camera.carmFromRoom.origin == Point(5, 0, 700))
            #expect(moment.timeS == 0.1)
        }
    }

    @Test func whatDoesNotFitIsNamed() throws {
        var changed = geometry()
        changed.views[0].sizePx = SIMD2(5, 3)
        try inFolder(changed) { folder in
            let sequence = try FluoroscopySequence(folder: folder)
            #expect(throws: ImageFileError.wrongFrameSize(path: "\(folder)/0.png", index: 0, found: SIMD2(4, 3), expected: SIMD2(5, 3))) {
                try sequence.moment(0)
            }
        }
        changed = geometry()
        changed.views[1].frames[0].index = nil
        try inFolder(changed) { folder in
            let sequence = try FluoroscopySequence(folder: folder)
            #expect(throws: FluoroscopyError.noIndex(path: "\(folder)/lat.mha", count: 2)) { try sequence.moment(0) }
        }
        changed = geometry()
        changed.views[0].frames[1].file = "absent.png"
        try inFolder(changed) { folder in
            #expect(throws: ImageFileError.self) { try FluoroscopySequence(folder: folder) }
        }
        changed = geometry()
        changed.views[1].projection![1] = 5
        try inFolder(changed) { folder in
            #expect {
                try FluoroscopySequence(folder: folder)
            } throws: { error in
                "\(error)".contains("view LAT, frame 0") && "\(error)".contains("right angle")
            }
        }
        try withTemporaryFolder { folder in
            _ = #expect(throws: FluoroscopyError.noGeometry(path: folder)) { try FluoroscopySequence(folder: folder) }
        }
    }
}
