import Foundation
import Frames
import Testing
import Volumes

@testable import Segmentation

@Suite struct SurfaceRasterTests {
    private let middle = Point<Patient>(3, -2, 5)
    private let radius = 12.0

    /// A ball whose probability falls through one half at its surface, on a grid of 1.5 mm with turned axes.
    private func ball() throws -> ProbableBone {
        let turn = Rotation<Patient, Patient>(angle: 0.4, about: try #require(UnitVector(Vector(1, 2, -1))))
        let axes = (turn(SIMD3(0, 0, 1)), turn(SIMD3(0, 1, 0)), turn(SIMD3(1, 0, 0)))
        let corner = middle.xyz - 1.5 * 14.5 * (axes.0 + axes.1 + axes.2)
        let grid = try GridGeometry<Patient>(size: SIMD3(30, 30, 30), spacing: SIMD3(1.5, 1.5, 1.5), origin: Point(corner), axes: axes)
        var values: [Float] = []
        for k in 0..<30 {
            for j in 0..<30 {
                for i in 0..<30 {
                    values.append(Float(1 / (1 + exp((grid.point(at: SIMD3(i, j, k)).distance(to: middle) - radius) / 0.9))))
                }
            }
        }
        return try #require(ProbableBone(try Volume(geometry: grid, voxels: values)))
    }

    private func ctGrid(_ origin: Point<Patient>) throws -> GridGeometry<Patient> {
        try GridGeometry(
            size: SIMD3(52, 50, 26), spacing: SIMD3(0.8, 0.8, 1.6), origin: origin, axes: (SIMD3(-1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)))
    }

    /// 0.25 mm: tangent planes 0.9 mm off lie 0.03 mm outside the ball, and the network's voxels of 1.5 mm put crossings to a tenth of them.
    @Test(arguments: [0.0, 0.7, -0.6]) func theDistanceToAShiftedBall(shift: Double) throws {
        let bone = try ball()
        let grid = try ctGrid(Point(24, -22, -15))
        let surface = bone.surface.map { point in
            var point = point
            point.shift = shift
            return point
        }
        let field = try #require(rasterised(bone, surface: surface, on: grid))
        var near = 0
        for k in field.lower.z..<field.upper.z {
            for j in field.lower.y..<field.upper.y {
                for i in field.lower.x..<field.upper.x {
                    let value = Double(field.distance[field.offset(i, j, k)])
                    let expected = grid.point(at: SIMD3(i, j, k)).distance(to: middle) - radius - shift
                    if abs(expected) < 1 {
                        near += 1
                        #expect(abs(value - expected) < 0.25, "\(i) \(j) \(k)")
                    } else if abs(expected) > 0.5 {
                        #expect((value < 0) == (expected < 0))
                    }
                    if abs(expected) > 5 { #expect(abs(value) == Double(BoneField.far)) }
                }
            }
        }
        // The ball's surface is 1810 mm², a voxel 1.02 mm³, the layer 2 mm.
        #expect(near > 3000)
    }

    /// Nothing is drawn beyond the image, and nothing at all where they do not meet.
    @Test func theImageEndsTheField() throws {
        let bone = try ball()
        let half = try #require(rasterised(bone, surface: bone.surface, on: try ctGrid(Point(24, -22, 5))))
        #expect(half.lower.z == 0 && half.size.min() > 0)
        #expect(half.distance.count == half.size.x * half.size.y * half.size.z)
        #expect(rasterised(bone, surface: bone.surface, on: try ctGrid(Point(24, -22, 500))) == nil)
    }
}
