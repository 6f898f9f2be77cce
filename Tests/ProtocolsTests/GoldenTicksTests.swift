import Foundation
import Frames
import Testing

@testable import Protocols

/// The ticks of Specification/golden, which nothing of lamina has made (`python -m Tools.golden_ticks`).
struct GoldenTicksTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Protocols/Specification/golden")
    static let names = ["ok", "degraded", "lost", "stale", "unregistered", "stopped", "replay"]

    private struct Expected: Decodable {
        struct Numbers: Decodable {
            var position: [Double]
            var quaternionXyzw: [Double]
        }
        struct Body: Decodable {
            var level: String
            var state: String
            var causes: [String]
            var screws: Int
            var planStatus: [String]
            var lpsMm: Numbers?
            var rasMm: Numbers?
            var unityM: Numbers?
        }
        var streamEpoch: String
        var seq: String
        var state: String
        var source: String
        var tCaptureNs: String
        var tPublishNs: String
        var registration: String?
        var frameNumber: UInt32?
        var planSha256: String
        var approval: String
        var bodies: [Body]
    }

    private func golden(_ name: String) throws -> (bytes: Data, expected: Expected) {
        func file(_ ending: String) throws -> Data { try Data(contentsOf: Self.folder.appending(path: "\(name).\(ending)")) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try file("bin"), try decoder.decode(Expected.self, from: file("json")))
    }

    @Test(arguments: names) func theyAreReadAndWrittenByteForByte(name: String) throws {
        let (bytes, expected) = try golden(name)
        let tick = try PoseTick(decoding: bytes)
        #expect(try tick.encoded() == bytes)
        #expect(String(tick.epoch) == expected.streamEpoch && String(tick.sequence) == expected.seq)
        #expect(tick.state.rawValue == expected.state && tick.source.rawValue == expected.source)
        #expect(String(tick.time.captureNS) == expected.tCaptureNs && String(tick.time.publishNS) == expected.tPublishNs)
        #expect(tick.registration.map { String($0.id) } == expected.registration && tick.frame == expected.frameNumber)
        #expect(tick.identity.planSHA256 == expected.planSha256 && tick.identity.approval?.rawValue == expected.approval)
        #expect(tick.bodies.map(\.level.name) == expected.bodies.map(\.level))
        #expect(
            tick.bodies.map(\.state.rawValue) == expected.bodies.map(\.state) && tick.bodies.map(\.causes) == expected.bodies.map(\.causes))
        #expect(tick.bodies.map(\.screws.count) == expected.bodies.map(\.screws))
        #expect(tick.bodies.map { $0.screws.map { $0.planStatus?.rawValue } } == expected.bodies.map(\.planStatus))
        #expect(tick.bodies.map { $0.pose != nil } == expected.bodies.map { $0.lpsMm != nil })
    }

    /// In three worlds, which were turned into one another by matrices elsewhere and by signs here.
    @Test(arguments: names) func posesAreWhereTheyShouldBeInEveryWorld(name: String) throws {
        let (bytes, expected) = try golden(name)
        for (body, expected) in zip(try PoseTick(decoding: bytes).bodies, expected.bodies) {
            guard let pose = body.pose else { continue }
            let own = ForeignPose(position: pose.origin.xyz, quaternion: pose.quaternion)
            for (found, numbers) in [(own, expected.lpsMm), (pose.ras, expected.rasMm), (pose.unity, expected.unityM)] {
                let numbers = try #require(numbers)
                for n in 0..<3 { #expect(abs(found.position[n] - numbers.position[n]) < 1e-9, "\(name) \(body.level)") }
                // A quaternion and its negative are one rotation.
                let q = SIMD4(
                    numbers.quaternionXyzw[0], numbers.quaternionXyzw[1], numbers.quaternionXyzw[2], numbers.quaternionXyzw[3])
                #expect(abs(abs((found.quaternion * q).sum()) - 1) < 1e-12, "\(name) \(body.level) \(found.quaternion) \(q)")
            }
        }
    }

    /// What the planned screws of the asymmetric tick say of left and right.
    @Test func leftStaysLeft() throws {
        let body = try #require(try PoseTick(decoding: golden("ok").bytes).bodies.first)
        #expect(body.screws.map(\.side) == [.left, .right])
        #expect(body.screws[0].planned!.entry.x > 0 && body.screws[1].planned!.entry.x < 0)
        #expect(body.screws[0].measured != nil && body.screws[1].measured == nil)
    }

    @Test func theDebugTopicHasTheSameAndNoPoseOfTheLost() throws {
        let text = String(decoding: try PoseTick(decoding: golden("degraded").bytes).encodedJSON(), as: UTF8.self)
        #expect(text.hasPrefix("pose-json/v1\0{"))
        let object = try decodedJSON(JSONValue.self, from: Data(text.utf8.dropFirst(13)))
        guard case .object(let fields) = object, case .array(let bodies) = fields["bodies"], case .object(let lost) = bodies[1] else {
            Issue.record("\(text)")
            return
        }
        #expect(fields["seq"] == .string("1099511627779") && fields["stream_epoch"] == .string("18364758544493064720"))
        #expect(lost["state"] == .string("LOST") && lost["pose"] == nil)
    }
}
