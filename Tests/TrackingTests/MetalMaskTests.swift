import Foundation
import Testing

@testable import Tracking

struct MetalMaskTests {
    private let size = SIMD2(120, 100)

    /// Tissue that varies slowly, bone as a soft ridge, and what `metal` adds to it; measured in places of 2.4 mm through a third of scatter.
    private func mask(_ metal: (Double, Double) -> Double, isExpected: Bool = true) throws -> MetalMask {
        let camera = try TestViews.fromTheFront(size: size, spacing: 2.4)
        let tissue = (0..<(size.x * size.y)).map { n -> Double in
            let (u, v) = (Double(n % size.x), Double(n / size.x))
            return 2 + 0.2 * sin(u / 25) + 0.15 * cos(v / 20) + 0.5 * exp(-pow((u - 60) / 6, 2))
        }
        let scatter = 0.5 * tissue.map { exp(-$0) }.reduce(0, +) / Double(tissue.count)
        let frame = XRayFrame(
            view: "AP", camera: camera,
            transmission: tissue.indices.map { Float(exp(-tissue[$0] - metal(Double($0 % size.x), Double($0 / size.x))) + scatter) })
        let measured = MeasuredSlopes(frame, blocksOf: 1, filter: GradientFilter(sigma: 1))
        return MetalMask(of: measured, expected: isExpected ? tissue.map { Float($0) } : nil, placeSize: 2.4, parameters: MetalParameters())
    }

    /// A rod four places wide.
    private func rod(_ u: Double, _ v: Double) -> Double { abs(u - 0.5 * v - 30) < 2 && v > 20 && v < 80 ? 1.6 : 0 }

    @Test func boneIsNoMetal() throws {
        #expect(try mask { _, _ in 0 }.isEmpty)
        // The CT may be wrong by as much as a vertebra, softly.
        #expect(try mask { u, v in 0.7 * exp(-(pow((u - 40) / 8, 2) + pow((v - 50) / 8, 2))) }.isEmpty)
        #expect(try mask({ _, _ in 0 }, isExpected: false).isEmpty)
    }

    @Test func aRodIsMetalAndNothingElse() throws {
        let found = try mask(rod)
        var (right, missed, wrong) = (0, 0, 0)
        for v in 4..<(size.y - 4) {
            for u in 4..<(size.x - 4) {
                switch (rod(Double(u), Double(v)) > 0, found.places[v * size.x + u] > 0) {
                case (true, true): right += 1
                case (true, false): missed += 1
                case (false, true): wrong += 1
                default: break
                }
            }
        }
        #expect(right > 200 && missed < right / 10 && wrong == 0, "\(right), \(missed), \(wrong)")
        // Unmistakable only where it is thick.
        #expect(!(try mask({ 2 * rod($0, $1) }, isExpected: false).isEmpty))
    }

    @Test func whatLiesUnderMetalIsFilledByTheCT() throws {
        let (with, without) = (try mask(rod), try mask { _, _ in 0 })
        let under = with.places.indices.filter { with.places[$0] > 0 }
        let worst = under.map { abs(with.fill[$0] - without.fill[$0]) }.max()!
        // Metal is 1.1 in these places.
        #expect(worst < 0.15, "\(worst)")
    }

    @Test func hiddenPlacesAreNotComparedAndTheirNeighboursAre() throws {
        let camera = try TestViews.fromTheFront(size: size, spacing: 1.2)
        let filter = GradientFilter(sigma: 1)
        var pixels = [Float](repeating: 0.2, count: size.x * size.y)
        for v in 30..<50 { for u in 40..<48 { pixels[v * size.x + u] = 0.05 } }
        var measured = MeasuredSlopes(XRayFrame(view: "AP", camera: camera, transmission: pixels), blocksOf: 1, filter: filter)
        let mask = pixels.map { $0 < 0.1 ? Float(1) : 0 }
        measured.hide(mask, fill: [Float](repeating: -log(0.2), count: pixels.count), filter: filter)
        #expect(measured.hidden == mask)
        #expect(zip(measured.valid, mask).allSatisfy { $0 * $1 == 0 } && measured.valid[40 * size.x + 39] == 1)
        // With the rest's own value filled in nothing of the edge is left.
        for n in pixels.indices where measured.valid[n] > 0 { #expect(abs(measured.slopes[n]) < 1e-5) }
    }
}
