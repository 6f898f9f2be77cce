import Anatomy
import Frames
import TestSupport
import Testing
import Volumes

@testable import Tracking

struct GroupMotionTests {
    private let poses = [upright(at: Point(0, 10, 40)), upright(at: Point(2, 0, 0)), upright(at: Point(-3, 4, -45))]

    /// A small turn and shift of the group, vertebra by vertebra.
    @Test func columnsCarryASmallGroupMotionToEachVertebra() {
        let group = GroupMotion(of: poses)
        let motion = [0.001, -0.002, 0.0015, 0.3, -0.2, 0.1]
        for (n, pose) in poses.enumerated() {
            let exact = PoseMotion(from: pose, to: PoseMotion(motion).applied(to: pose, about: group.centre))
            let linear = group.columns(of: n) * motion
            #expect(zip(exact.array, linear).allSatisfy { abs($0 - $1) < 5e-4 }, "\(exact.array) \(linear)")
        }
    }

    @Test func theGroupPoseIsFoundWhereNoVertebraMovesOnItsOwn() throws {
        var random = SeededGenerator(seed: 9)
        let vertebrae = try poses.enumerated().map { n, pose in
            ModelVertebra(
                level: VertebraLevel(rawValue: UInt8(18 + n))!, attenuation: AttenuationVolume(try blobs()),
                patientFromVertebra: RigidTransform(asserting: random.rotation(), origin: Point(pose.origin.xyz)), centroid: Point(0, 0, 0))
        }
        let truth: RigidTransform<Room, Patient> = random.transform()
        let found = try groupPose(of: vertebrae, at: vertebrae.map { truth * $0.patientFromVertebra })
        #expect(found.origin.distance(to: truth.origin) < 1e-6)
        #expect((found.rotation * truth.rotation.inverse).angle < 1e-7)
    }

    @Test func jointCovarianceLetsTheGroupMoveAndHoldsItTogether() throws {
        let motion = GroupMotion(of: poses)
        let wide = SquareMatrix(turnVariance: 0.01, shift: SquareMatrix(across: 100, along: 100, direction: SIMD3(0, 1, 0)))
        let narrow = SquareMatrix(turnVariance: 1e-6, shift: SquareMatrix(across: 0.01, along: 0.01, direction: SIMD3(0, 1, 0)))
        let information = try motion.covariance(group: wide, own: poses.map { _ in narrow }).inverse()
        func cost(_ shifts: [Double]) -> Double {
            let d: [Double] = shifts.flatMap { shift -> [Double] in [0, 0, 0, shift, 0, 0] }
            return zip(d, information * d).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(cost([5, 5, 5]) < 1)
        #expect(cost([5, -5, 5]) > 100)
    }
}
