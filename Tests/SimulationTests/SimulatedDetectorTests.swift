import Foundation
import RandomNumbers
import Testing

@testable import Simulation

@Suite struct SimulatedDetectorTests {
    private let columns = 96

    /// Half of the image behind 4, half behind 2.
    private var halves: [Float] { (0..<(columns * columns)).map { $0 % columns < columns / 2 ? 4 : 2 } }

    private func exposure(_ parameters: SimulationParameters) -> ViewExposure {
        ViewExposure(integrals: halves, columns: columns, behind: halves.indices.filter { halves[$0] == 4 }, parameters)
    }

    private func image(_ parameters: SimulationParameters, seed: UInt64 = 1) -> [UInt16] {
        exposure(parameters).image(of: halves, columns: columns, open: nil, parameters, random: RandomStream(seed: seed))
    }

    private func mean(_ image: [UInt16], behind integral: Float) -> Double {
        let chosen = image.indices.filter { halves[$0] == integral }
        return chosen.reduce(0) { $0 + Double(image[$1]) } / Double(chosen.count)
    }

    @Test func withoutScatterAndNoiseItIsBeerAndLambert() {
        var parameters = SimulationParameters()
        (parameters.photons, parameters.scatterToPrimary) = (0, 0)
        let image = image(parameters)
        let air = exposure(parameters).airValue
        let (dark, bright): (Double, Double) = (air * exp(-4), air * exp(-2))
        #expect(abs(mean(image, behind: 4) - dark) < 0.51)
        #expect(abs(mean(image, behind: 2) - bright) < 0.51)
    }

    @Test(arguments: [0.0, 0.5, 2.0]) func photonsAreCountedBehindTheVertebraeScatterIncluded(_ ratio: Double) {
        var parameters = SimulationParameters()
        (parameters.photons, parameters.scatterToPrimary) = (150, ratio)
        let exposure = exposure(parameters)
        let photons = image(parameters).enumerated().filter { halves[$0.offset] == 4 }.map { Double($0.element) / exposure.countsPerPhoton }
            .sorted()
        // The median of 4608 pixels is known to 0.3 of a photon; scatter differs over the half by some more.
        #expect(abs(photons[photons.count / 2] - 150) < 5)
    }

    @Test func noiseIsAsLargeAsPoissonSays() {
        var parameters = SimulationParameters()
        parameters.scatterToPrimary = 0
        let exposure = exposure(parameters)
        for integral in [Float(4), 2] {
            let chosen = image(parameters).enumerated().filter { halves[$0.offset] == integral }.map {
                Double($0.element) / exposure.countsPerPhoton
            }
            let mean = chosen.reduce(0, +) / Double(chosen.count)
            let variance = chosen.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(chosen.count)
            // Five standard errors of 4608 pixels.
            let excess: Double = variance / mean - 1
            #expect(abs(excess) < 0.104)
        }
    }

    @Test func scatterBrightensShadowsMost() {
        var parameters = SimulationParameters()
        parameters.photons = 0
        parameters.scatterToPrimary = 0
        let air = exposure(parameters).airValue
        let plain = (dark: mean(image(parameters), behind: 4) / air, bright: mean(image(parameters), behind: 2) / air)
        parameters.scatterToPrimary = 1
        let scatteredAir = exposure(parameters).airValue
        let wide = (dark: mean(image(parameters), behind: 4) / scatteredAir, bright: mean(image(parameters), behind: 2) / scatteredAir)
        let gains: (dark: Double, bright: Double) = (wide.dark / plain.dark, wide.bright / plain.bright)
        #expect(gains.dark > 1.9 && gains.dark > 1.3 * gains.bright)
    }

    @Test func shuttersStopScatterToo() {
        var parameters = SimulationParameters()
        parameters.photons = 0
        let exposure = exposure(parameters)
        let open = halves.map { $0 == 4 ? Float(1) : 0 }
        let shut = exposure.image(of: halves, columns: columns, open: open, parameters, random: RandomStream(seed: 1))
        #expect(mean(shut, behind: 4) < mean(image(parameters), behind: 4))
        #expect(mean(shut, behind: 2) < 0.1 * mean(image(parameters), behind: 2))
    }

    @Test func whatIsTooBrightIsWhite() {
        var parameters = SimulationParameters()
        parameters.photons = 100
        let integrals = [Float](repeating: 6, count: 64) + [Float](repeating: 0, count: 64)
        let exposure = ViewExposure(integrals: integrals, columns: 16, behind: Array(0..<64), parameters)
        let image = exposure.image(of: integrals, columns: 16, open: nil, parameters, random: RandomStream(seed: 1))
        #expect(image[127] == 65535 && exposure.airValue > 65535)
    }

    /// The coarse Gaussian against one on all pixels, by sums on paper: along v nothing changes, so it is one-dimensional.
    @Test func scatterIsTheWideGaussianOfThePrimary() {
        var parameters = SimulationParameters()
        (parameters.pixelSpacing, parameters.scatterSigma) = (1, 16)
        let primary = (0..<(columns * columns)).map { Float(sin(Double($0 % columns) * 0.05) + 1) }
        let wide = scattered(primary, columns: columns, parameters)
        for u in [3, 30, 48, 90] {
            var (sum, total) = (0.0, 0.0)
            for d in -48...48 {
                let weight = exp(-0.5 * pow(Double(d) / 16, 2))
                sum += weight * Double(primary[min(columns - 1, max(0, u + d))])
                total += weight
            }
            let right: Double = sum / total
            #expect(abs(Double(wide[40 * columns + u]) - right) < 0.02)
        }
    }
}
