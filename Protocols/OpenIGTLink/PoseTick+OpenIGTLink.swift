import Foundation
import Frames

extension PoseTick {
    /// The tick's poses as OpenIGTLink (Specification/openigtlink.md): a TRANSFORM for each vertebra that may be shown and all of them as one QTDATA, in RAS millimetres.
    ///
    /// What is not live has its source before its name, such as SIM-T12, since the protocol has no word for that. Nor has it one for a doubtful pose, so with version 1 only
    /// OK is sent; version 2 says DEGRADED in its metadata. A vertebra without a pose is in no message: the statuses tell of it.
    /// - Parameter timeNS: of the capture, UTC.
    /// - Complexity: O(bodies).
    public func openIGTLinkPoses(_ version: OpenIGTLinkVersion, timeNS: UInt64) -> [OpenIGTLinkMessage] {
        let shown = bodies.filter { $0.state == .ok || (version == .two && $0.state == .degraded) }
        let transforms = shown.compactMap { body -> OpenIGTLinkMessage? in
            guard let pose = body.pose?.ras, let rotation = Rotation<Room, Vertebra>(quaternion: pose.quaternion) else { return nil }
            var content = Data()
            let (x, y, z) = rotation.columns
            for column in [x, y, z, pose.position] { content.append(bigEndian: [column.x, column.y, column.z]) }
            let metadata = [
                ("TransformStatus", "OK"), ("LaminaState", body.state.rawValue), ("LaminaCauses", body.causes.joined(separator: " ")),
                ("LaminaSource", source.rawValue), ("LaminaSequence", String(sequence)), ("LaminaEpoch", String(epoch)),
            ]
            return OpenIGTLinkMessage(type: "TRANSFORM", device: device(body), timeNS: timeNS, content: content, metadata: metadata)
        }
        guard !transforms.isEmpty else { return [] }
        var bundle = Data()
        for body in shown {
            guard let pose = body.pose?.ras else { continue }
            bundle.append(ascii: device(body), width: 20)
            // Position and orientation.
            bundle.append(contentsOf: [2, 0])
            bundle.append(bigEndian: [pose.position.x, pose.position.y, pose.position.z])
            bundle.append(bigEndian: [pose.quaternion.x, pose.quaternion.y, pose.quaternion.z, pose.quaternion.w])
        }
        let states = shown.map { "\($0.level.name) \($0.state.rawValue)" }.joined(separator: " ")
        return transforms + [
            OpenIGTLinkMessage(
                type: "QTDATA", device: sourceMark + "Vertebrae", timeNS: timeNS, content: bundle,
                metadata: [("LaminaStates", states), ("LaminaSource", source.rawValue)])
        ]
    }

    /// A STATUS for each vertebra: ok, or why it is not sent. Send one when it changes.
    public func openIGTLinkStatuses(timeNS: UInt64) -> [OpenIGTLinkMessage] {
        bodies.map { body in
            let code: UInt16 =
                switch body.state {
                case .ok: 1
                case .degraded, .lost, .truth: state == .unregistered ? 13 : 7
                }
            var content = Data()
            content.append(bigEndian: code)
            content.append(bigEndian: Int64(0))
            // LOST by itself, or with all of the stream: STALE, UNREGISTERED, STOPPED.
            let isOfAll = [.stale, .unregistered, .stopped].contains(state)
            content.append(ascii: isOfAll ? state.rawValue : body.state.rawValue, width: 20)
            content += Data(body.causes.joined(separator: " ").utf8) + Data([0])
            return OpenIGTLinkMessage(type: "STATUS", device: device(body), timeNS: timeNS, content: content)
        }
    }

    private var sourceMark: String { source == .live ? "" : source.rawValue + "-" }

    private func device(_ body: TickBody) -> String { sourceMark + body.level.name }
}
