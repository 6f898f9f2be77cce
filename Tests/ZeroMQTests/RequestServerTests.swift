import CZeroMQ
import Foundation
import Testing

@testable import ZeroMQ

struct RequestServerTests {
    private func server(_ security: CurveServer? = nil, greatestBytes: Int = 100) throws -> RequestServer {
        try RequestServer(
            at: TCPAddress("tcp://127.0.0.1:0", forBinding: true), security: security, greatestBytes: greatestBytes
        ) { request in
            // A request may be slow to answer; what waits meanwhile is answered in its turn.
            if request == [Data("slow".utf8)] { Thread.sleep(forTimeInterval: 0.4) }
            return request + [Data("answer".utf8)]
        }
    }

    @Test func requestsAreAnsweredInTheirOrder() throws {
        let server = try server()
        let client = try RequestClient(to: TCPAddress(server.endpoint), security: nil, greatestBytes: 100)
        for n in 0..<20 {
            #expect(try client.reply(to: [Data("\(n)".utf8), Data()], within: 10) == [Data("\(n)".utf8), Data(), Data("answer".utf8)])
        }
    }

    /// The reply to a request that was given up must not be taken for the next one's.
    @Test func aLateReplyIsNotTakenForTheNext() throws {
        let server = try server()
        let client = try RequestClient(to: TCPAddress(server.endpoint), security: nil, greatestBytes: 100)
        _ = try client.reply(to: [Data("first".utf8)], within: 10)
        #expect(try client.reply(to: [Data("slow".utf8)], within: 0.05) == nil)
        #expect(try client.reply(to: [Data("next".utf8)], within: 10)?.first == Data("next".utf8))
    }

    @Test func aRequestThatIsTooLongHarmsNobodyElse() throws {
        let server = try server()
        let greedy = try RequestClient(to: TCPAddress(server.endpoint), security: nil, greatestBytes: 1000)
        #expect(try greedy.reply(to: [Data(count: 101)], within: 0.3) == nil)
        let client = try RequestClient(to: TCPAddress(server.endpoint), security: nil, greatestBytes: 100)
        #expect(try client.reply(to: [Data(count: 100)], within: 10)?.count == 2)
    }

    @Test func aMessageWithoutAnEnvelopeIsPassedOver() throws {
        let server = try server()
        let dealer = try Socket(SocketContext(), ZMQ_DEALER, address: server.endpoint)
        try dealer.connect(server.endpoint)
        try dealer.send([Data("no delimiter".utf8)])
        try dealer.send([Data(), Data("with one".utf8)])
        #expect(try waitForMessages(on: [dealer], milliseconds: 10_000) == [true])
        #expect(try dealer.receive() == [Data(), Data("with one".utf8), Data("answer".utf8)])
    }

    @Test func keysThatAreNotListedAreNotAnswered() throws {
        let (keys, listed, other) = (CurveKeyPair.generated(), CurveKeyPair.generated(), CurveKeyPair.generated())
        let server = try server(CurveServer(keys: keys, allowed: { [listed.publicKey] }), greatestBytes: 1000)
        func reply(_ own: CurveKeyPair?, within seconds: Double) throws -> [Data]? {
            let security = own.map { CurveClient(keys: $0, server: keys.publicKey) }
            return try RequestClient(to: TCPAddress(server.endpoint), security: security, greatestBytes: 1000)
                .reply(to: [Data("?".utf8)], within: seconds)
        }
        #expect(try reply(listed, within: 10)?.count == 2)
        #expect(try reply(other, within: 0.5) == nil && reply(nil, within: 0.5) == nil)
        #expect(server.refusedHandshakes["unknown_key"] ?? 0 > 0)
    }
}
