import Anatomy

public enum TrackingError: Error, Equatable, CustomStringConvertible {
    /// No level was asked for, or the case has none.
    case noVertebra
    /// The labels hold no voxel of a level.
    case levelWithoutLabel(VertebraLevel)
    /// A level's label holds nothing denser than soft tissue.
    case noBone(VertebraLevel)
    /// A frame's time, s, is not later than the last one's.
    case timeNotLater(Double, last: Double)

    public var description: String {
        switch self {
        case .noVertebra: "there is no vertebra to track"
        case .levelWithoutLabel(let level): "the labels hold no voxel of \(level)"
        case .timeNotLater(let time, let last): "a frame of \(time) s came after one of \(last) s"
        case .noBone(let level): "the CT holds nothing denser than soft tissue where the labels have \(level)"
        }
    }
}
