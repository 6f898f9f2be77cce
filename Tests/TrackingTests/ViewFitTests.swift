import Foundation
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
        try Comparison(frame, [(try blobVertebra(), pose)])
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
        let vertebra = try blobVertebra()
        let filter = GradientFilter(sigma: 1)
        func compared(_ frame: XRayFrame, _ x: Double, keeping reference: ImageComparison?) throws -> ImageComparison {
            let view = ComparedView(camera: frame.camera, measured: MeasuredSlopes(frame, blocksOf: 2, filter: filter), background: nil)
            return try ImageComparison(
                [vertebra.attenuation], at: [off(x)], [ImageMotion()], in: [view], filter: filter, parameters: .init(), keeping: reference,
                threads: 1)
        }
        let far = try compared(withWaves(try seen()), 6, keeping: nil)
        let (kept, chosen) = (try compared(try seen(), 0, keeping: far), try compared(try seen(), 0, keeping: nil))
        #expect(kept.fits[0].looked.mask == far.fits[0].looked.mask && kept.fits[0].scale == far.fits[0].scale)
        #expect(chosen.fits[0].looked.mask != far.fits[0].looked.mask && chosen.fits[0].scale < far.fits[0].scale)
        #expect(kept.cost < 0.2 * far.cost, "\(kept.cost), \(far.cost)")
    }

    /// The same image behind a grating that no model knows: waves of 16 pixels, 0.2 of a line integral high.
    private func withWaves(_ frame: XRayFrame) -> XRayFrame {
        var other = frame
        let width = frame.camera.size.x
        for n in other.transmission.indices { other.transmission[n] *= exp(-0.2 * sin(2 * .pi * Float(n % width) / 16)) }
        return other
    }

    /// The slope of the waves is 0.2 * 2 pi / 8 a place of two pixels, of which the filter leaves exp(-(2 pi / 8)^2 / 2); the median of a squared cosine is a half, and
    /// counts as 2 ln 2 variances.
    @Test func theScaleIsWhatTheModelDoesNotExplain() throws {
        let steepest = 0.2 * 2 * Double.pi / 8 * exp(-pow(2 * .pi / 8, 2) / 2)
        let scale = Double(try comparison(withWaves(seen()), truth).fit.scale)
        #expect(abs(scale / (steepest / (4 * log(2)).squareRoot()) - 1) < 0.15, "\(scale)")
        #expect(try comparison(seen(), truth).fit.scale < 0.004)
    }

    /// Of 100 X-rays a pixel the noise alone is five times the least error of a model; what is left of it is the error of the median over a few hundred places.
    @Test(arguments: [21, 22, 23, 24] as [UInt64])
    func countingNoiseIsNotTheModelsError(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let noisy = try comparison(seen().counted(photons: 100, by: &random), truth)
        let counting = noisy.view.measured.noise.sorted()[noisy.fit.raster.count / 2].squareRoot()
        #expect(counting > 0.008 && noisy.fit.scale < 0.5 * counting, "seed \(seed): \(noisy.fit.scale), \(counting)")
    }
}
