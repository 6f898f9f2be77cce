import Anatomy
import Frames
import Phantom
import Testing
import Volumes

@testable import Planning

@Suite struct PlanSpineTests {
    static let phantom = Result { try bonePhantom([.t12, .l1, .l2], seed: 21) }

    @Test func everyPedicleAskedForIsAnswered() throws {
        let labels = try Self.phantom.get().labels
        let plan = try planSpine(levels: [.c7, .t11, .l1], labels: labels, ct: nil, threads: 2)
        #expect(plan.screws.map(\.level) == [.c7, .c7, .t11, .t11, .l1, .l1])
        #expect(plan.screws.map(\.side) == [.left, .right, .left, .right, .left, .right])
        #expect(plan.screws[0].reasons[0].code == "level_not_supported")
        #expect(plan.screws[2].reasons[0].code == "level_not_in_labels")
        #expect(plan.screws.allSatisfy { !$0.reasons.isEmpty })
        #expect(plan.screws[4].screw != nil && plan.screws[5].screw != nil)
    }

    /// Judged on the phantom's own truth, not on the surface that the planner built.
    @Test func screwsKeepClearOfTheTrueCanal() throws {
        let phantom = try Self.phantom.get()
        let plan = try planSpine(levels: [.t12, .l1, .l2], labels: phantom.labels, ct: nil, threads: 2)
        for screw in plan.screws {
            guard let planned = screw.screw, let frame = screw.patientFromVertebra else { continue }
            let truth = try #require(phantom.truth.vertebra(screw.level))
            let toTruth = truth.patientFromVertebra.inverse * frame
            let entry = toTruth * planned.entry
            let tip = toTruth * planned.tip
            #expect(entry.x * screw.side.leftwardSign > 5, "the entry lies on the screw's own side")
            #expect(tip.x * screw.side.leftwardSign > 0, "the tip does not cross the midline")
            #expect(planned.grade == .a)
            let centreline = truth.canal.centreline.map { truth.patientFromVertebra.inverse * Point<Patient>($0) }
            for step in 0...40 {
                let at = entry + Double(step) / 40 * (tip - entry)
                let nearest = try #require(centreline.min { abs($0.z - at.z) < abs($1.z - at.z) })
                let across = (at.x - nearest.x) / (truth.canal.width / 2 + planned.diameter / 2)
                let along = (at.y - nearest.y) / (truth.canal.depth / 2 + planned.diameter / 2)
                #expect(across * across + along * along > 0.95, "\(screw.level) \(screw.side) enters the canal")
            }
        }
    }

    /// The same voxels under a turned header are the same anatomy: all that may differ is rounding.
    @Test func turnedHeaderTurnsThePlan() throws {
        let labels = try Self.phantom.get().labels
        let about = try #require(UnitVector<Patient>(Vector(1, 2, -1)))
        let turn = Rotation<Patient, Patient>(angle: .pi / 6, about: about)
        let g = labels.geometry
        let geometry = try GridGeometry<Patient>(
            size: g.size, spacing: g.spacing, origin: Point(turn(g.origin.xyz)), axes: (turn(g.axes.0), turn(g.axes.1), turn(g.axes.2)))
        let upright = try planSpine(levels: [.t12, .l1, .l2], labels: labels, ct: nil, threads: 2)
        let turned = try planSpine(
            levels: [.t12, .l1, .l2], labels: try LabelVolume(geometry: geometry, voxels: labels.voxels), ct: nil, threads: 2)
        for (a, b) in zip(upright.screws, turned.screws) {
            let x = try #require(a.screw)
            let y = try #require(b.screw)
            let p = try #require(a.patientFromVertebra)
            let q = try #require(b.patientFromVertebra)
            #expect(x.diameter == y.diameter && x.length == y.length)
            // Rounding alone; a second path of nearly the same score would show as millimetres.
            #expect(Point<Patient>(turn((p * x.entry).xyz)).distance(to: q * y.entry) < 0.05)
            #expect(Point<Patient>(turn((p * x.tip).xyz)).distance(to: q * y.tip) < 0.05)
        }
    }

    @Test func vertebraCutByTheViewIsRefused() throws {
        let labels = try Self.phantom.get().labels
        let box = try cutOutMasks(of: [.l2], from: labels)[0].mask.geometry
        let bottom = labels.geometry.index(of: box.point(at: SIMD3(0, 0, box.size.z / 3)))
        let cut = try labels.cropped(from: SIMD3(0, 0, Int(bottom.z.rounded())), to: labels.geometry.size)
        let plan = try planSpine(levels: [.l2], labels: cut, ct: nil, threads: 1)
        #expect(plan.screws.allSatisfy { $0.screw == nil && $0.reasons[0].code == "cut_by_view" })
    }

    @Test func threadsDoNotChangeThePlan() throws {
        let labels = try Self.phantom.get().labels
        let one = try PlanFile(planSpine(levels: [.t12, .l1], labels: labels, ct: nil, threads: 1)).json()
        let two = try PlanFile(planSpine(levels: [.t12, .l1], labels: labels, ct: nil, threads: 2)).json()
        #expect(one == two)
    }
}
