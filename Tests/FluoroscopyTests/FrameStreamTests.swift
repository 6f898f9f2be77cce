import Digests
import Foundation
import Protocols
import TestSupport
import Testing
import ZeroMQ

@testable import Fluoroscopy

/// Over real sockets.
@Suite(.timeLimit(.minutes(1))) struct FrameStreamTests {
    private let sent = StreamMessages()

    /// The left upper pixel stays the left upper one: values are I / I0 of what was sent, in its order.
    @Test func momentsArriveUnflipped() throws {
        let publisher = TestPublisher()
        let stream = FrameStream(try TCPAddress(publisher.address), idleSeconds: 10)
        #expect(publisher.subscribedTopic() == "lamina.frame/")
        publisher.send(try sent.parts("AP", moment: 8))
        publisher.send(try sent.parts("LAT", moment: 8))
        let moment = try #require(try stream.next())
        #expect(moment.index == 8 && moment.timeS == 0.8 && moment.frames.map(\.view) == ["AP", "LAT"] && moment.causes == [[], []])
        #expect(moment.frames[0].transmission == (0..<6).map { Float(2048 + $0) / 1024 })
        #expect(moment.arrival != nil && stream.name == "stream-1" && stream.expectedCount == nil)
        publisher.send(try sent.end())
        #expect(try stream.next() == nil)
        #expect(stream.ending == .finished && stream.counts.moments == 1)
    }

    /// Of what was returned alone, in its order, as anybody can hash it who has the messages.
    @Test func whatWasTakenIsHashed() throws {
        let publisher = TestPublisher()
        let stream = FrameStream(try TCPAddress(publisher.address), idleSeconds: 10)
        _ = publisher.subscribedTopic()
        #expect(stream.taken.bytes == 0)
        var bytes = Data()
        for moment in [3, 4] {
            let (ap, lat) = (try sent.parts("AP", moment: moment), try sent.parts("LAT", moment: moment))
            // Sent the other way round, with one among them that is refused.
            for parts in [lat, try sent.parts("AP", moment: 1_000_000), ap] { publisher.send(parts) }
            #expect(try stream.next()?.index == moment)
            for part in ap[1...] + lat[1...] { bytes += part }
            #expect(stream.taken.bytes == Int64(bytes.count) && stream.taken.sha256 == sha256(of: bytes))
        }
    }

    /// Outside the field there is no value; a frame of nothing is named, as from a file.
    @Test func fieldsAndFramesWithoutSignalAreAsInFiles() throws {
        let publisher = TestPublisher()
        let stream = FrameStream(try TCPAddress(publisher.address), idleSeconds: 10)
        _ = publisher.subscribedTopic()
        let single = StreamMessages(views: ["AP"])
        let shuttered = try single.parts("AP", moment: 0) { $0.view.field = .circle(centre: SIMD2(0, 0), radius: 1) }
        publisher.send(shuttered)
        #expect(try stream.next()?.frames[0].transmission.map(\.isNaN) == [false, false, true, false, true, true])
        publisher.send(
            try single.parts("AP", moment: 1) { $0.view.field = .circle(centre: SIMD2(0, 0), radius: 1) }.dropLast() + [Data(count: 12)])
        #expect(try stream.next()?.causes == [[.noSignal]])
    }

    @Test func garbageDoesNotEndAStream() throws {
        let publisher = TestPublisher()
        let stream = FrameStream(try TCPAddress(publisher.address), idleSeconds: 10)
        _ = publisher.subscribedTopic()
        for garbage in [
            [Data("lamina.frame/".utf8)], [Data("lamina.frame/2\0".utf8), Data()], [FrameMessage.topic, Data([0xFF]), Data(count: 9)],
        ] {
            publisher.send(garbage)
        }
        publisher.send([FrameMessage.topic] + Array(repeating: Data("{}".utf8), count: 5000))
        publisher.send(try sent.parts("AP", moment: 0))
        publisher.send(try sent.parts("LAT", moment: 0))
        #expect(try stream.next()?.index == 0)
        #expect(stream.counts.refused == ["unknown_version": 2, "bad_header": 2] && stream.warnings.count == 2)
    }

    @Test func aStreamWithoutAMomentIsAnError() throws {
        let address = try TCPAddress(TestPublisher().address)
        let silent = FrameStream(address, idleSeconds: 0.1)
        #expect(throws: FrameStreamError.noMoment(address: address, ending: .silent(seconds: 0.1), counts: FrameStreamCounts())) {
            try silent.next()
        }
        let stopped = FrameStream(address, idleSeconds: 60)
        stopped.stopper()
        do {
            _ = try stopped.next()
            Issue.record("it gave a moment")
        } catch {
            #expect("\(error)".contains("\(address): it was stopped, and no whole moment had come (0 messages"))
        }
    }
}
