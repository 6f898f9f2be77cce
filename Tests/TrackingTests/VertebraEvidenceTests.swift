import Foundation
import Frames
import Testing

@testable import Tracking

struct VertebraEvidenceTests {
    private let truth = upright(at: Point(0, 0, 0))

    private func evidence(_ frame: XRayFrame, _ pose: RigidTransform<Room, Vertebra>) throws -> ViewEvidence {
        let comparison = try Comparison(frame, [(try blobVertebra(), pose)])
        return ViewEvidence(comparison.view, comparison.fit, try #require(comparison.rendered[0]))
    }

    private func seen() throws -> XRayFrame { frame([(try blobVertebra(), truth)], in: try TestViews.fromTheFront()) }

    @Test func aVertebraWhereTheModelHasItIsSeenWhole() throws {
        let evidence = try evidence(seen(), truth)
        #expect(abs(evidence.contrast - 1) < 0.01 && evidence.visible > 0.99 && evidence.outliers < 0.01, "\(evidence)")
        #expect(evidence.information > 0)
    }

    /// Two vertebrae in the model, one in the image: the contrast of the other is near none.
    @Test func aVertebraThatIsNotThereHasNoContrast() throws {
        let (here, missing) = (upright(at: Point(0, 0, 18)), upright(at: Point(0, 0, -18)))
        let image = frame([(try blobVertebra(), here)], in: try TestViews.fromTheFront())
        let comparison = try Comparison(image, [(try blobVertebra(.t12), here), (try blobVertebra(.l1), missing)])
        let found = try comparison.rendered.map { ViewEvidence(comparison.view, comparison.fit, try #require($0)) }
        // The view's gain is that of both together, so that the one that is there has more than its share.
        #expect(abs(found[0].contrast * Double(comparison.fit.gain) - 1) < 0.1, "\(found[0])")
        #expect(abs(found[1].contrast) < 0.1 * found[0].contrast, "\(found[1])")
    }

    @Test func aShutterOverHalfOfItHidesHalf() throws {
        var half = try seen()
        let width = half.camera.size.x
        for n in half.transmission.indices where n % width < width / 2 { half.transmission[n] = .nan }
        let evidence = try evidence(half, truth)
        #expect((0.2...0.6).contains(evidence.visible), "\(evidence)")
        #expect(abs(evidence.contrast - 1) < 0.05)
    }

    /// The image ends 35 mm beside the middle at this depth: half of the vertebra lies beyond, and of the other half the filter's reach is lost.
    @Test func whatLiesBeyondTheImageIsNotVisible() throws {
        let atTheEdge = upright(at: Point(35, 0, 0))
        let image = frame([(try blobVertebra(), atTheEdge)], in: try TestViews.fromTheFront())
        let evidence = try evidence(image, atTheEdge)
        #expect((0.1...0.45).contains(evidence.visible), "\(evidence)")
    }

    @Test func anInstrumentAcrossItIsOutlying() throws {
        var covered = try seen()
        let width = covered.camera.size.x
        // A rod 5 mm thick, as dense as metal is.
        for n in covered.transmission.indices where abs(n / width - 64) < 5 { covered.transmission[n] *= exp(-2) }
        let evidence = try evidence(covered, truth)
        #expect(evidence.outliers > 0.1, "\(evidence)")
        #expect(try self.evidence(seen(), truth).outliers < 0.01)
    }

    @Test func nothingMeasuredIsNoEvidence() throws {
        var blind = try seen()
        blind.transmission = blind.transmission.map { _ in .nan }
        let evidence = try evidence(blind, truth)
        #expect(evidence.visible == 0 && evidence.information == 0 && evidence.contrast == 0)
    }
}
