import Foundation
import Protocols
import Testing

@testable import Fluoroscopy

@Suite struct TransmissionTests {
    private func meaning(_ values: FluoroscopyValues, air: Double? = nil, full: Double? = nil) -> PixelMeaning {
        PixelMeaning(values: values, airValue: air, fullScale: full)
    }

    /// The same X-rays in each of the three meanings. Tolerance: float.
    @Test func meaningsAgree() {
        let shares: [Float] = [1, 0.5, 0.25, 0.125, 0.75, 0.9]
        let images: [([Float], PixelMeaning)] = [
            (shares.map { $0 * 4000 }, meaning(.intensity, air: 4000)),
            (shares.map { 65535 - $0 * 60000 }, meaning(.inverted, air: 5535, full: 65535)),
            (shares.map { -log($0) }, meaning(.lineIntegral)),
        ]
        for (image, meaning) in images {
            let found = transmission(of: image, columns: 3, field: nil, meaning: meaning)
            #expect(found.cause == nil)
            for (a, b) in zip(found.values, shares) { #expect(abs(a - b) < 1e-5, "\(meaning.values)") }
        }
    }

    /// Air of 1000 with one hot pixel of 60000 beside half a picture of body: the 25 pixels around the hot one give (24 * 1000 + 60000) / 25 = 3360 at the
    /// most, and without it 1000.
    @Test func airIsEstimatedFromSmoothedPixels() {
        var image = (0..<400).map { $0 % 20 < 10 ? Float(1000) : 300 }
        #expect(transmission(of: image, columns: 20, field: nil, meaning: meaning(.intensity)).values[0] == 1)
        #expect(abs(transmission(of: image, columns: 20, field: nil, meaning: meaning(.intensity)).values[19] - 0.3) < 1e-6)
        image[5 * 20 + 4] = 60000
        let air = 1000 / transmission(of: image, columns: 20, field: nil, meaning: meaning(.intensity)).values[0]
        #expect(abs(air - 3360) < 0.1)
    }

    @Test func outsideTheFieldNothingCounts() {
        var image = [Float](repeating: 500, count: 100)
        image[0] = 9000
        image[99] = 250
        var field = [Bool](repeating: true, count: 100)
        field[0] = false
        let found = transmission(of: image, columns: 10, field: field, meaning: meaning(.intensity))
        #expect(found.values[0].isNaN)
        #expect(found.values[1] == 1 && found.values[99] == 0.5)
    }

    @Test func negativeIntensitiesAreNone() {
        let found = transmission(of: [-5, 0, 100, 200], columns: 2, field: nil, meaning: meaning(.intensity, air: 200))
        #expect(found.values == [0, 0, 0.5, 1])
    }

    /// exp(200) is beyond what a Float holds; averaged with its neighbours it would spoil them all.
    @Test func numbersBeyondAllMeasureAreNoValues() {
        let integrals = transmission(of: [-200, 0, 1, 2], columns: 2, field: nil, meaning: meaning(.lineIntegral))
        #expect(integrals.values[0].isNaN && integrals.values[1] == 1 && integrals.cause == nil)
        let shares = transmission(of: [3e38, 0.5, 1, 0], columns: 2, field: nil, meaning: meaning(.intensity, air: 1))
        #expect(shares.values[0].isNaN && shares.values[1...] == [0.5, 1, 0] && shares.cause == nil)
        let none = transmission(of: [-200, -300, -400, -500], columns: 2, field: nil, meaning: meaning(.lineIntegral))
        #expect(none.cause == .noSignal && none.values.allSatisfy(\.isNaN))
    }

    @Test func framesWithoutSignalAreNamed() {
        let images: [[Float]] = [[0, 0, 0, 0], [7, 7, 7, 7], [.nan, .nan, .nan, .nan], [-3, -2, -1, 0], [.infinity, .nan, 5, 5]]
        for image in images {
            let found = transmission(of: image, columns: 2, field: nil, meaning: meaning(.intensity))
            #expect(found.cause == .noSignal, "\(image)")
            #expect(found.values.filter(\.isNaN).count == 4)
        }
        // All that differs lies outside the field.
        let found = transmission(of: [1, 2, 2, 2], columns: 2, field: [false, true, true, true], meaning: meaning(.intensity))
        #expect(found.cause == .noSignal)
    }
}
