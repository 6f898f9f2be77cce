import Foundation
import Testing

@testable import ZeroMQ

struct AuthenticatorTests {
    private let keys = CurveKeyPair.generated()

    private func request(mechanism: String = "CURVE", key: Data? = nil, version: String = "1.0") -> [Data] {
        ["\(version)", "17", "lamina", "127.0.0.1", "", mechanism].map { Data($0.utf8) } + [key ?? keys.publicKey.bytes]
    }

    @Test func aListedKeyIsLetIn() {
        let verdict = zapVerdict(request(), allowed: [keys.publicKey])
        #expect(verdict == .success(keys.publicKey))
        let reply = zapReply(to: request(), verdict)
        #expect(reply == ["1.0", "17", "200", "OK", keys.publicKey.text, ""].map { Data($0.utf8) })
    }

    @Test func allElseIsRefused() {
        let allowed: Set = [keys.publicKey]
        #expect(zapVerdict(request(key: CurveKeyPair.generated().publicKey.bytes), allowed: allowed) == .failure(.unknownKey))
        #expect(zapVerdict(request(), allowed: []) == .failure(.unknownKey))
        for mechanism in ["NULL", "PLAIN", "GSSAPI", "curve", ""] {
            #expect(zapVerdict(request(mechanism: mechanism), allowed: allowed) == .failure(.otherMechanism))
        }
        for bad in [
            [], [Data()], Array(request().dropLast()), request(key: Data(count: 31)), request(version: "2.0"), request() + [Data()],
        ] {
            #expect(zapVerdict(bad, allowed: allowed) == .failure(.badRequest), "\(bad)")
            #expect(zapReply(to: bad, .failure(.badRequest))[2] == Data("400".utf8))
        }
    }
}
