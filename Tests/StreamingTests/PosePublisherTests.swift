import Foundation
import Protocols
import Synchronization
import TestSupport
import Testing
import ZeroMQ

@testable import Streaming

struct PosePublisherTests {
    /// What was sent, in order.
    private final class Sent: Sendable {
        private let all = Mutex<[Data]>([])
        func add(_ data: Data) { all.withLock { $0.append(data) } }
        var ticks: [PoseTick] { get throws { try all.withLock { $0 }.map { try PoseTick(decoding: $0) } } }
    }

    private func publisher(_ sent: Sent, validForMS: UInt32, source: StreamSource = .live) throws -> PosePublisher {
        let tick = exampleTick()
        return try PosePublisher(
            at: TCPAddress("tcp://127.0.0.1:0", forBinding: true), security: nil,
            parameters: PublisherParameters(
                source: source, identity: tick.identity, clock: .monoLocal, clockErrorUS: 0, validForMS: validForMS,
                silentBodies: [tick.bodies[2]]), whenSent: { sent.add($1) })
    }

    private func wait(_ what: String, until isDone: () throws -> Bool) throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(20))
        while try !isDone() {
            try #require(ContinuousClock.now < deadline, "\(what)")
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    @Test func ticksAreNumberedAndSaySo() throws {
        let sent = Sent()
        let publisher = try publisher(sent, validForMS: 60_000)
        let tick = exampleTick()
        for frame: UInt32 in 0..<3 {
            try publisher.publish(tick.bodies, frame: frame, registration: tick.registration, captured: .now.earlier(by: .milliseconds(7)))
        }
        try publisher.publish([tick.bodies[0]], frame: 3, registration: tick.registration, captured: .now)
        try publisher.publish([tick.bodies[2]], frame: 4, registration: tick.registration, captured: .now)
        publisher.stop()
        // On a busy machine the publisher says that nobody was found yet before the first frame is there.
        let all = try sent.ticks
        #expect(all.map(\.sequence) == Array(1...UInt64(all.count)))
        let ticks = Array(all.drop { $0.state == .unregistered })
        #expect(ticks.map(\.state) == [.degraded, .degraded, .degraded, .ok, .lost, .stopped])
        #expect(Set(ticks.map(\.epoch)) == [publisher.epoch] && publisher.epoch != 0)
        #expect(ticks[0].bodies == tick.bodies && ticks[0].identity == tick.identity)
        let delay = ticks[0].time.publishNS - ticks[0].time.captureNS
        #expect(delay >= 7_000_000)
        // Nothing comes after the last.
        try publisher.publish(tick.bodies, frame: 9, registration: tick.registration, captured: .now)
        #expect(try sent.ticks.count == all.count)
    }

    /// Silence is told: that nothing was found yet, and afterwards that nothing came in time; and it has no pose.
    @Test func aSilentTrackerIsTold() throws {
        let sent = Sent()
        let publisher = try publisher(sent, validForMS: 40)
        try wait("a first word") { try sent.ticks.count >= 2 }
        #expect(try sent.ticks.allSatisfy { $0.state == .unregistered && $0.registration == nil })
        let tick = exampleTick()
        try publisher.publish(tick.bodies, frame: 0, registration: tick.registration, captured: .now)
        try wait("STALE") { try sent.ticks.last?.state == .stale }
        let last = try #require(sent.ticks.last)
        #expect(last.bodies.allSatisfy { $0.pose == nil && $0.state == .lost } && last.registration == tick.registration)
        publisher.stop()
        #expect(try sent.ticks.last?.state == .stopped)
    }

    @Test func twoPublishersHaveTwoEpochs() throws {
        #expect(try publisher(Sent(), validForMS: 60_000).epoch != publisher(Sent(), validForMS: 60_000).epoch)
    }

    /// A recording keeps poses to the last bit, and is never taken for the patient.
    @Test func whatIsRepublishedIsAReplayWithTheSamePoses() throws {
        let sent = Sent()
        let publisher = try publisher(sent, validForMS: 60_000, source: .replay)
        let recorded = exampleTick()
        try publisher.republish(recorded)
        let tick = try #require(sent.ticks.first)
        #expect(tick.bodies == recorded.bodies && tick.identity == recorded.identity && tick.registration == recorded.registration)
        #expect(tick.source == .replay && tick.epoch == publisher.epoch && tick.sequence == 1 && tick.frame == recorded.frame)
    }

    /// From a publisher to a subscriber, by the rules.
    @Test func aSubscriberShowsWhatIsConfirmedAndNotWhatIsNot() throws {
        let sent = Sent()
        let publisher = try publisher(sent, validForMS: 60_000)
        let told = Mutex<[PoseEvent]>([])
        let subscriber = PoseSubscriber(to: try TCPAddress(publisher.endpoint), security: nil) { event in told.withLock { $0.append(event) }
        }
        let tick = exampleTick()
        try publisher.publish(tick.bodies, frame: 1, registration: tick.registration, captured: .now)
        func asked() -> StreamConfirmation? {
            told.withLock { $0 }.compactMap { if case .refused(.unconfirmed(let asked, _)) = $0 { asked } else { nil } }.last
        }
        try wait("a question") { asked() != nil }
        #expect(subscriber.current == nil)
        subscriber.confirm(try #require(asked()))
        try publisher.publish(tick.bodies, frame: 2, registration: tick.registration, captured: .now)
        try wait("a pose") { subscriber.current != nil }
        #expect(subscriber.current?.bodies == tick.bodies)
        try publisher.publish(tick.bodies, frame: 3, registration: StreamRegistration(id: 77, rms: 0.1), captured: .now)
        try wait("another question") { asked()?.registration == 77 }
        publisher.stop()
    }
}
