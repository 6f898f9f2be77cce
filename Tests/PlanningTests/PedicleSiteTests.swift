import Anatomy
import Foundation
import Frames
import Testing

@testable import Planning

/// On the toy vertebra every margin is known on paper: pedicles of radius 5 along y at x = ±15, the canal 1 mm from their medial walls, dorsal cortex at y = 40.
@Suite struct PedicleSiteTests {
    private func placement(_ side: Side, x: Double = 15, y: Double = 40, diameter: Double = 6, length: Double = 45) -> ScrewPlacement {
        ScrewPlacement(entry: Point(x * side.leftwardSign, y, 0), direction: -UnitVector.y, diameter: diameter, length: length)
    }

    @Test(arguments: Side.allCases) func marginsAreThoseOnPaper(side: Side) throws {
        let site = PedicleSite(scene: try ToyVertebra.scene(side))
        let centred = try #require(site.judged(placement(side)))
        #expect(centred.broken == [])
        #expect(abs(centred.screw.margins.medial - 2) < 0.1 && abs(centred.screw.margins.canal - 3) < 0.1)
        // 1.5 mm towards the midline on either side.
        let medial = try #require(site.judged(placement(side, x: 13.5)))
        #expect(abs(medial.screw.margins.medial - 0.5) < 0.1)
        // The lateral sector is 90° wide: least at its edges, from a point 1.5 mm off the middle of a circle of 5 mm.
        #expect(abs(medial.screw.margins.lateral - (1.5 * 0.5.squareRoot() + (25 - 1.125).squareRoot() - 3)) < 0.1)
        #expect(medial.screw.entry.x == 13.5 * side.leftwardSign)
        let breaking = try #require(site.judged(placement(side, x: 12)))
        #expect(breaking.broken.map(\.code) == ["medial_breach", "canal_too_near"])
    }

    @Test func theEntryIsTakenAsItIs() throws {
        let site = PedicleSite(scene: try ToyVertebra.scene(.left))
        let buried = try #require(site.judged(placement(.left, y: 37.5)))
        #expect(buried.broken == [] && buried.screw.entry.y == 37.5)
        // The tip lies 2.5 mm deeper.
        let flush = try #require(site.judged(placement(.left)))
        #expect(abs(flush.screw.margins.anterior - buried.screw.margins.anterior - 2.5) < 0.05)
        let far = try #require(site.judged(placement(.left, y: 34, length: 40)))
        #expect(far.broken.map(\.code) == ["off_cortex"] && abs((far.broken[0].values["cortex_mm"] ?? 0) - 6) < 0.1)
        let off = try #require(site.judged(placement(.left, y: 45, length: 50)))
        #expect(off.broken.map(\.code).contains("off_cortex") && (off.broken[0].values["cortex_mm"] ?? 0) < -4)
    }

    @Test func whatDoesNotRunThroughThePedicleIsNotJudged() throws {
        let site = PedicleSite(scene: try ToyVertebra.scene(.left))
        #expect(site.judged(placement(.right)) == nil)
        #expect(site.judged(placement(.left, x: 27)) == nil)
        // From front to back, and beginning in front of the isthmus.
        #expect(site.judged(ScrewPlacement(entry: Point(15, -5, 0), direction: .y, diameter: 6, length: 45)) == nil)
        #expect(site.judged(placement(.left, y: 10)) == nil)
    }

    /// A path that the planner seats, given back as a placement, is the same path.
    @Test(arguments: Side.allCases) func theSameScrewIsJudgedTheSame(side: Side) throws {
        let scene = try ToyVertebra.scene(side)
        let planned = try #require(planScrew(in: scene, catalogue: .builtIn).screw)
        let again = try #require(
            PedicleSite(scene: scene).judged(
                ScrewPlacement(
                    entry: planned.entry, direction: planned.vertebraFromScrew * UnitVector<Screw>.z, diameter: planned.diameter,
                    length: planned.length)))
        #expect(again.broken == [] && again.screw.margins.rounded == planned.margins.rounded && again.screw.grade == planned.grade)
        #expect(abs(again.screw.score - planned.score) < 1e-3 && abs(again.screw.depthFraction - planned.depthFraction) < 1e-9)
    }

    @Test(arguments: Side.allCases) func turnsToTheAnglesOfThePlan(side: Side) {
        let turned = placement(side).turned(transverse: 12, sagittal: -7, side: side)
        #expect(abs(transverseAngle(turned.direction.xyz, side: side) * 180 / .pi - 12) < 1e-9)
        #expect(abs(sagittalAngle(turned.direction.xyz) * 180 / .pi + 7) < 1e-9)
        // Towards the midline: to the right for a left screw.
        #expect(turned.direction.xyz.x * side.leftwardSign < 0)
        let once = turned.turned(transverse: nil, sagittal: 3, side: side)
        #expect(abs(transverseAngle(once.direction.xyz, side: side) * 180 / .pi - 12) < 1e-9)
        #expect(turned.turned(transverse: nil, sagittal: nil, side: side) == turned)
    }

    @Test func theScrewOnTheAxisIsAUsualOne() throws {
        let site = PedicleSite(scene: try ToyVertebra.scene(.right))
        let screw = try #require(site.screwOnAxis(.builtIn))
        #expect(screw.diameter == 6 && screw.length == 45 && screw.direction == -UnitVector.y && abs(screw.entry.y - 40) < 0.1)
    }
}
