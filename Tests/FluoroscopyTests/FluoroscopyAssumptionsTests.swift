import Testing

@testable import Fluoroscopy

@Suite struct FluoroscopyAssumptionsTests {
    @Test func everyNameIsKnown() throws {
        var assumptions = FluoroscopyAssumptions()
        for text in [
            "air_value=0", "principal_point_px=-3.5,7", "values=line_integral", "patient_orientation=L,F", "pixel_spacing_mm=0.3,0.4",
        ] {
            try assumptions.add(text)
        }
        #expect(assumptions.airValue == 0 && assumptions.principalPointPx == SIMD2(-3.5, 7) && assumptions.values == .lineIntegral)
        #expect(assumptions.patientOrientation == ["L", "F"] && assumptions.pixelSpacingMM == SIMD2(0.3, 0.4))
    }

    @Test(arguments: [
        "nonsense", "source_detector_mm", "source_detector_mm=", "source_detector_mm=-5", "source_detector_mm=1,2",
        "source_detector_mm=nan",
        "pixel_spacing_mm=1", "pixel_spacing_mm=1e-300,1e-300", "values=bright", "distance=5", "patient_orientation=L",
    ])
    func mistakesAreNamed(text: String) {
        var assumptions = FluoroscopyAssumptions()
        #expect {
            try assumptions.add(text)
        } throws: { error in
            "\(error)".contains(text)
        }
    }
}
