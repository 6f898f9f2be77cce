import Foundation
import Frames
import Protocols
import Testing

@Suite struct VertebraPoseTests {
    private func refuse(_ old: String, _ new: String, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation) {
        for word in words { expectRefusal(PoseRecord.self, poseText, old, new, word, sourceLocation: sourceLocation) }
    }

    @Test func statesAndTheirKeysMustFit() {
        refuse(#""state": "LOST", "causes": ["no_signal"]"#, #""state": "LOST", "causes": []"#, "needs a cause", "vertebrae[2] (L2)")
        refuse(#""state": "OK", "causes": []"#, #""state": "OK", "causes": ["a"]"#, "has no causes", "vertebrae[0] (T12)")
        refuse(#""state": "DEGRADED""#, #""state": "LOST""#, "no pose", "vertebrae[1] (L1)")
        refuse(#""state": "TRUE", "causes": []"#, #""state": "OK", "causes": []"#, "covariance")
        refuse(#""state": "LOST""#, #""state": "OVER""#, "OVER")
        refuse(#""depth_observable": false"#, #""depth_seen": false"#, "depth_seen is not known")
    }

    @Test func covariancesAreSymmetric() throws {
        var pose = VertebraPose(level: .l1, roomFromVertebra: place, covariance: Array(repeating: 0, count: 36), depthObservable: true)
        #expect(try decodedInput(VertebraPose.self, from: encodedJSON(pose), file: "p") == pose)
        pose.covariance![1] = 1
        #expect(throws: WireFileError.self) { try decodedInput(VertebraPose.self, from: encodedJSON(pose), file: "p") }
        pose.covariance = (0..<36).map { $0 == 0 ? -1 : 0 }
        #expect(throws: WireFileError.self) { try decodedInput(VertebraPose.self, from: encodedJSON(pose), file: "p") }
    }

    @Test func causesMakeAPoseDegradedAndLostHasNone() {
        let zeros = [Double](repeating: 0, count: 36)
        let doubted = VertebraPose(level: .l1, roomFromVertebra: place, covariance: zeros, depthObservable: true, causes: ["c"])
        #expect(doubted.state == .degraded)
        #expect(VertebraPose(lost: .l1, causes: ["c"]).roomFromVertebra == nil)
        #expect(VertebraPose(level: .l1, truth: place).state == .truth)
    }

    private var place: RigidTransform<Room, Vertebra> {
        RigidTransform(asserting: Rotation(columns: SIMD3(0, 1, 0), SIMD3(-1, 0, 0), SIMD3(0, 0, 1)), origin: Point(1, 2, 3))
    }
}
