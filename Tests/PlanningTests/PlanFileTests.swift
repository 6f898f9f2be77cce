import Anatomy
import Foundation
import Frames
import Phantom
import Testing

@testable import Planning

@Suite struct PlanFileTests {
    @Test func roundTripsAndShowsNull() throws {
        let phantom = try bonePhantom([.l1], seed: 3)
        let file = PlanFile(try planSpine(levels: [.t9, .l1], labels: phantom.labels, ct: nil, threads: 2))
        let data = try file.json()
        #expect(try JSONDecoder().decode(PlanFile.self, from: data) == file)
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
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
        let file = PlanFile(try planSpine(levels: [.l1], labels: phantom.labels, ct: nil, threads: 2))
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
