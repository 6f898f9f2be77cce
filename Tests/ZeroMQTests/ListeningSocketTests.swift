import CZeroMQ
import Foundation
import Testing

@testable import ZeroMQ

struct ListeningSocketTests {
    private func listening(at address: String, _ security: CurveServer? = nil, isForced: Bool = false) throws -> ListeningSocket {
        try ListeningSocket(
            SocketContext(), ZMQ_ROUTER, at: TCPAddress(address, forBinding: true), security: security, isForced: isForced,
            greatestBytes: 512
        ) { _ in }
    }

    @Test func anAddressOfTheNetworkNeedsKeysOrForce() throws {
        #expect(throws: ZeroMQError.unprotected(address: "tcp://0.0.0.0:0")) { try listening(at: "tcp://0.0.0.0:0") }
        #expect(throws: Never.self) { try listening(at: "tcp://0.0.0.0:0", isForced: true) }
        let keys = CurveServer(keys: .generated(), allowed: { [] })
        #expect(throws: Never.self) { try listening(at: "tcp://0.0.0.0:0", keys) }
    }

    @Test func aPortInUseIsSaidToBe() throws {
        let first = try listening(at: "tcp://127.0.0.1:0")
        #expect { try listening(at: first.endpoint) } throws: { ($0 as? ZeroMQError)?.code == "socket_refused" }
    }
}
