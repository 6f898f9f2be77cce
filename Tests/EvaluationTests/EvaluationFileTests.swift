import Anatomy
import Foundation
import Protocols
import Testing

@testable import Evaluation

@Suite struct EvaluationFileTests {
    @Test func namesLevelsAndLeavesOutWhatDoesNotExist() throws {
        let evaluation = try evaluateLabels(LabelBoxes.column([.t12]).labels(), against: LabelBoxes.column([.t12, .l1]).labels())
        let warning = CommandWarning(code: "resampled", message: "m")
        let file = EvaluationFile(
            laminaVersion: "1.2.3", prediction: .init(path: "a.nii", scheme: .totalsegmentatorV2),
            reference: .init(path: "b.nii", scheme: .verse), parameters: EvaluationParameters(), evaluation: evaluation, warnings: [warning]
        )
        guard case .object(let fields) = try JSONValue(file), case .array(let vertebrae) = fields["vertebrae"],
            case .object(let worst) = vertebrae[0], case .object(let best) = vertebrae[1]
        else {
            Issue.record("not the file's form")
            return
        }
        #expect(fields["prediction"] == .object(["path": .string("a.nii"), "scheme": .string("totalsegmentator-v2")]))
        #expect(fields["warnings"] == .array([.object(["code": .string("resampled"), "message": .string("m")])]))
        #expect(worst["level"] == .string("L1") && worst["predicted_volume_mm3"] == .integer(0))
        #expect(worst["asd_mm"] == nil && worst["match"] == nil)
        #expect(best["level"] == .string("T12") && best["hd95_mm"] == .integer(0) && best["reference_volume_mm3"] == .integer(600))
        guard case .object(let findings) = fields["findings"] else { return }
        #expect(findings["missing"] == .array([.string("L1")]))
        #expect(findings["naming"] == .object(["shift": .integer(0), "vertebrae": .integer(1), "matched": .integer(1)]))
    }
}
