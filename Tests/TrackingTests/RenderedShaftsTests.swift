import Foundation
import Frames
import Testing

@testable import Tracking

struct RenderedShaftsTests {
    private let filter = GradientFilter(sigma: 1.5)

    @Test func aThickPieceIsAsDarkAsScatterLets() throws {
        let scene = try ScrewScene([ScrewScene.plans()[0].posed(at: upright(at: Point(0, 0, 0)))], views: 1)
        let view = scene.views[0]
        let whole = RasterWindow(lower: SIMD2(0, 0), upper: view.raster.size)
        let rendered = RenderedShafts(scene.screws, scene.metal, in: view, window: whole, filter: filter, withDerivatives: false)
        // Nearly end-on: 30 mm of metal stop everything but scatter, a third of what arrives.
        #expect(abs(try #require(rendered.shadow.max()) - Float(log(3.0))) < 0.01)
        #expect(try #require(rendered.shadow.min()) == 0)
    }

    @Test func derivativesAreThoseOfTheImages() throws {
        let plans = ScrewScene.plans().map { $0.posed(at: upright(at: Point(0, 0, 0))) }
        for view in try ScrewScene(plans).views {
            let window = RasterWindow(lower: SIMD2(0, 0), upper: view.raster.size)
            let metal = MetalShadow(logAttenuation: log(0.2), logitScatter: -0.5)
            let count = view.raster.count
            func slopes(_ shafts: [PosedShaft], _ metal: MetalShadow) -> [Float] {
                RenderedShafts(shafts, metal, in: view, window: window, filter: filter, rays: 6, withDerivatives: false).slopes
            }
            let analytic = RenderedShafts(plans, metal, in: view, window: window, filter: filter, rays: 6).slopes
            for parameter in 0..<12 {
                func moved(_ h: Double) -> [Float] {
                    var (shafts, other) = (plans, metal)
                    if parameter < 10 {
                        var five = [Double](repeating: 0, count: 5)
                        five[parameter % 5] = parameter % 5 < 2 ? h / 20 : h
                        shafts[parameter / 5].roomFromScrew = ShaftMotion(five).applied(to: shafts[parameter / 5].roomFromScrew, length: 40)
                    } else if parameter == 10 {
                        other.logAttenuation += h
                    } else {
                        other.logitScatter += h
                    }
                    return slopes(shafts, other)
                }
                let h = 0.1
                let scale = parameter < 10 && parameter % 5 < 2 ? 20 : 1.0
                let numeric = zip(moved(h), moved(-h)).map { Double($0 - $1) / (2 * h) * scale }
                var (difference, size) = (0.0, 0.0)
                for n in 0..<(2 * count) {
                    let own = Double(analytic[2 * (parameter + 1) * count + n])
                    difference += (own - numeric[n]) * (own - numeric[n])
                    size += numeric[n] * numeric[n]
                }
                // Rays are 0.13 places apart: an edge's derivative is sampled, not integrated.
                #expect(difference < 0.15 * 0.15 * size, "\(view.name), parameter \(parameter): \((difference / size).squareRoot())")
            }
        }
    }
}
