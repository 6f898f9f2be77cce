import Anatomy
import Concurrency
import Frames
import Phantom
import Protocols
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

    /// The patient turned by 30° and voxelised anew, seen from the true bone.
    ///
    /// The medians have the goal as their limit, 0.3 mm and 0.5°, and stand at about 0.18 mm and 0.37°. The new grid redraws each wall by 0.15 mm, and
    /// where a rule holds the path it follows: 0.15 mm over a lever of 5 mm is 1.7°, which the 95 % allow for.
    @Test func turnedPatientKeepsItsScrews() throws {
        let axes: [SIMD3<Double>] = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(1, 1, -1)]
        let moved = try concurrentMap(Array(UInt64(31)...34), threads: 2) { seed in
            let upright = try Self.screwsInTheTrueBone(seed: seed, turn: nil)
            return try axes.flatMap { axis in
                let turned = try Self.screwsInTheTrueBone(seed: seed, turn: .init(axis: axis, angleDeg: 30))
                return zip(upright, turned).compactMap { a, b -> (entry: Double, axis: Double)? in
                    guard let a, let b else { return nil }
                    return (a.entry.distance(to: b.entry), degrees(a.direction.angle(to: b.direction)))
                }
            }
        }.flatMap { $0 }
        let entries = moved.map(\.entry)
        let directions = moved.map(\.axis)
        print("turned by 30°, \(moved.count) screws: entry mm median \(quantile(entries, 0.5)), 95 % \(quantile(entries, 0.95))")
        print("turned by 30°: direction ° median \(quantile(directions, 0.5)), 95 % \(quantile(directions, 0.95))")
        #expect(moved.count >= 80)
        #expect(quantile(entries, 0.5) < 0.3)
        #expect(quantile(directions, 0.5) < 0.5)
        #expect(quantile(entries, 0.95) < 0.8)
        #expect(quantile(directions, 0.95) < 2.5)
    }

    /// The entry and direction of each planned screw of T12 to L2 in its vertebra's true frame; nil where the pedicle was refused.
    static func screwsInTheTrueBone(
        seed: UInt64, turn: PhantomParameters.Turn?
    ) throws -> [(entry: Point<Vertebra>, direction: UnitVector<Vertebra>)?] {
        let levels: [VertebraLevel] = [.t12, .l1, .l2]
        let phantom = try bonePhantom(levels, seed: seed, turn: turn)
        return try planSpine(levels: levels, labels: phantom.labels, ct: nil, threads: 1).screws.map { screw in
            guard let planned = screw.screw, let frame = screw.patientFromVertebra else { return nil }
            let truth = try #require(phantom.truth.vertebra(screw.level)).patientFromVertebra
            let trueFromFitted = truth.inverse * frame
            let (entry, tip) = (trueFromFitted * planned.entry, trueFromFitted * planned.tip)
            return (entry, try #require(UnitVector(tip - entry)))
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
        let one = try encodedJSON(PlanFile(planSpine(levels: [.t12, .l1], labels: labels, ct: nil, threads: 1), image: image(of: labels)))
        let two = try encodedJSON(PlanFile(planSpine(levels: [.t12, .l1], labels: labels, ct: nil, threads: 2), image: image(of: labels)))
        #expect(one == two)
    }
}
