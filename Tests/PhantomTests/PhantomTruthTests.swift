import Anatomy
import Foundation
import Phantom
import Testing

@Suite struct PhantomTruthTests {
    @Test func truthSurvivesJSONAndNamesItsUnits() throws {
        var parameters = boneOnly([.l4, .s1], spacing: 4)
        parameters.gridTurn = .init(axis: SIMD3(0, 0, 1), angleDeg: 10)
        let truth = try makePhantom(parameters: parameters, seed: 41).truth
        let data = try JSONEncoder().encode(truth)
        #expect(try JSONDecoder().decode(PhantomTruth.self, from: data) == truth)
        let text = String(decoding: data, as: UTF8.self)
        for key in [
            #""schema":"lamina.phantom-truth""#, #""schema_version":"1.0.0""#, #""convention":"LPS-mm-RH""#, #""seed":41"#,
            #""levels":["L4","S1"]"#,
            #""isthmus_centre_lps_mm""#, #""axis_lps""#, #""width_mm""#, #""height_mm""#, #""patient_from_vertebra""#,
            #""centreline_lps_mm""#,
        ] {
            #expect(text.contains(key), "\(key)")
        }
        #expect(truth.vertebra(.s1)?.pedicles.isEmpty == true)
        #expect(truth.vertebra(.l4)?.pedicle(.right)?.side == .right)
    }
}
