import Segmentation

/// Why two label maps cannot be compared.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
    /// No voxel of the reference's grid lies in the prediction's.
    case gridsDoNotMeet(prediction: PatientExtent, reference: PatientExtent)
    /// The reference holds no vertebra.
    case noReferenceVertebra

    public var description: String {
        switch self {
        case .gridsDoNotMeet(let prediction, let reference):
            "the two label maps do not meet: the prediction spans \(prediction), the reference \(reference) (LPS); compare maps of one scan"
        case .noReferenceVertebra: "the reference holds no vertebra, so there is nothing to compare with"
        }
    }
}
