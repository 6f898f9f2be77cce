import Frames
import TestSupport
import Testing

@testable import Tracking

struct ViewFitTests {
    private let truth = upright(at: Point(2, 5, -3))

    private func seen(contrast: Float = 1) throws -> XRayFrame {
        frame([(try blobVertebra(), truth)], in: try TestViews.fromTheFront(), contrast: contrast)
    }

    private func off(_ x: Double) -> RigidTransform<Room, Vertebra> {
        PoseMotion([0, 0, 0, x, 0, 0]).applied(to: truth, about: truth.origin)
    }

    private func comparison(_ frame: XRayFrame, _ pose: RigidTransform<Room, Vertebra>) throws -> Comparison {
        Comparison(frame, [(try blobVertebra(), pose)])
    }

    @Test(arguments: [1, 0.5, 1.4] as [Float])
    func theGainIsTheContrastThatScatterLeaves(contrast: Float) throws {
        let fit = try comparison(seen(contrast: contrast), truth).fit
        #expect(abs(fit.gain - contrast) < 0.02 * contrast, "\(fit.gain)")
    }

    /// A model that is dark where the image is bright must not be fitted by turning it over.
    @Test func theGainIsNeverNegative() throws {
        #expect(try comparison(seen(contrast: -1), truth).fit.gain == 0.05)
    }

    /// The cost, the weights and the weighed residuals again from their definitions.
    @Test func theCostIsHubers() throws {
        let seed: UInt64 = 8
        var random = SeededGenerator(seed: seed)
        let comparison = try comparison(seen().counted(photons: 3000, by: &random), off(2))
        let (fit, measured) = (comparison.fit, comparison.view.measured)
        let count = fit.raster.count
        let huber = Float(RegistrationParameters().huber)
        var (cost, far) = (0.0, 0)
        for n in 0..<count where fit.looked.mask[n] > 0 {
            let residual = SIMD2(measured.slopes[n] - fit.gain * fit.model[n], measured.slopes[count + n] - fit.gain * fit.model[count + n])
            let variance = fit.scale * fit.scale + measured.noise[n]
            let size = ((residual * residual).sum() / variance).squareRoot()
            cost += Double(size > huber ? huber * size - huber * huber / 2 : size * size / 2)
            far += size > huber ? 1 : 0
            let weight = min(1, huber / size) / variance
            #expect(abs(fit.weights[n] - weight) < 1e-3 * weight)
            #expect(abs(fit.weighed[n] - weight * residual.x) < 1e-3 * weight * (abs(residual.x) + fit.scale))
        }
        #expect(abs(fit.cost - cost) < 1e-3 * cost, "seed \(seed): \(fit.cost), \(cost)")
        #expect(far > 20)
    }

    @Test func whatIsNotLookedAtHasNoWeight() throws {
        var shut = try seen()
        for n in shut.transmission.indices where n % shut.camera.size.x < 60 { shut.transmission[n] = .nan }
        let fit = try comparison(shut, truth).fit
        for n in 0..<fit.raster.count {
            // Pixels 0 to 59 are columns 0 to 29 of blocks of two.
            if n % fit.raster.size.x < 30 { #expect(fit.weights[n] == 0 && fit.weighed[n] == 0 && fit.looked.mask[n] == 0) }
        }
        #expect(fit.weights.contains { $0 > 0 })
    }

    /// Costs along a search can be compared only over the same places and in the same units.
    @Test func aReferenceKeepsPlacesAndScale() throws {
        let (frame, vertebra) = (try seen(), try blobVertebra())
        let filter = GradientFilter(sigma: 1)
        func compared(_ x: Double, keeping reference: ImageComparison?) -> ImageComparison {
            let view = ComparedView(camera: frame.camera, measured: MeasuredSlopes(frame, blocksOf: 2, filter: filter), background: nil)
            return ImageComparison(
                [vertebra], at: [off(x)], in: [view], filter: filter, parameters: .init(), keeping: reference, threads: 1)
        }
        let far = compared(6, keeping: nil)
        let (kept, chosen) = (compared(0, keeping: far), compared(0, keeping: nil))
        #expect(kept.fits[0].looked.mask == far.fits[0].looked.mask && kept.fits[0].scale == far.fits[0].scale)
        #expect(chosen.fits[0].looked.mask != far.fits[0].looked.mask && chosen.fits[0].scale < far.fits[0].scale)
        #expect(kept.cost < 0.2 * far.cost, "\(kept.cost), \(far.cost)")
    }

    /// Beyond counting noise the residuals' own deviation is found; of the noise alone, none.
    @Test func theScaleIsWhatNoiseDoesNotExplain() throws {
        let seed: UInt64 = 21
        var random = SeededGenerator(seed: seed)
        let noisy = try seen().counted(photons: 2000, by: &random)
        let (right, wrong) = (try comparison(noisy, truth).fit, try comparison(noisy, off(5)).fit)
        #expect(wrong.scale > 2 * right.scale, "seed \(seed): \(wrong.scale), \(right.scale)")
        #expect(try comparison(seen(), truth).fit.scale < 0.004)
    }
}
