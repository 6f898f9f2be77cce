import Anatomy
import Foundation
import Frames
import Phantom
import Protocols
import Testing
import Volumes

@testable import Planning

@Suite struct PlanFileTests {
    @Test func roundTripsAndShowsNull() throws {
        let phantom = try bonePhantom([.l1], seed: 3)
        let warning = PlanFile.Warning(code: "poor_fit", message: "it lies poorly", levels: ["L1"])
        let plan = try planSpine(levels: [.t9, .l1], labels: phantom.labels, ct: nil, threads: 2)
        let file = PlanFile(plan, image: image(of: phantom.labels), warnings: [warning])
        let data = try encodedJSON(file)
        #expect(try decodedJSON(PlanFile.self, from: data) == file)
        #expect(file.screws.allSatisfy { $0.warnings.contains { $0.code == "poor_fit" } == ($0.level == "L1") })
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let scan = try #require(object?["image"] as? [String: Any])
        #expect(scan["series_instance_uid"] is NSNull && scan["size"] as? [Int] == file.image.size)
        let screws = try #require(object?["screws"] as? [[String: Any]])
        let refused = try #require(screws.first { $0["level"] as? String == "T9" })
        #expect(refused["status"] as? String == "refused")
        #expect(refused["entry_lps_mm"] is NSNull && refused["diameter_mm"] is NSNull && refused["grade"] is NSNull)
        let planned = try #require(screws.first { $0["level"] as? String == "L1" && $0["side"] as? String == "left" })
        #expect((planned["entry_lps_mm"] as? [Double])?.count == 3)
    }

    /// The transforms, entry and tip in the file tell the same screw to 1e-6 mm, as a consumer will combine them.
    @Test func transformsAgreeWithEntryAndTip() throws {
        let phantom = try bonePhantom([.l1], seed: 3)
        let file = PlanFile(try planSpine(levels: [.l1], labels: phantom.labels, ct: nil, threads: 2), image: image(of: phantom.labels))
        for screw in file.screws {
            let outer = try #require(screw.patientFromVertebra)
            let inner = try #require(screw.vertebraFromScrew)
            let length = try #require(screw.length)
            let frame = try #require(RigidTransform<Patient, Vertebra>(rowMajor4x4: outer))
            let inVertebra = try #require(RigidTransform<Vertebra, Screw>(rowMajor4x4: inner))
            let patientFromScrew = frame * inVertebra
            let entry = try #require(screw.entry)
            let tip = try #require(screw.tip)
            #expect(patientFromScrew.origin.distance(to: Point(entry[0], entry[1], entry[2])) < 2e-6)
            let end = patientFromScrew * Point<Screw>(0, 0, length)
            #expect(end.distance(to: Point(tip[0], tip[1], tip[2])) < 2e-6)
        }
    }
}

/// A scan of which only the grid is known.
func image(of labels: LabelVolume) -> PlanFile.Image {
    PlanFile.Image(sha256: "", studyUID: nil, seriesUID: nil, frameOfReferenceUID: nil, grid: labels.geometry)
}
