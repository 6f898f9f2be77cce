import Foundation
import Testing

@testable import Protocols

private let plan = String(repeating: "1a", count: 32)
private let file = ServedFile(name: "plan.json", mediaType: "application/json", bytes: 7, sha256: plan)

struct CaseReplyTests {
    @Test(arguments: [
        CaseReply.listing(planSHA256: plan, files: [file]), .file(planSHA256: plan, file), .refused(code: .noSuchFile, reason: "none"),
    ])
    func repliesComeBackAsTheyWent(_ reply: CaseReply) throws {
        #expect(try decodedInput(CaseReply.self, from: encodedJSON(reply), file: "reply") == reply)
    }

    @Test func aFileListedTwiceIsRefused() throws {
        let twice = try encodedJSON(CaseReply.listing(planSHA256: plan, files: [file, file]))
        #expect(throws: WireFileError.self) { try decodedInput(CaseReply.self, from: twice, file: "reply") }
    }

    @Test func anythingButASHA256IsRefused() throws {
        let short = try encodedJSON(CaseReply.file(planSHA256: "1a", file))
        #expect(throws: WireFileError.self) { try decodedInput(CaseReply.self, from: short, file: "reply") }
    }
}
