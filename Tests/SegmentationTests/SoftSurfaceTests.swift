import Foundation
import Frames
import TestSupport
import Testing
import Volumes

@testable import Segmentation

/// Balls of bone: 40 HU around, a shell of 1.5 mm, spongy bone inside, and a surface that is the ball's.
@Suite struct SoftSurfaceTests {
    private let radius = 14.0

    private func ct(
        shell: Int16 = 600, inside: Int16 = 130, noise: Double = 0, seed: UInt64 = 5, change: (SIMD3<Double>) -> Int16? = { _ in nil }
    )
        throws -> CTVolume
    {
        let grid = try GridGeometry<Patient>(
            size: SIMD3(48, 48, 48), spacing: SIMD3(1, 1, 1), origin: Point(-23.5, -23.5, -23.5),
            axes: (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)))
        var random = SeededGenerator(seed: seed)
        var volume = CTVolume(geometry: grid, repeating: 40)
        for k in 0..<48 {
            for j in 0..<48 {
                for i in 0..<48 {
                    let place = grid.point(at: SIMD3(i, j, k)).xyz
                    let depth = radius - (place * place).sum().squareRoot()
                    let value = change(place) ?? (depth < 0 ? 40 : depth < 1.5 ? shell : inside)
                    // The sum of twelve uniform draws is near enough to normal.
                    let draw = noise == 0 ? 0 : (0..<12).reduce(-6.0) { sum, _ in sum + random.double(0...1) }
                    volume[i, j, k] = Int16((Double(value) + noise * draw).rounded())
                }
            }
        }
        return volume
    }

    /// Points spread evenly (a Fibonacci spiral), one each 0.6 mm².
    private var surface: [SurfacePoint] {
        let count = 4000
        return (0..<count).map { n in
            let z = 1 - 2 * (Double(n) + 0.5) / Double(count)
            let turn = Double(n) * .pi * (3 - 5.0.squareRoot())
            let normal = SIMD3(cos(turn) * (1 - z * z).squareRoot(), sin(turn) * (1 - z * z).squareRoot(), z)
            return SurfacePoint(at: Point(radius * normal), normal: normal)
        }
    }

    /// Thin walls, spongy bone like muscle or darker, and noise: all of it bone.
    @Test(arguments: [(600, 130, 0.0), (600, 30, 0), (170, 50, 0), (170, 50, 20), (600, 130, 40)])
    func wholeBonesHaveAWallAllRound(shell: Int, inside: Int, noise: Double) throws {
        #expect(softShare(of: surface, in: try ct(shell: Int16(shell), inside: Int16(inside), noise: noise)) == 0)
    }

    /// The cap beyond a plane at height h is soft tissue. Profiles reach 4 mm inwards, so points see bone beneath it unless their place 4 mm deep lies in it too:
    /// (1 - h / (r - 4)) / 2 of the sphere. They are averaged over 2.5 mm, so that a rim of 3 mm with the voxels' blur may still see wall.
    @Test(arguments: [(0.0, 0.0), (0, 20), (4, 20), (6, 0)]) func aMissingPartIsMeasured(height: Double, noise: Double) throws {
        let ct = try ct(noise: noise) { $0.z > height ? 45 : nil }
        let expected = (1 - height / (radius - 4)) / 2
        let rim = 3 * (1 - (height / 10) * (height / 10)).squareRoot() / (2 * radius)
        let share = softShare(of: surface, in: ct)
        #expect(share <= expected + 0.02 && share > expected - rim, "\(share), \(expected)")
        #expect(share > TrustParameters().mostSoft)
    }

    /// A rim of 150 HU around nothing is what blur leaves of a wall of 600; a wall that is as dim all round, with the same inside, is an old person's.
    @Test func theRimOfAMissingPartIsNoWall() throws {
        func rim(_ place: SIMD3<Double>) -> Int16 { radius - (place * place).sum().squareRoot() < 1.5 ? 150 : 40 }
        func isInside(_ place: SIMD3<Double>) -> Bool { (place * place).sum() < radius * radius }
        #expect(softShare(of: surface, in: try ct { isInside($0) && $0.z > 5 ? rim($0) : nil }) > 0.1)
        #expect(softShare(of: surface, in: try ct { isInside($0) ? rim($0) : nil }) == 0)
        #expect(softShare(of: surface, in: try ct(inside: 40, noise: 20)) == 0)
    }

    /// Wherever the hole is, and although something bright lies 3 mm outside, such as a vessel with contrast.
    @Test func whatLiesOutsideIsNoWall() throws {
        let ct = try ct { place in
            let distance = (place * place).sum().squareRoot()
            if place.y > 5 { return distance > 17 && distance < 20 ? 350 : 45 }
            return nil
        }
        #expect(softShare(of: surface, in: ct) > 0.2)
    }

    /// Two caps are two pieces: the larger one counts.
    @Test func piecesAreNotAdded() throws {
        let one = softShare(of: surface, in: try ct { $0.z > 7 ? 45 : nil })
        let two = softShare(of: surface, in: try ct { abs($0.z) > 7 ? 45 : nil })
        #expect(one > 0.05 && abs(one - two) < 0.01)
    }

    /// The canal of a vessel, 3 mm wide, is no missing wall.
    @Test func aForamenIsSmall() throws {
        let share = softShare(of: surface, in: try ct { $0.x * $0.x + $0.y * $0.y < 2.25 ? 45 : nil })
        #expect(share < 0.01)
    }

    /// Nothing but muscle: no wall to compare with, and yet no bone.
    @Test func softTissueAloneIsAllSoft() throws {
        #expect(softShare(of: surface, in: try ct(noise: 20) { _ in 40 }) > 0.95)
    }

    /// At the image's edge the surface is the cut's, and too little of a surface says nothing.
    @Test func theEdgeOfTheImageIsNoHole() throws {
        let whole = try ct { $0.z > 10 ? 130 : nil }
        let grid = whole.geometry
        // The image ends at z = 9.5, and the surface with it.
        let cut = try whole.cropped(from: SIMD3(0, 0, 0), to: SIMD3(grid.size.x, grid.size.y, 34))
        let lid = surface.map { point in
            var point = point
            if point.at.z > 9 { point = SurfacePoint(at: Point(point.at.x, point.at.y, 9), normal: SIMD3(0, 0, 1)) }
            return point
        }
        #expect(softShare(of: lid, in: cut) == 0)
        #expect(softShare(of: Array(surface.prefix(20)), in: try ct { _ in 40 }) == 0)
    }
}
