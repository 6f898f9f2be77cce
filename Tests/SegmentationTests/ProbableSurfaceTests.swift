import Foundation
import Frames
import Testing
import Volumes

@testable import Segmentation

@Suite struct ProbableSurfaceTests {
    /// Balls whose probability falls through one half at 12 and 5 mm, 40 mm apart.
    private func bone(second: Bool) throws -> ProbableBone? {
        let map = try fineMap(bone: { place in
            let one = 1 / (1 + exp(((place * place).sum().squareRoot() - 12) / 0.9))
            let way = place - SIMD3(0, 40, 0)
            return Float(second ? max(one, 1 / (1 + exp(((way * way).sum().squareRoot() - 5) / 0.9))) : one)
        })
        return ProbableBone(map.thisVertebra)
    }

    /// 0.1 mm and 6 degrees: the crossing is interpolated linearly within voxels of 1.5 mm, and slopes are taken over two of them.
    @Test func theSurfaceOfABall() throws {
        let bone = try #require(try bone(second: false))
        for point in bone.surface {
            let radius = point.at.xyz
            let length = (radius * radius).sum().squareRoot()
            #expect(abs(length - 12) < 0.1)
            #expect((radius * point.normal).sum() / length > 0.994)
            #expect(point.shift == 0 && point.clarity == 0)
        }
        // Each voxel face between inside and outside has a crossing: over a ball, one and a half times its surface in faces of 2.25 mm².
        let faces = 1.5 * 4 * Double.pi * 144 / 2.25
        #expect(abs(Double(bone.surface.count) - faces) < 150)
        #expect(bone.shareOfLargestPiece == 1)
    }

    /// The smaller ball holds 524 of 7,762 mm³, and has no surface.
    @Test func onlyTheLargestPieceCounts() throws {
        let bone = try #require(try bone(second: true))
        #expect(abs(bone.shareOfLargestPiece - 0.9325) < 0.01)
        for point in bone.surface { #expect(abs(point.at.distance(to: Point(0, 0, 0)) - 12) < 0.1) }
        let volume = 3.375 * Double(bone.inside.count { $0 })
        #expect(abs(volume - 7238) < 300)
    }

    @Test func nothingProbableIsNoBone() throws {
        #expect(ProbableBone(try fineMap(bone: { _ in 0.5 }).thisVertebra) == nil)
    }
}
