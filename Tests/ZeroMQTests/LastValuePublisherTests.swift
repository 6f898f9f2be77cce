import Foundation
import Testing

@testable import ZeroMQ

struct LastValuePublisherTests {
    private func anywhere() throws -> TCPAddress { try TCPAddress("tcp://127.0.0.1:0", forBinding: true) }

    private func message(_ topic: String, _ text: String) -> Data { Data("\(topic)\0\(text)".utf8) }

    private func messages(
        _ subscriber: LatestSubscriber, until wanted: (LatestSubscriber.Event) -> Bool
    ) throws -> [LatestSubscriber.Event] {
        let deadline = ContinuousClock.now.advanced(by: .seconds(20))
        var all: [LatestSubscriber.Event] = []
        while ContinuousClock.now < deadline, let events = try subscriber.events(within: 50) {
            all += events
            if all.contains(where: wanted) { break }
        }
        return all
    }

    private func subscriber(_ publisher: LastValuePublisher, topic: String, _ security: CurveClient? = nil) throws -> LatestSubscriber {
        try LatestSubscriber(
            SocketContext(), to: TCPAddress(publisher.endpoint), topic: Data(topic.utf8), security: security, greatestBytes: 1000)
    }

    /// What was published before anybody listened is what the first listener gets.
    @Test func whoComesLateGetsTheLastMessage() throws {
        let publisher = try LastValuePublisher(at: anywhere(), security: nil)
        for text in ["old", "new"] { #expect(publisher.publish(message("a/v1", text))) }
        publisher.publish(message("b/v1", "other"))
        let late = try subscriber(publisher, topic: "a/")
        let got = try messages(late) { $0 == .message(message("a/v1", "new")) }
        #expect(got.contains(.message(message("a/v1", "new"))) && !got.contains(.message(message("b/v1", "other"))))
        // And what comes after.
        publisher.publish(message("a/v1", "newer"))
        #expect(try messages(late) { $0 == .message(message("a/v1", "newer")) }.contains(.message(message("a/v1", "newer"))))
        #expect(publisher.isWanted(Data("a/v1".utf8)) && !publisher.isWanted(Data("b/v1".utf8)))
    }

    @Test func aPublisherThatStopsIsNoticed() throws {
        let publisher = try LastValuePublisher(at: anywhere(), security: nil)
        publisher.publish(message("a", "1"))
        let listener = try subscriber(publisher, topic: "a")
        _ = try messages(listener) { $0 == .message(message("a", "1")) }
        publisher.publish(message("a", "last"))
        publisher.stop()
        // The last message leaves before the socket is closed.
        let rest = try messages(listener) { $0 == .disconnected }
        #expect(rest.contains(.message(message("a", "last"))) && rest.contains(.disconnected))
        #expect(!publisher.publish(message("a", "2")))
    }

    @Test func anAddressOfTheNetworkNeedsKeysOrForce() throws {
        let open = try TCPAddress("tcp://0.0.0.0:0", forBinding: true)
        #expect(throws: ZeroMQError.unprotected(address: "tcp://0.0.0.0:0")) { try LastValuePublisher(at: open, security: nil) }
        #expect(try LastValuePublisher(at: open, security: nil, isForced: true).endpoint.hasPrefix("tcp://0.0.0.0:"))
        let keys = CurveKeyPair.generated()
        #expect(throws: Never.self) { try LastValuePublisher(at: open, security: CurveServer(keys: keys, allowed: { [] })) }
    }

    @Test func aPortInUseIsAnError() throws {
        let publisher = try LastValuePublisher(at: anywhere(), security: nil)
        #expect(throws: ZeroMQError.self) { try LastValuePublisher(at: TCPAddress(publisher.endpoint), security: nil) }
    }

    @Test func onlyAListedKeyIsLetIn() throws {
        let (server, listed, unlisted) = (CurveKeyPair.generated(), CurveKeyPair.generated(), CurveKeyPair.generated())
        let publisher = try LastValuePublisher(at: anywhere(), security: CurveServer(keys: server, allowed: { [listed.publicKey] }))
        publisher.publish(message("a", "secret"))
        let secret = LatestSubscriber.Event.message(message("a", "secret"))
        let friend = try subscriber(publisher, topic: "a", CurveClient(keys: listed, server: server.publicKey))
        #expect(try messages(friend) { $0 == secret }.contains(secret))
        let stranger = try subscriber(publisher, topic: "a", CurveClient(keys: unlisted, server: server.publicKey))
        let strangersEvents = try messages(stranger) { $0 == .refused }
        #expect(strangersEvents.contains(.refused) && !strangersEvents.contains(secret))
        #expect((publisher.refusedHandshakes["unknown_key"] ?? 0) > 0)
        // Whoever thinks that another publisher is here, or brings no keys, gets nothing.
        for security in [CurveClient(keys: listed, server: unlisted.publicKey), nil] {
            let wrong = try subscriber(publisher, topic: "a", security)
            #expect(try !messages(wrong) { $0 == .refused || $0 == .disconnected || $0 == secret }.contains(secret))
        }
    }
}
