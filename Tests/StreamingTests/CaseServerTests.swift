import Foundation
import Protocols
import Testing

@testable import Streaming

struct CaseServerTests {
    private let served = ServedCase([("plan.json", "application/json", nil, Data("{}".utf8))])

    @Test(arguments: [[], [Data()], [Data("{}".utf8)], [Data("[".utf8), Data()], [Data([0xFF, 0xFE])]])
    func whatIsNoRequestIsAnsweredSo(_ request: [Data]) throws {
        let reply = served.reply(to: request)
        #expect(reply.count == 2 && reply[1].isEmpty)
        guard case .refused(.badRequest, _) = try decodedInput(CaseReply.self, from: reply[0], file: "reply") else {
            Issue.record("\(String(decoding: reply[0], as: UTF8.self)) is no refusal")
            return
        }
    }

    @Test func theListingNamesTheBytes() throws {
        let reply = served.reply(to: [try encodedJSON(CaseRequest.listing)])
        // printf '{}' | sha256sum
        let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        let file = ServedFile(name: "plan.json", mediaType: "application/json", bytes: 2, sha256: hash)
        #expect(try decodedInput(CaseReply.self, from: reply[0], file: "reply") == .listing(planSHA256: hash, files: [file]))
    }
}
