import Foundation
import Frames
import Testing
import Volumes

@testable import Tracking

struct MovableBackgroundTests {
    private func background(prior: MovableBackground.Prior? = nil) throws -> (MovableBackground, (ImageMotion) -> [Float]) {
        let camera = try TestViews.fromTheFront()
        let raster = DetectorRaster(pixelsOf: camera)
        let filter = GradientFilter(sigma: 1)
        let volume = AttenuationVolume(try blobs())
        let pivot = SIMD2(60.0, 70)
        /// Drawn anew by a detector that has moved against the picture.
        func drawn(_ motion: ImageMotion) -> [Float] {
            var moved = camera
            // The picture turns about the pivot when the room turns about the ray to it: small enough here that the cone does not count.
            let ray = camera.detectorPoint(at: pivot).xyz
            let axis = UnitVector<CArm>(Vector(ray))!
            let turn = Rotation<CArm, CArm>(angle: motion.turn, about: axis)
            let scale = 700.0 / 1020
            let shift = SIMD3(motion.shift.x * scale, motion.shift.y * scale, 0)
            moved.carmFromRoom = RigidTransform<CArm, CArm>(asserting: turn, origin: Point(shift)) * camera.carmFromRoom
            return filter.slopes(
                of: project(volume, at: moved.carmFromRoom * upright(at: Point(0, 0, 0)), from: camera, to: raster), raster)
        }
        let still = drawn(ImageMotion())
        return (
            MovableBackground(raster: raster, slopes: still, standing: nil, step: camera.pixelSpacing.y, pivot: pivot, prior: prior), drawn
        )
    }

    /// What may move is expected where it is said to be, turns about a point of the room, and is held the stronger the surer the images seem.
    @Test func oneInACamerasImageHasAPriorAndAPivot() throws {
        let camera = try TestViews.fromTheFront()
        let raster = DetectorRaster(blocksOf: 2, in: camera)
        let motion = ImageMotion(shift: SIMD2(1, 2), turn: 0.1)
        let slopes = [Float](repeating: 0, count: 2 * raster.count)
        let found = MovableBackground(
            movable: slopes, raster, in: camera, about: Point(20, 0, 10), expected: motion, shift: 2, turn: 0.5, inflation: 8)
        let prior = try #require(found.prior)
        #expect(prior.mean == motion && prior.information == [2, 2, 32] && found.step == 1.6)
        let away = raster.first + raster.step * found.pivot - (try #require(camera.pixel(of: Point<Room>(20, 0, 10))))
        #expect(abs(away.x) < 1e-9 && abs(away.y) < 1e-9)
        #expect(found.standing == nil)
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } }

    /// Left is not right, and a turn from u to v is none from v to u.
    @Test(arguments: [ImageMotion(shift: SIMD2(3, 0)), ImageMotion(shift: SIMD2(0, -2)), ImageMotion(turn: 0.05)])
    func aMovedPictureIsThatDrawnAnew(motion: ImageMotion) throws {
        let (background, drawn) = try background()
        let (expected, still) = (drawn(motion), background.slopes)
        let moved = background.moved(by: motion)
        #expect(
            distance(moved, expected) < 0.12 * distance(still, expected), "\(distance(moved, expected)) of \(distance(still, expected))")
    }

    @Test func withoutMotionNothingChanges() throws {
        let (background, _) = try background()
        #expect(background.moved(by: ImageMotion()) == background.slopes)
    }

    @Test(arguments: 0..<3)
    func derivativesAreThoseOfSmallMotions(number: Int) throws {
        let (background, _) = try background()
        let motion = ImageMotion(shift: SIMD2(1.1, -0.7), turn: 0.02)
        let window = RasterWindow(lower: SIMD2(20, 25), upper: SIMD2(110, 100))
        let derivatives = background.derivatives(of: background.moved(by: motion), at: motion, in: window)
        let step = number < 2 ? 0.8 : 0.01
        func image(_ sign: Double) -> [Float] {
            var three = motion.array
            three[number] += sign * step
            return background.moved(by: ImageMotion(three))
        }
        let (plus, minus) = (image(1), image(-1))
        var (off, size): (Float, Float) = (0, 0)
        let plane = window.size.x * window.size.y
        for component in 0..<2 {
            for v in window.lower.y..<window.upper.y {
                for u in window.lower.x..<window.upper.x {
                    let n = component * background.raster.count + v * background.raster.size.x + u
                    let expected = (plus[n] - minus[n]) / Float(2 * step)
                    let found = derivatives[(2 * number + component) * plane + (v - window.lower.y) * window.size.x + u - window.lower.x]
                    off += abs(found - expected)
                    size += abs(expected)
                }
            }
        }
        #expect(size > 0)
        #expect(off < 0.1 * size, "\(off) of \(size)")
    }
}
