import Digests
import Foundation
import Protocols
import Testing
import ZeroMQ

@testable import Streaming

struct CaseClientTests {
    private let anywhere = try! TCPAddress("tcp://127.0.0.1:0", forBinding: true)
    private let served = ServedCase([
        ("plan.json", "application/json", nil, Data("{}".utf8)), ("meshes/T12.glb", "model/gltf-binary", nil, Data([0, 1, 2, 255])),
    ])

    /// A server of our own that answers wrongly.
    private func client(answering answer: @escaping @Sendable ([Data]) -> [Data]) throws -> (CaseClient, RequestServer) {
        let server = try RequestServer(at: anywhere, security: nil, greatestBytes: 1000, answer: answer)
        return (try CaseClient(at: TCPAddress(server.endpoint), security: nil, waiting: 10), server)
    }

    @Test func whatIsServedIsFetched() throws {
        let server = try CaseServer(at: anywhere, security: nil, serving: served)
        let client = try CaseClient(at: TCPAddress(server.endpoint), security: nil, waiting: 10)
        let listing = try client.listing(of: served.planSHA256)
        #expect(listing.planSHA256 == sha256(of: Data("{}".utf8)) && listing.files == served.files)
        #expect(try listing.files.map { try client.contents(of: $0) } == [Data("{}".utf8), Data([0, 1, 2, 255])])
    }

    @Test func anotherPlanIsRefused() throws {
        let server = try CaseServer(at: anywhere, security: nil, serving: served)
        let client = try CaseClient(at: TCPAddress(server.endpoint), security: nil, waiting: 10)
        let other = String(repeating: "0", count: 64)
        #expect(throws: CaseFetchError.otherPlan(found: served.planSHA256, expected: other)) { try client.listing(of: other) }
    }

    @Test func aFileThatIsNotThereIsSaidToBe() throws {
        let server = try CaseServer(at: anywhere, security: nil, serving: served)
        let client = try CaseClient(at: TCPAddress(server.endpoint), security: nil, waiting: 10)
        var missing = served.files[1]
        missing.name = "meshes/L9.glb"
        #expect { try client.contents(of: missing) } throws: { ($0 as? CaseFetchError)?.code == "no_such_file" }
    }

    @Test func changedBytesAreFound() throws {
        let (client, server) = try client { [served] request in
            let reply = served.reply(to: request)
            return [reply[0], Data(reply[1].reversed())]
        }
        defer { server.stop() }
        let files = try client.listing().files
        #expect(throws: CaseFetchError.changed(file: "meshes/T12.glb")) { try client.contents(of: files[1]) }
    }

    @Test func aReplyAboutAnotherFileIsRefused() throws {
        let (client, server) = try client { [served] _ in
            served.reply(to: [try! encodedJSON(CaseRequest.file("plan.json"))])
        }
        defer { server.stop() }
        #expect { try client.contents(of: served.files[1]) } throws: { ($0 as? CaseFetchError)?.code == "bad_reply" }
        #expect { try client.listing() } throws: { ($0 as? CaseFetchError)?.code == "bad_reply" }
    }

    @Test func whoDoesNotAnswerIsNotWaitedForForever() throws {
        let silent = try TCPAddress("tcp://127.0.0.1:9")
        let client = try CaseClient(at: silent, security: nil, waiting: 0.2)
        #expect(throws: CaseFetchError.noAnswer(address: "\(silent)", seconds: 0.2)) { try client.listing() }
    }
}
