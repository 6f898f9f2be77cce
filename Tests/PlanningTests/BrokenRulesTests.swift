import Anatomy
import Foundation
import Frames
import Meshes
import Testing

@testable import Planning

@Suite struct BrokenRulesTests {
    private func codes(
        _ side: Side = .left, _ trajectory: Trajectory, diameter: Double = 6, length: Double = 45, scene: ScrewScene? = nil
    ) throws -> [String] {
        let scene = try scene ?? ToyVertebra.scene(side)
        return brokenRules(try ToyVertebra.candidate(trajectory, diameter: diameter, length: length, in: scene), in: scene).map(\.code)
    }

    @Test(arguments: Side.allCases) func centredScrewKeepsEveryRule(side: Side) throws {
        #expect(try codes(side, Trajectory()) == [])
    }

    @Test(arguments: Side.allCases) func wallsAndCanal(side: Side) throws {
        let medial = -side.leftwardSign
        // 2 mm of wall when centred; the canal lies 1 mm beyond the medial wall.
        #expect(try codes(side, Trajectory(across: 1.85 * medial)) == ["wall_too_thin"])
        #expect(try codes(side, Trajectory(across: 2.5 * medial)) == ["medial_breach"])
        #expect(try codes(side, Trajectory(across: 2.85 * medial)) == ["medial_breach", "canal_too_near"])
        #expect(try codes(side, Trajectory(across: 3.5 * medial)) == ["medial_breach", "canal_breach"])
        #expect(try codes(side, Trajectory(across: -2.5 * medial)) == ["wall_breach"])
        #expect(try codes(side, Trajectory(up: 2.5)) == ["wall_breach"])
    }

    @Test func sizes() throws {
        #expect(try codes(.left, Trajectory(), diameter: 8.5) == ["fills_pedicle"])
        // The front wall is 60 mm from the entry; 80 % of the body's 32 mm is 53.6 mm.
        #expect(try codes(.left, Trajectory(), length: 55) == ["too_deep"])
        #expect(try codes(.left, Trajectory(), length: 58) == ["anterior_margin", "too_deep"])
        #expect(try codes(.left, Trajectory(), length: 30) == ["not_in_body"])
    }

    /// A sentence says what is so: a wall that is thin is not called a breach, and a negative margin is not called bone.
    @Test func sentencesAreTrue() throws {
        let scene = try ToyVertebra.scene(.left)
        func sentence(_ trajectory: Trajectory, length: Double = 45) throws -> String {
            brokenRules(try ToyVertebra.candidate(trajectory, length: length, in: scene), in: scene).first?.message ?? ""
        }
        #expect(try sentence(Trajectory(across: -1.85)).contains("medial wall would keep 0.1"))
        #expect(try sentence(Trajectory(across: -2.5)).contains("0.5 mm outside"))
        #expect(try sentence(Trajectory(), length: 62).contains("2.0 mm out of the bone"))
    }

    @Test(arguments: Side.allCases) func midlineIsMeasuredToTheScrewsOwnTip(side: Side) throws {
        let medial = -side.leftwardSign
        var parameters = ScrewParameters()
        (parameters.minimumWall, parameters.minimumCanalDistance) = (-20, -20)
        let scene = try ToyVertebra.scene(side, parameters: parameters)
        // 20° inwards from 15 mm off the midline at the isthmus: the shaft of radius 3 meets it some 32 mm on.
        let inwards = Trajectory(lean: medial * 20 * .pi / 180)
        #expect(try codes(side, inwards, length: 35, scene: scene).contains("midline") == false)
        #expect(try codes(side, inwards, length: 50, scene: scene).contains("midline"))
    }

    @Test func neighboursAndTheWayToTheEntry() throws {
        // A ball of radius 4 that comes within 0.2 mm of the shaft from above.
        let ball: SignedDistanceField<Patient> = try ToyVertebra.field { p in (p - SIMD3(15, 30, 7.2)).length - 4 }
        #expect(try codes(.left, Trajectory(), scene: try ToyVertebra.scene(.left, neighbours: [ball])) == ["neighbour_too_near"])
        #expect(try codes(.left, Trajectory(), scene: try ToyVertebra.scene(.left, blockBehindHead: true)) == ["obstructed"])
    }
}
