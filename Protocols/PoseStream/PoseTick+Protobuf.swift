import Foundation
import SwiftProtobuf

extension PoseTick {
    static let major: UInt32 = 1
    static let minor: UInt32 = 1
    static let topicName = "pose/v1"
    /// What every message begins with.
    public static let topic = Data("\(topicName)\0".utf8)
    /// What messages of all versions begin with.
    public static let anyTopic = Data("pose/v".utf8)
    /// Twenty vertebrae with forty screws have 12 KB.
    public static let greatestBytes = 1 << 18

    /// The one frame of a ZeroMQ message: the topic, then the tick as protobuf (Specification/pose_tick.proto). The same tick gives the same bytes.
    ///
    /// - Throws: `PoseTickError.badField` for a tick that no client may accept.
    /// - Complexity: O(bodies).
    public func encoded() throws(PoseTickError) -> Data {
        try checkWhole()
        guard let payload = try? wire.serializedData() else { throw .undecodable }
        return PoseTick.topic + payload
    }

    /// - Parameter message: the one frame of a ZeroMQ message.
    /// - Throws: `PoseTickError`. Nothing is mended: a tick with one bad number is refused whole.
    /// - Complexity: O(bytes).
    public init(decoding message: Data) throws(PoseTickError) {
        guard message.starts(with: PoseTick.topic) else { throw PoseTick.wrongTopic(message) }
        guard message.count <= PoseTick.greatestBytes else { throw .tooLong(bytes: message.count) }
        guard let wire = try? WirePoseTick(serializedBytes: message.dropFirst(PoseTick.topic.count)) else { throw .undecodable }
        try self.init(wire)
        try checkWhole()
    }

    /// `pose/v2`, say, is a version and not another topic.
    private static func wrongTopic(_ message: Data) -> PoseTickError {
        guard message.starts(with: anyTopic) else { return .otherTopic }
        let digits = message.dropFirst(anyTopic.count).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let number = UInt32(String(decoding: digits.prefix(9), as: UTF8.self))
        return number.flatMap { $0 == major ? nil : .otherVersion($0) } ?? .otherTopic
    }

    private var wire: WirePoseTick {
        var wire = WirePoseTick()
        (wire.schemaMajor, wire.schemaMinor) = (PoseTick.major, PoseTick.minor)
        (wire.streamEpoch, wire.seq) = (epoch, sequence)
        (wire.tCaptureNs, wire.tPublishNs) = (time.captureNS, time.publishNS)
        (wire.clock, wire.clockErrUs, wire.validForMs) = (time.clock.wire, time.clockErrorUS, time.validForMS)
        (wire.source, wire.state) = (source.wire, state.wire)
        (wire.convention, wire.parentFrame) = (convention, parentFrame)
        wire.identity.planSha256 = bytes(ofHexadecimal: identity.planSHA256)
        wire.identity.patientSha256 = bytes(ofHexadecimal: identity.patientSHA256)
        wire.identity.studySha256 = bytes(ofHexadecimal: identity.studySHA256)
        (wire.identity.levelEstimated, wire.identity.approval) = (identity.levelEstimated, identity.approval.wire)
        if let registration { (wire.registration.id, wire.registration.rms) = (registration.id, registration.rms) }
        if let frame { wire.frameNumber = frame }
        (wire.bodyCount, wire.bodies) = (UInt32(bodies.count), bodies.map(\.wire))
        return wire
    }

    private init(_ wire: WirePoseTick) throws(PoseTickError) {
        guard wire.schemaMajor == PoseTick.major else { throw .otherVersion(wire.schemaMajor) }
        guard wire.convention == convention else { throw .badField("convention", reason: "it is not \(convention)") }
        guard wire.parentFrame == parentFrame else { throw .badField("parent_frame", reason: "it is not \(parentFrame)") }
        guard wire.hasIdentity else { throw .badField("identity", reason: "it is missing") }
        guard let source = StreamSource(wire.source) else { throw .badField("source", reason: "it is none that is known") }
        guard let state = StreamState(wire.state) else { throw .badField("state", reason: "it is none that is known") }
        let approval = try TickApproval?(wire: wire.identity.approval)
        guard let clock = StreamClock(wire.clock) else { throw .badField("clock", reason: "it is none that is known") }
        guard wire.bodyCount == wire.bodies.count else {
            throw .badField("body_count", reason: "it is \(wire.bodyCount), and \(wire.bodies.count) bodies follow")
        }
        var bodies: [TickBody] = []
        for body in wire.bodies { bodies.append(try TickBody(body)) }
        self.init(
            epoch: wire.streamEpoch, sequence: wire.seq, source: source, state: state,
            time: TickTime(
                captureNS: wire.tCaptureNs, publishNS: wire.tPublishNs, clock: clock, clockErrorUS: wire.clockErrUs,
                validForMS: wire.validForMs),
            identity: StreamIdentity(
                planSHA256: try digest(wire.identity.planSha256, "plan_sha256"),
                patientSHA256: try digest(wire.identity.patientSha256, "patient_sha256"),
                studySHA256: try digest(wire.identity.studySha256, "study_sha256"), levelEstimated: wire.identity.levelEstimated,
                approval: approval),
            registration: wire.hasRegistration ? StreamRegistration(id: wire.registration.id, rms: wire.registration.rms) : nil,
            frame: wire.hasFrameNumber ? wire.frameNumber : nil, bodies: bodies)
    }
}

private let convention = "LPS-mm-RH"
private let parentFrame = "room"

private func digest(_ bytes: Data, _ field: String) throws(PoseTickError) -> String {
    guard bytes.count == 32 else { throw .badField(field, reason: "a SHA-256 has 32 bytes, found \(bytes.count)") }
    let digits = StaticString("0123456789abcdef")
    // In one piece: a string a byte would take longer than all else that is read of a tick.
    return String(unsafeUninitializedCapacity: 64) { text in
        for (n, byte) in bytes.enumerated() {
            text[2 * n] = digits.utf8Start[Int(byte >> 4)]
            text[2 * n + 1] = digits.utf8Start[Int(byte & 15)]
        }
        return 64
    }
}

/// - Precondition: an even number of hexadecimal digits, which `checkWhole` made sure of.
private func bytes(ofHexadecimal text: String) -> Data {
    let digits = text.utf8.map { $0 <= UInt8(ascii: "9") ? $0 - UInt8(ascii: "0") : $0 - UInt8(ascii: "a") + 10 }
    return Data(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
}
