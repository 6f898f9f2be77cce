/// The six directions of a patient, by DICOM's letters (PS3.3, C.7.6.1.1.1).
public enum PatientSide: Character, CaseIterable, Sendable {
    case left = "L"
    case right = "R"
    case back = "P"
    case front = "A"
    case head = "H"
    case feet = "F"

    /// The unit vector in LPS.
    var direction: SIMD3<Double> {
        switch self {
        case .left: SIMD3(1, 0, 0)
        case .right: SIMD3(-1, 0, 0)
        case .back: SIMD3(0, 1, 0)
        case .front: SIMD3(0, -1, 0)
        case .head: SIMD3(0, 0, 1)
        case .feet: SIMD3(0, 0, -1)
        }
    }
}
