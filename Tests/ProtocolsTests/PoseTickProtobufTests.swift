import Foundation
import Frames
import TestSupport
import Testing

@testable import Protocols

struct PoseTickProtobufTests {
    @Test func whatIsWrittenIsReadAgain() throws {
        let tick = exampleTick()
        let bytes = try tick.encoded()
        #expect(bytes.starts(with: Data("pose/v1\0".utf8)))
        let back = try PoseTick(decoding: bytes)
        #expect(back == tick)
        #expect(try back.encoded() == bytes)
    }

    @Test func aTickWithoutBodiesFrameAndRegistrationIsOne() throws {
        var tick = exampleTick()
        (tick.bodies, tick.state, tick.registration, tick.frame) = ([], .unregistered, nil, nil)
        #expect(try PoseTick(decoding: tick.encoded()) == tick)
    }

    /// Frame 0 is a frame, and the absence of one is not.
    @Test func theFirstFrameIsNotNone() throws {
        var tick = exampleTick()
        tick.frame = 0
        #expect(try PoseTick(decoding: tick.encoded()).frame == 0)
    }

    @Test func otherTopicsAndVersionsAreNamed() throws {
        let payload = try exampleTick().encoded().dropFirst(8)
        #expect(throws: PoseTickError.otherVersion(2)) { try PoseTick(decoding: Data("pose/v2\0".utf8) + payload) }
        for topic in ["pose/v1", "pose/v\0", "", "lamina.frame/1\0"] {
            #expect(throws: PoseTickError.otherTopic, "\(topic)") { try PoseTick(decoding: Data(topic.utf8) + payload) }
        }
        var other = try WirePoseTick(serializedBytes: payload)
        other.schemaMajor = 2
        #expect(throws: PoseTickError.otherVersion(2)) { try PoseTick(decoding: message(other)) }
        // A field that a later minor version adds is passed over: number 1000, a varint.
        other.schemaMajor = 1
        other.schemaMinor = 3
        #expect(try PoseTick(decoding: message(other) + Data([0xC0, 0x3E, 0x05])) == exampleTick())
    }

    @Test func hostileBytesAreRefused() throws {
        let bytes = try exampleTick().encoded()
        #expect(throws: PoseTickError.tooLong(bytes: 300_008)) {
            try PoseTick(decoding: Data("pose/v1\0".utf8) + Data(repeating: 0, count: 300_000))
        }
        // Cut anywhere: no tick, or one that is whole by itself is not made up.
        for cut in 8..<bytes.count { #expect(throws: PoseTickError.self, "\(cut)") { try PoseTick(decoding: bytes.prefix(cut)) } }
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            var noisy = bytes
            for _ in 0..<3 { noisy[Int.random(in: 8..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            // Read or refused; what was read can be written.
            if let tick = try? PoseTick(decoding: noisy) { #expect((try? tick.encoded()) != nil) }
        }
    }

    /// Each rule of the page, broken one at a time in a message that is whole otherwise.
    @Test(arguments: brokenTicks.indices) func whatIsNotWholeIsRefused(_ n: Int) throws {
        var wire = try WirePoseTick(serializedBytes: exampleTick().encoded().dropFirst(8))
        let (field, spoil) = brokenTicks[n]
        spoil(&wire)
        let error = try #require(throws: PoseTickError.self, "\(field)") { try PoseTick(decoding: message(wire)) }
        guard case .badField(let named, _) = error else {
            Issue.record("\(field): \(error)")
            return
        }
        #expect(named == field)
        #expect(error.description.hasPrefix(field))
    }

    private func message(_ wire: WirePoseTick) throws -> Data { try Data("pose/v1\0".utf8) + wire.serializedData() }
}

private let brokenTicks: [(String, @Sendable (inout WirePoseTick) -> Void)] = [
    ("stream_epoch", { $0.streamEpoch = 0 }),
    ("seq", { $0.seq = 0 }),
    ("valid_for_ms", { $0.validForMs = 0 }),
    ("valid_for_ms", { $0.validForMs = 60_001 }),
    ("t_publish_ns", { $0.tPublishNs = $0.tCaptureNs - 1 }),
    ("clock", { $0.clock = .unspecified }),
    ("clock", { $0.clock = .UNRECOGNIZED(9) }),
    ("source", { $0.source = .unspecified }),
    ("state", { $0.state = .UNRECOGNIZED(77) }),
    ("state", { $0.state = .ok }),
    ("state", { $0.state = .lost }),
    ("convention", { $0.convention = "RAS-mm-RH" }),
    ("parent_frame", { $0.parentFrame = "patient" }),
    ("identity", { $0.clearIdentity() }),
    ("plan_sha256", { $0.identity.planSha256.removeLast() }),
    ("patient_sha256", { $0.identity.patientSha256 = Data() }),
    ("study_sha256", { $0.identity.studySha256.append(1) }),
    ("registration", { $0.clearRegistration() }),
    ("registration.id", { $0.registration.id = 0 }),
    ("registration.rms", { $0.registration.rms = -.infinity }),
    ("body_count", { $0.bodies.append($0.bodies[2]) }),
    ("bodies", { wire in (wire.bodyCount, wire.bodies) = (4, wire.bodies + [wire.bodies[2]]) }),
    ("level", { $0.bodies[0].level = 20 }),
    ("level", { $0.bodies[0].levelName = "L1" }),
    ("level", { $0.bodies[0].level = 300 }),
    ("T12 state", { $0.bodies[0].state = .unspecified }),
    ("T12 causes", { $0.bodies[0].causes = ["covered"] }),
    ("L1 causes", { $0.bodies[1].causes = [] }),
    ("L2 pose", { $0.bodies[2].pose = $0.bodies[0].pose }),
    ("L1 pose", { $0.bodies[1].clearPose() }),
    ("T12 pose", { $0.bodies[0].pose.yMm = .nan }),
    ("T12 pose", { $0.bodies[0].pose.qx += 0.001 }),
    ("L1 pose", { wire in (wire.bodies[1].pose.qx, wire.bodies[1].pose.qw) = (-wire.bodies[1].pose.qx, -wire.bodies[1].pose.qw) }),
    ("T12 covariance", { $0.bodies[0].pose.covariance.removeLast() }),
    ("T12 covariance", { $0.bodies[0].pose.covariance[20] = -1 }),
    ("T12 covariance", { $0.bodies[0].pose.covariance[3] = .nan }),
    ("T12 confidence", { $0.bodies[0].pose.confidence = 1.5 }),
    ("T12 screws", { $0.bodies[0].screws[1].side = .left }),
    ("T12 screw", { $0.bodies[0].screws[0].side = .unspecified }),
    ("T12 screw", { $0.bodies[0].screws[0].planned.directionX = 5 }),
    ("T12 left screw", { $0.bodies[0].screws[0].clearPlanned() }),
    ("T12 left screw", { $0.bodies[0].screws[0].clearMeasured() }),
    ("T12 left screw", { $0.bodies[0].screws[0].diameterMm = 0 }),
    ("T12 left screw", { $0.bodies[0].screws[0].measured.angleDeg = .nan }),
    ("T12 right screw", { $0.bodies[0].screws[1].measured = $0.bodies[0].screws[0].measured }),
    ("L2 right screw", { $0.bodies[2].screws[0].planned = $0.bodies[0].screws[0].planned }),
]
