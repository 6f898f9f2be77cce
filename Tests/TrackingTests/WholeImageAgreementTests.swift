import Frames
import TestSupport
import Testing

@testable import Tracking

struct WholeImageAgreementTests {
    private let truth = upright(at: Point(2, 5, -3))

    private func agreement(_ frame: XRayFrame, _ poses: [RigidTransform<Room, Vertebra>]) throws -> Double {
        let comparison = try Comparison(frame, try poses.map { (try blobVertebra(), $0) })
        return wholeImageAgreements(comparison.whole, [comparison.view])[0]
    }

    private func seen(contrast: Float = 1) throws -> XRayFrame {
        frame([(try blobVertebra(), truth)], in: try TestViews.fromTheFront(), contrast: contrast)
    }

    @Test func aModelThatIsRightAgreesWhateverTheContrast() throws {
        for contrast: Float in [1, 0.4] { #expect(try agreement(seen(contrast: contrast), [truth]) > 0.99) }
    }

    @Test func aModelThatIsOffAgreesLess() throws {
        let off = [2.0, 6, 30].map { PoseMotion([0, 0, 0, $0, 0, 0]).applied(to: truth, about: truth.origin) }
        let agreements = try off.map { try agreement(seen(), [$0]) }
        #expect(agreements[0] < 0.97 && agreements[1] < agreements[0] - 0.2 && abs(agreements[2]) < 0.2, "\(agreements)")
    }

    /// As bright where the model is dark.
    @Test func theOppositeContrastIsMinusOne() throws {
        #expect(try agreement(seen(contrast: -1), [truth]) < -0.99)
    }

    /// Without its share of the power being taken off, this many X-rays would halve the correlation.
    @Test func countingNoiseIsNoDisagreement() throws {
        let seed: UInt64 = 12
        var random = SeededGenerator(seed: seed)
        let noisy = try seen().counted(photons: 150, by: &random)
        #expect(abs(try agreement(noisy, [truth]) - 1) < 0.1, "seed \(seed)")
    }

    /// Something in the image that the model does not have counts, wherever it lies.
    @Test func theWholeImageCounts() throws {
        let stranger = upright(at: Point(-28, 0, 24))
        let both = frame([(try blobVertebra(), truth), (try blobVertebra(), stranger)], in: try TestViews.fromTheFront())
        let agreement = try agreement(both, [truth])
        // Half of the image's power is explained: the square root of a half.
        #expect(abs(agreement - 0.707) < 0.1, "\(agreement)")
    }

    @Test func nothingMeasuredAgreesWithNothing() throws {
        var blind = try seen()
        blind.transmission = blind.transmission.map { _ in .nan }
        #expect(try agreement(blind, [truth]) == 0)
    }
}
