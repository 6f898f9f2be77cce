import Foundation
import TestSupport
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct SubscriberSocketTests {
    private func socket(_ context: SocketContext, _ publisher: TestPublisher, partBytes: Int = 100) throws -> SubscriberSocket {
        try SubscriberSocket(
            context, to: TCPAddress(publisher.address), topic: "a/",
            limits: SocketLimits(partBytes: partBytes, messageBytes: 1 << 30, waiting: 8))
    }

    @Test func messagesComeWholeAndByTopic() throws {
        let publisher = TestPublisher()
        let socket = try socket(SocketContext(), publisher)
        #expect(publisher.subscribedTopic() == "a/")
        publisher.send([Data("b/1".utf8), Data("not asked for".utf8)])
        publisher.send([Data("a/1".utf8), Data(), Data([1, 2, 3])])
        #expect(try socket.receive(keeping: 4) == [Data("a/1".utf8), Data(), Data([1, 2, 3])])
    }

    @Test func partsBeyondTheAskedAreDropped() throws {
        let publisher = TestPublisher()
        let socket = try socket(SocketContext(), publisher)
        _ = publisher.subscribedTopic()
        publisher.send([Data("a/1".utf8)] + (0..<9).map { Data([$0]) })
        publisher.send([Data("a/2".utf8)])
        #expect(try socket.receive(keeping: 2) == [Data("a/1".utf8), Data([0])])
        #expect(try socket.receive(keeping: 2) == [Data("a/2".utf8)])
    }

    /// libzmq hangs up on a peer that announces too long a part; the socket connects again while it waits, and reads what comes after.
    @Test func tooLongPartsNeverArrive() throws {
        let context = SocketContext()
        // Handed to another thread below, and not used here from then on.
        nonisolated(unsafe) let publisher = TestPublisher()
        let socket = try socket(context, publisher)
        #expect(publisher.subscribedTopic() == "a/")
        publisher.send([Data("a/1".utf8), Data(count: 101)])
        Thread.detachNewThread {
            // Without a new connection the wait below must end too.
            guard publisher.subscribedTopic() == "a/" else { return context.shutdown() }
            publisher.send([Data("a/2".utf8), Data(count: 100)])
        }
        #expect(try socket.receive(keeping: 4)?.first == Data("a/2".utf8))
    }

    /// From another thread, while the socket waits.
    @Test func shutdownEndsTheWait() throws {
        let publisher = TestPublisher()
        let context = SocketContext()
        let socket = try socket(context, publisher)
        Thread.detachNewThread {
            usleep(50_000)
            context.shutdown()
        }
        #expect(try socket.receive(keeping: 4) == nil)
        #expect(try socket.receive(keeping: 4) == nil)
        #expect(throws: ZeroMQError.self) { try self.socket(context, publisher) }
    }

    @Test func theVersionIsTheLibrarys() { #expect(zeroMQVersion().split(separator: ".").compactMap { Int($0) }.count == 3) }
}
