import Foundation
import Protocols
import Testing

@Suite struct FluoroscopyViewTests {
    private let place = "[-1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 700, 0, 0, 0, 1]"

    private func refuse(_ old: String, _ new: String, _ word: String, _ place: String, sourceLocation: SourceLocation = #_sourceLocation) {
        expectRefusal(FluoroscopyGeometry.self, geometryText, old, new, word, place, sourceLocation: sourceLocation)
    }

    @Test func everyKeyIsRead() throws {
        let views = try decodedInput(FluoroscopyGeometry.self, from: Data(geometryText.utf8), file: "geometry.json").views
        #expect(views[0].sizePx == SIMD2(512, 480) && views[0].pixelSpacingMM == SIMD2(-0.6, 0.5) && views[0].sourceDetectorMM == 1020)
        #expect(views[0].principalPointPx == SIMD2(250.5, 230) && views[0].values == .intensity && views[0].airValue == 60000)
        #expect(views[0].carmFromRoom?.origin.z == 700 && views[0].projection == nil)
        #expect(views[1].projection?.count == 12 && views[1].values == .inverted && views[1].fullScale == 65535 && views[1].airValue == 12)
    }

    @Test func mistakesAreNamedWithViewAndKey() {
        refuse(#""values": "intensity""#, #""valuse": "intensity""#, "valuse is not known", "views[0] (AP)")
        refuse(#""size_px": [256, 256], "#, "", "size_px is missing", "views[1] (LAT)")
        refuse("[512, 480]", "[512, 0]", "two whole numbers", "views[0] (AP), key size_px")
        refuse("[512, 480]", "[512.5, 480]", "whole number", "views[0] (AP), key size_px")
        refuse("[-0.6, 0.5]", "[-0.6, -0.5]", "v is positive", "views[0] (AP), key pixel_spacing_mm")
        refuse("[-0.6, 0.5]", "[0.6]", "needs 2 numbers", "views[0] (AP), key pixel_spacing_mm")
        refuse(#""values": "inverted""#, #""values": "bright""#, "bright", "views[1] (LAT), key values")
        refuse(#""name": "LAT""#, #""name": "side/left""#, "short", "key name")
    }

    @Test func valuesAndTheirKeysMustFit() {
        refuse(#""full_scale": 65535, "#, "", "full_scale", "views[1] (LAT)")
        refuse(#""air_value": 12"#, #""air_value": 65535"#, "below full_scale", "views[1] (LAT)")
        refuse(#""air_value": 60000"#, #""air_value": 0"#, "brighter than 0", "views[0] (AP)")
        refuse(#""values": "intensity""#, #""values": "line_integral""#, "no air_value", "views[0] (AP)")
    }

    @Test func eachFrameHasExactlyOnePlace() {
        refuse(#""principal_point_px": [250.5, 230],"#, "", "come together", "views[0] (AP)")
        let pinhole = #""source_detector_mm": 1, "principal_point_px": [1, 1], "projection": [1000, 0, 128, 0,"#
        refuse(#""projection": [1000, 0, 128, 0,"#, pinhole, "one or the other", "LAT")
        refuse(#""projection": [1000, 0, 128, 0, 0, 1000, 128, 0, 0, 0, 1, 700],"#, "", "frame 0 has no geometry", "views[1] (LAT)")
        refuse(#""source_detector_mm": 1020"#, #""source_detector_mm": -1020"#, "positive", "views[0] (AP), key source_detector_mm")
    }

    /// The first is a mirror, the second a matrix in metres' scale; both would put the patient elsewhere.
    @Test func onlyRigidTransformsArePlaces() {
        refuse(place, "[1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 700, 0, 0, 0, 1]", "mirrors", "carm_from_room")
        refuse(place, "[-2, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0, 700, 0, 0, 0, 1]", "no rigid", "carm_from_room")
        refuse(place, "[-1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 700, 1]", "row-major", "carm_from_room")
    }

    @Test func framesAreInTheOrderOfTime() {
        refuse(#""time_s": 0.1,"#, #""time_s": 0,"#, "not later", "views[0] (AP), key frames")
    }

    /// Six decimals are what many programs print.
    @Test func roundedMatricesAreMadeRigidAgain() throws {
        let rounded = "[-0.999998, 0.001745, 0.000523, 0, 0.000523, 0, 1, 0, 0.001745, 0.999998, 0, 700, 0, 0, 0, 1]"
        let text = geometryText.replacingOccurrences(of: place, with: rounded)
        let view = try decodedInput(FluoroscopyGeometry.self, from: Data(text.utf8), file: "geometry.json").views[0]
        let x = try #require(view.carmFromRoom).rotation.columns.0
        #expect(abs((x * x).sum() - 1) < 1e-12)
        #expect(abs(x.x + 0.999998) < 1e-5)
    }
}
