import Anatomy

/// Why a vertebra could not be modelled. Each case becomes the reason of a refusal: it is a result, never a guess.
public enum PlanningError: Error, Equatable, Sendable {
    case levelNotInLabels(VertebraLevel)
    /// Planning covers T1 to L6 and S1.
    case levelNotSupported(VertebraLevel)
    /// The label reaches the outer face of the CT over `area` mm², so the vertebra is not whole.
    case cutByView(VertebraLevel, area: Double)
    case tooSmall(VertebraLevel, volume: Double)
    case canalNotFound(VertebraLevel)
    case bodyNotFound(VertebraLevel)
    case endplatesNotFound(VertebraLevel)
    case isthmusNotFound(VertebraLevel, Side)
    /// The fitted frame's axes are far from the patient's: left and right, or up and down, may have changed places.
    case orientationImplausible(VertebraLevel, degrees: Double)
}

extension PlanningError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .levelNotInLabels(let level): "\(level) is not in the labels"
        case .levelNotSupported(let level): "\(level) is outside the planner's range (T1 to L6 and S1)"
        case .cutByView(let level, let area):
            "\(level) is cut by the edge of the CT: its label meets the outer face over \(Int(area.rounded())) mm²"
        case .tooSmall(let level, let volume):
            "\(level)'s label holds only \(Int(volume.rounded())) mm³, too little for a whole vertebra"
        case .canalNotFound(let level):
            "\(level): no spinal canal is enclosed by the label, so left, right and the medial wall are not known"
        case .bodyNotFound(let level): "\(level): no vertebral body was found in front of the canal"
        case .endplatesNotFound(let level): "\(level): the endplates could not be fitted"
        case .orientationImplausible(let level, let degrees):
            "\(level): the fitted frame is \(Int(degrees.rounded()))° from the patient's left, back and head; the side cannot be trusted"
        case .isthmusNotFound(let level, let side): "\(level) \(side.rawValue): no pedicle isthmus was found between body and arch"
        }
    }

    /// The machine-readable code of this reason in plan.json.
    public var code: String {
        switch self {
        case .levelNotInLabels: "level_not_in_labels"
        case .levelNotSupported: "level_not_supported"
        case .cutByView: "cut_by_view"
        case .tooSmall: "label_too_small"
        case .canalNotFound: "canal_not_found"
        case .bodyNotFound: "body_not_found"
        case .endplatesNotFound: "endplates_not_found"
        case .isthmusNotFound: "isthmus_not_found"
        case .orientationImplausible: "orientation_implausible"
        }
    }
}
