import Frames
import Testing

@testable import Tracking

struct NormalEquationsTests {
    /// Sums over the whole raster, place by place, of two vertebrae that overlap in the image and stand a little off.
    @Test func theyAreTheSumsOverAllPlaces() throws {
        let camera = try TestViews.fromTheFront()
        let truth = [upright(at: Point(0, 10, 14)), upright(at: Point(4, 0, -14))]
        let start = truth.map { PoseMotion([0.03, -0.02, 0.04, 1, 2, -1]).applied(to: $0, about: $0.origin) }
        let vertebrae = [try blobVertebra(.t12), try blobVertebra(.l1)]
        let comparison = try Comparison(frame(Array(zip(vertebrae, truth)), in: camera), Array(zip(vertebrae, start)))
        let fit = comparison.fit
        let parts = try comparison.rendered.map { try #require($0) }
        #expect(!parts[0].window.intersection(parts[1].window).isEmpty)

        let jacobian = parts.flatMap { part in (0..<6).map { spread(part, parameter: $0, over: fit.raster) } }
        let equations = NormalEquations(fit, comparison.rendered)
        let gain = Double(fit.gain)
        let count = fit.raster.count
        for a in 0..<12 {
            var pull = 0.0
            for n in 0..<(2 * count) { pull += gain * Double(jacobian[a][n] * fit.weighed[n]) }
            #expect(abs(equations.gradient[a] - pull) < 1e-3 * max(1, abs(pull)), "\(a): \(equations.gradient[a]) \(pull)")
            for b in 0..<12 {
                var sum = 0.0
                for n in 0..<(2 * count) { sum += gain * gain * Double(jacobian[a][n] * jacobian[b][n] * fit.weights[n % count]) }
                let scale = (equations.information[a, a] * equations.information[b, b]).squareRoot()
                #expect(abs(equations.information[a, b] - sum) < 1e-4 * scale, "\(a), \(b): \(equations.information[a, b]) \(sum)")
                #expect(equations.information[a, b] == equations.information[b, a])
            }
        }
        // The overlap counts.
        #expect((0..<6).contains { i in (6..<12).contains { equations.information[i, $0] != 0 } })
    }

    @Test func aVertebraThatIsNotSeenHasNoShare() throws {
        let camera = try TestViews.fromTheFront()
        let (seen, away) = (upright(at: Point(0, 0, 0)), upright(at: Point(500, 0, 0)))
        let vertebrae = [try blobVertebra(.t12), try blobVertebra(.l1)]
        let comparison = try Comparison(frame([(vertebrae[0], seen)], in: camera), Array(zip(vertebrae, [seen, away])))
        #expect(comparison.rendered[1] == nil)
        let equations = NormalEquations(comparison.fit, comparison.rendered)
        for i in 0..<12 { for j in 6..<12 { #expect(equations.information[i, j] == 0 && equations.gradient[j] == 0) } }
        #expect((0..<6).allSatisfy { equations.information[$0, $0] > 0 })
    }
}

/// The slopes of a vertebra's change with one parameter, along u then v, over a whole raster.
func spread(_ part: RenderedVertebra, parameter: Int, over raster: DetectorRaster) -> [Float] {
    var image = [Float](repeating: 0, count: 2 * raster.count)
    let size = part.window.size
    for component in 0..<2 {
        for v in 0..<size.y {
            for u in 0..<size.x {
                image[component * raster.count + (v + part.window.lower.y) * raster.size.x + u + part.window.lower.x] =
                    part.slopes[(2 + 2 * parameter + component) * size.x * size.y + v * size.x + u]
            }
        }
    }
    return image
}
