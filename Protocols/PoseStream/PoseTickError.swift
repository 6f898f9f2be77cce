import Foundation

/// Why bytes are no tick that may be used. What is refused is refused whole: nothing of it is shown.
public enum PoseTickError: Error, Equatable, Sendable {
    /// The message is of another topic.
    case otherTopic
    /// A tick of another major version; `pose/v2` for example.
    case otherVersion(UInt32)
    case tooLong(bytes: Int)
    /// The bytes are no protobuf message of this kind.
    case undecodable
    /// A field's value is missing or none that it may have; `field` is its name in pose_tick.proto, with the vertebra before it where it is one's.
    case badField(String, reason: String)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .otherTopic: "other_topic"
        case .otherVersion: "other_version"
        case .tooLong: "too_long"
        case .undecodable: "undecodable"
        case .badField: "bad_field"
        }
    }
}

extension PoseTickError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .otherTopic: "it is no message of the topic \(PoseTick.topicName); subscribe to that topic"
        case .otherVersion(let major):
            "it has major version \(major), and this reads \(PoseTick.major); use a client of the publisher's version"
        case .tooLong(let bytes): "it has \(bytes) bytes, and a tick has \(PoseTick.greatestBytes) at most"
        case .undecodable: "its bytes are no PoseTick of pose_tick.proto"
        case .badField(let field, let reason): "\(field): \(reason)"
        }
    }
}
