import Protocols

/// Why a message of a live stream was passed over. The stream goes on.
enum FrameRefusal: Error, Equatable {
    case notReadable(FrameMessageError)
    /// It has more bytes than any message, and was not waited for.
    case cutOff
    /// The stream that was read first is followed to its end: another one may show another patient, in another room.
    case otherStream(found: String, followed: String)
    case otherViews(found: [String], expected: [String])
    case changedView(String)
    case badCamera(FluoroscopyError)
    case oldMoment(found: Int, after: Int)
    case repeatedView(String, moment: Int)
    case timeNotRising(found: Double, after: Double)
    /// Moment or time lie so far ahead that the message may be wrong, and would keep all later ones out. The next moment confirms them, or does not.
    case jump(to: MomentPlace, from: MomentPlace)

    /// A stable machine-readable name.
    var code: String {
        switch self {
        case .notReadable(let error): error.code
        case .cutOff: "message_too_long"
        case .otherStream: "other_stream"
        case .otherViews: "other_views"
        case .changedView: "changed_view"
        case .badCamera: "bad_camera"
        case .oldMoment: "old_moment"
        case .repeatedView: "repeated_view"
        case .timeNotRising: "time_not_rising"
        case .jump: "jump"
        }
    }
}

extension FrameRefusal: CustomStringConvertible {
    var description: String {
        switch self {
        case .notReadable(let error): "\(error)"
        case .cutOff: "it was longer than any message can be, and the connection was made anew"
        case .otherStream(let found, let followed):
            "it is of the stream \(found), and the one that is followed is \(followed); if the sender was started anew, start this run anew"
        case .otherViews(let found, let expected):
            "it announces the views \(found.joined(separator: ", ")), and the stream began with \(expected.joined(separator: ", "))"
        case .changedView(let view):
            "view \(view) is not what it was in the first message: within a stream only carm_from_room and projection may change"
        case .badCamera(let error): "\(error)"
        case .oldMoment(let found, let after): "it is of moment \(found), and moment \(after) was there before it"
        case .repeatedView(let view, let moment): "view \(view) of moment \(moment) is there already"
        case .jump(let found, let before):
            "moment \(found.number) at \(found.timeS) s is far ahead of moment \(before.number) at \(before.timeS) s; such a jump is believed when the next moment follows it"
        case .timeNotRising(let found, let after): "it was taken at \(found) s, and the moment before it at \(after) s"
        }
    }
}
