import Anatomy
import Foundation
import Frames
import Testing

@testable import Planning

@Suite struct ScrewMarginsTests {
    private func found(_ side: Side, _ trajectory: Trajectory) throws -> ScrewMargins {
        let scene = try ToyVertebra.scene(side)
        return margins(of: try ToyVertebra.path(trajectory, in: scene), diameter: 6, length: 45, in: scene)
    }

    /// What is left of a round pedicle of radius 5 beside a shaft of radius 3 that lies 1 mm off its centre, in a direction `degrees` from
    /// straight away from the wall it nears: a sector's margin is the one at its edge.
    private func far(_ degrees: Double) -> Double {
        let (c, s) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
        return c + (25 - s * s).squareRoot() - 3
    }

    @Test(arguments: Side.allCases) func centredScrewHasTheSameMarginsAllRound(side: Side) throws {
        let margins = try found(side, Trajectory())
        // 0.05 mm: the field is linear between nodes of 0.5 mm.
        for margin in [margins.medial, margins.lateral, margins.superior, margins.inferior] { #expect(abs(margin - 2) < 0.05) }
        // From y = 40 a shaft of 45 mm ends at -5, with 15 mm of body before it.
        #expect(abs(margins.anterior - 15) < 0.05)
        #expect(abs(margins.canal - 3) < 0.05)
    }

    @Test(arguments: Side.allCases) func medialIsTowardsTheMidline(side: Side) throws {
        // `across` is towards the patient's left.
        let medial = -side.leftwardSign
        let inwards = try found(side, Trajectory(across: medial))
        #expect(abs(inwards.medial - 1) < 0.05)
        #expect(abs(inwards.lateral - far(45)) < 0.05)
        #expect(abs(inwards.canal - 2) < 0.05)
        let outwards = try found(side, Trajectory(across: -medial))
        #expect(abs(outwards.medial - far(30)) < 0.05)
        #expect(abs(outwards.lateral - 1) < 0.05)
        #expect(abs(outwards.canal - 4) < 0.05)
    }

    @Test(arguments: Side.allCases) func superiorIsUp(side: Side) throws {
        let upwards = try found(side, Trajectory(up: 1))
        #expect(abs(upwards.superior - 1) < 0.05)
        #expect(abs(upwards.inferior - far(45)) < 0.05)
        let downwards = try found(side, Trajectory(up: -1))
        #expect(abs(downwards.superior - far(45)) < 0.05)
        #expect(abs(downwards.inferior - 1) < 0.05)
    }

    @Test(arguments: Side.allCases) func breachIsHowFarTheShaftStandsOut(side: Side) throws {
        let scene = try ToyVertebra.scene(side)
        let path = try ToyVertebra.path(Trajectory(across: 3), in: scene)
        // In the tube, 5 mm from the entry to y = 12 where the body begins.
        #expect(abs(breach(of: path, radius: 3, along: 5...25, in: scene) - 1) < 0.05)
        #expect(breach(of: path, radius: 1.9, along: 5...25, in: scene) == 0)
        #expect(gradedPart(diameter: 6, length: 45, in: scene) == 5...42)
    }

    /// Towards the midline and to the head are positive, on both sides.
    @Test(arguments: Side.allCases) func anglesHaveTheirSigns(side: Side) throws {
        let scene = try ToyVertebra.scene(side)
        let medial = -side.leftwardSign
        let path = try ToyVertebra.path(Trajectory(lean: medial * 0.1, pitch: 0.05), in: scene)
        #expect(abs(transverseAngle(path.direction, side: side) - 0.1) < 1e-6)
        #expect(abs(scene.angleToEndplate(path.direction) - 0.05) < 1e-3)
        #expect(abs(path.point(45).x) < abs(path.entry.x) && path.point(45).z > path.entry.z)
    }
}
