import Anatomy
import Frames
import Meshes
import Testing

@testable import Planning

@Suite struct BoneSectionSideBranchesTests {
    /// A tube of radius 6 along z, with a plate 8 mm thick that hangs on it by a bridge 4 mm thick when asked for.
    static func section(bridged: Bool) throws -> BoneSection {
        let bone: SignedDistanceField<Patient> = try ToyVertebra.field { p in
            let tube = (p.x * p.x + (p.y - 10) * (p.y - 10)).squareRoot() - 6
            let bridge = max(abs(p.x - 9) - 8, abs(p.y - 10) - 2)
            let plate = max(abs(p.x - 18) - 4, abs(p.y - 10) - 16)
            return bridged ? min(tube, bridge, plate) : tube
        }
        let frame = RigidTransform<Patient, Vertebra>(
            asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0))
        return BoneSection(
            of: PosedBone(field: bone, patientFromVertebra: frame), centre: SIMD3(0, 10, 0), u: SIMD3(1, 0, 0), v: SIMD3(0, 1, 0),
            half: SIMD2(14, 14), step: 0.5)
    }

    static func offset(_ section: BoneSection) -> (Int) -> Int {
        { pixel in
            let (x, y) = (pixel % section.columns - section.columns / 2, pixel / section.columns - section.rows / 2)
            return x * x + y * y
        }
    }

    @Test func whatHangsByABridgeIsLeftOut() throws {
        let section = try Self.section(bridged: true)
        let offset = Self.offset(section)
        let whole = try #require(section.nearestRegion(where: { $0 < 0 }, to: offset)).region
        #expect(whole.contains(where: section.touchesEdge), "the plate leaves the window")
        let cut = section.shape(of: section.withoutSideBranches(whole, offset: offset, reach: 36))
        #expect(section.shape(of: whole).area > 1.15 * .pi * 36)
        #expect(abs(cut.area - .pi * 36) < 0.08 * .pi * 36, "the tube, and a stump of the bridge")
        #expect(abs(cut.centre.x) < 0.5 && abs(cut.centre.y - 10) < 0.1)
    }

    @Test func aTubeAloneStaysWhole() throws {
        let section = try Self.section(bridged: false)
        let offset = Self.offset(section)
        let whole = try #require(section.nearestRegion(where: { $0 < 0 }, to: offset)).region
        #expect(section.withoutSideBranches(whole, offset: offset, reach: 36) == whole)
    }
}
