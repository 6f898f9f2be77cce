import Anatomy
import Foundation
import Frames
import Phantom
import Testing

@testable import Planning

@Suite struct PlanFileFramesTests {
    @Test func framesPutAScrewWhereItsEndsAre() throws {
        let phantom = try bonePhantom([.l1], seed: 3)
        var file = PlanFile(try planSpine(levels: [.l1], labels: phantom.labels, ct: nil, threads: 2), image: image(of: phantom.labels))
        let screw = file.screws[0]
        let patientFromScrew = try #require(screw.vertebraFrame) * (try #require(screw.screwFrame))
        let entry = patientFromScrew * Point<Frames.Screw>(0, 0, 0)
        let tip = patientFromScrew * Point<Frames.Screw>(0, 0, try #require(screw.length))
        // plan.json rounds points to a micrometre.
        for (found, told) in [(entry, screw.entry), (tip, screw.tip)] {
            let told = try #require(told)
            #expect((found - Point(told[0], told[1], told[2])).length < 0.003)
        }
        #expect(file.vertebrae[0].frame?.rowMajor4x4 == file.vertebrae[0].patientFromVertebra)
        // A mirror image is no place of anything.
        for n in 0..<3 { file.vertebrae[0].patientFromVertebra[4 * n] *= -1 }
        #expect(file.vertebrae[0].frame == nil)
        file.screws[0].vertebraFromScrew = [1, 0, 0]
        #expect(file.screws[0].screwFrame == nil)
    }
}
