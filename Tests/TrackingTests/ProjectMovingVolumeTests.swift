import Foundation
import Frames
import Testing
import Volumes

@testable import Tracking

struct ProjectMovingVolumeTests {
    private static let pose = RigidTransform<Room, Vertebra>(
        asserting: Rotation(angle: 0.3, about: UnitVector(Vector(0.5, -0.2, 0.7))!), origin: Point(6, 30, -5))

    @Test(arguments: [0, 1, 2])
    func valuesAreThoseOfThePlainProjection(view: Int) throws {
        let camera = try [TestViews.fromBehind(), TestViews.fromTheFront(), TestViews.fromTheSide()][view]
        let volume = try blobs()
        let raster = DetectorRaster(pixelsOf: camera)
        let at = camera.carmFromRoom * Self.pose
        let moving = projectMoving(volume, at: at, about: Self.pose.origin, from: camera, to: raster)
        let plain = project(volume, at: at, from: camera, to: raster)
        #expect(zip(moving.plane(0), plain).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    /// Central differences of the plain projection.
    @Test(arguments: [0, 1, 2], [0, 1, 2, 3, 4, 5])
    func derivativesAreThoseOfSmallMotions(view: Int, parameter: Int) throws {
        let camera = try [TestViews.fromBehind(), TestViews.fromTheFront(), TestViews.fromTheSide()][view]
        let volume = try blobs()
        let raster = DetectorRaster(pixelsOf: camera)
        let pivot = Point<Room>(10, 25, 0)
        let moving = projectMoving(volume, at: camera.carmFromRoom * Self.pose, about: pivot, from: camera, to: raster)
        let step = parameter < 3 ? 0.004 : 0.1
        func image(_ sign: Double) -> [Float] {
            var motion = [Double](repeating: 0, count: 6)
            motion[parameter] = sign * step
            let moved = PoseMotion(motion).applied(to: Self.pose, about: pivot)
            return project(volume, at: camera.carmFromRoom * moved, from: camera, to: raster)
        }
        let (plus, minus) = (image(1), image(-1))
        let expected = zip(plus, minus).map { ($0 - $1) / Float(2 * step) }
        let scale = expected.map(abs).max()!
        let difference = zip(expected, moving.plane(parameter + 1)).map { abs($0 - $1) }
        // A bilinear sample's slope jumps at voxel borders, which differences smooth over.
        #expect(scale > 0.001)
        #expect(difference.max()! < 0.12 * scale, "view \(view), parameter \(parameter): \(difference.max()! / scale)")
        let mean = difference.reduce(0, +) / expected.map(abs).reduce(0, +)
        #expect(mean < 0.03, "view \(view), parameter \(parameter): mean \(mean)")
    }
}
