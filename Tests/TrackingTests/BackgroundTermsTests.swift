import Foundation
import Frames
import Testing
import Volumes

@testable import Tracking

struct BackgroundTermsTests {
    /// A vertebra in front of a picture that has moved: both are found together, and without the motion the vertebra is not.
    @Test func aMovedBackgroundDoesNotPullTheVertebra() throws {
        let vertebra = try blobVertebra()
        let camera = try TestViews.fromTheFront()
        let filter = GradientFilter(sigma: 1)
        let truth = upright(at: Point(2, 0, -1))
        let behind = AttenuationVolume(try blobs(size: SIMD3(60, 44, 50)))
        func backdrop(at x: Double) -> [Float] {
            let raster = DetectorRaster(pixelsOf: camera)
            return project(behind, at: camera.carmFromRoom * upright(at: Point(12 + x, 60, 8)), from: camera, to: raster)
        }
        let raster = DetectorRaster(pixelsOf: camera)
        let spine = project(vertebra.attenuation, at: camera.carmFromRoom * truth, from: camera, to: raster)
        // 3 mm in the room, and more at the detector: the picture has moved since it was drawn.
        let seen = XRayFrame(view: "AP", camera: camera, transmission: zip(spine, backdrop(at: 3)).map { exp(-$0 - $1) })
        let measured = MeasuredSlopes(seen, blocksOf: 1, filter: filter)
        let drawn = filter.slopes(of: backdrop(at: 0), raster)
        func found(_ prior: MovableBackground.Prior?) throws -> RegistrationResult {
            let background = MovableBackground(
                raster: raster, slopes: drawn, standing: nil, step: camera.pixelSpacing.y, pivot: SIMD2(64, 64), prior: prior)
            var parameters = RegistrationParameters()
            (parameters.fineness, parameters.iterations) = ([0.8], [15])
            let start = upright(at: Point(1, 0, 0))
            let covariance = SquareMatrix(turnVariance: 0.01, shift: SquareMatrix(across: 9, along: 0.01, direction: SIMD3(0, 1, 0)))
            return try registerVertebrae(
                [vertebra.attenuation], startingAt: [start],
                in: [[ComparedView(camera: camera, measured: measured, background: background)]],
                prior: PosePrior(means: [start], information: try covariance.inverse(), covariance: covariance), parameters: parameters,
                threads: 1)
        }
        let free = try found(.init(mean: ImageMotion(), information: [0.01, 0.01, 100]))
        let fixed = try found(nil)
        func off(_ result: RegistrationResult) -> Double {
            let d = (result.poses[0].origin - truth.origin).xyz
            return (d.x * d.x + d.z * d.z).squareRoot()
        }
        #expect(off(free) < 0.1, "\(off(free))")
        #expect(off(fixed) > 2 * off(free), "\(off(fixed))")
        // 3 mm at 760 mm from the source, seen at 1020 mm.
        #expect(abs(free.motions[0].shift.x - 3 * 1020 / 760) < 0.3 && abs(free.motions[0].shift.y) < 0.2, "\(free.motions[0])")
        #expect(fixed.motions[0] == ImageMotion())
    }

    /// Eliminated, the background leaves the vertebra less information than it had, and still a positive share.
    @Test func eliminationTakesInformationAway() throws {
        let vertebra = try blobVertebra()
        let comparison = try Comparison(
            frame([(vertebra, upright(at: Point(0, 0, 0)))], in: TestViews.fromTheFront()), [(vertebra, upright(at: Point(1, 0, 0)))])
        let whole = NormalEquations(comparison.fit, comparison.rendered)
        let background = MovableBackground(
            raster: comparison.fit.raster, slopes: comparison.fit.model, standing: nil, step: 1.6, pivot: SIMD2(32, 32),
            prior: .init(mean: ImageMotion(), information: [1, 1, 1]))
        let derivatives = background.derivatives(of: background.slopes, at: ImageMotion(), in: comparison.fit.looked.window)
        let terms = try BackgroundTerms(
            derivatives, comparison.fit.looked.window, comparison.fit, comparison.rendered, background.prior!, at: ImageMotion())
        var reduced = whole
        terms.eliminate(from: &reduced)
        // The same picture as background explains nearly every shift.
        #expect(reduced.information[3, 3] < 0.2 * whole.information[3, 3])
        #expect((0..<6).allSatisfy { reduced.information[$0, $0] > 0 && reduced.information[$0, $0] <= whole.information[$0, $0] })
    }
}
