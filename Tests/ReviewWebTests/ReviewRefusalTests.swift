import FlyingFox
import Foundation
import Protocols
import Testing

@testable import ReviewWeb

@Suite struct ReviewRefusalTests {
    @Test(arguments: [
        (CommandExit.usage, 400), (.corruptInput, 400), (.refused, 422), (.noSpine, 422), (.integrity, 409), (.storage, 500), (.bug, 500),
    ])
    func everyFailureHasItsStatus(exit: CommandExit, status: Int) async throws {
        let refusal = ReviewRefusal(CommandFailure(exit, code: "some_code", what: "what is wrong", place: "L1 left", remedy: "Pass --add"))
        #expect(refusal.status.code == status)
        let body = try decodedJSON([String: String].self, from: await refusal.response.bodyData)
        // What to do on a command line would mean nothing on the page.
        #expect(body == ["code": "some_code", "message": "L1 left: what is wrong"])
    }
}
