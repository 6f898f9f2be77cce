import Foundation
import Frames
import TestSupport
import Testing
import Tracking

@testable import Fluoroscopy

struct PacedSequenceTests {
    /// Moments of one view at these times, all the same picture.
    private func paced(times: [Double], in folder: String) throws -> PacedSequence {
        let path = folder + "/frames.mha"
        let header =
            "ObjectType = Image\nNDims = 3\nDimSize = 4 4 1\nElementSpacing = 1 1 1\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n"
        let pixels = [Float](repeating: 0.5, count: 16).withUnsafeBytes { Data($0) }
        try (Data(header.utf8) + pixels).write(to: URL(fileURLWithPath: path))
        let frames = times.map { "{\"file\": \"frames.mha\", \"index\": 0, \"time_s\": \($0)}" }.joined(separator: ", ")
        let geometry = """
            {"schema": "lamina.geometry", "schema_version": "1.0.0", "views": [{"name": "AP", "size_px": [4, 4], "pixel_spacing_mm": [1, 1], \
            "source_detector_mm": 1000, "principal_point_px": [1.5, 1.5], "carm_from_room": [1,0,0,0, 0,0,-1,0, 0,1,0,700, 0,0,0,1], \
            "values": "intensity", "air_value": 1, "frames": [\(frames)]}]}
            """
        try geometry.write(toFile: folder + "/geometry.json", atomically: false, encoding: .utf8)
        return PacedSequence(try FluoroscopySequence(path: folder, assuming: FluoroscopyAssumptions()))
    }

    /// None comes before its time, and all come when somebody is ready for each.
    @Test func momentsComeInTheirTime() throws {
        try withTemporaryFolder { folder in
            let sequence = try paced(times: [5, 5.1, 5.25], in: folder)
            let begun = ContinuousClock.now
            var indices: [Int] = []
            while let moment = try sequence.next() {
                indices.append(moment.index)
                #expect(begun.duration(to: .now) >= .seconds(moment.timeS - 5))
                #expect(moment.arrival != nil)
            }
            // On a busy machine one may be left out, and is then counted.
            #expect(indices.first == 0 && indices.last == 2 && indices.count + sequence.skipped == 3)
        }
    }

    @Test func whatNobodyWasReadyForIsLeftOut() throws {
        try withTemporaryFolder { folder in
            let sequence = try paced(times: [0, 0.01, 0.02, 0.03, 60], in: folder)
            #expect(try sequence.next()?.index == 0)
            Thread.sleep(forTimeInterval: 0.1)
            #expect(try sequence.next()?.index == 3)
            #expect(sequence.skipped == 2)
        }
    }

    @Test func aWaitEndsWhenItIsStopped() throws {
        try withTemporaryFolder { folder in
            let sequence = try paced(times: [0, 3600], in: folder)
            _ = try sequence.next()
            let stop = sequence.stopper
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 0.05)
                stop()
            }
            #expect(try sequence.next()?.index == nil)
        }
    }
}
