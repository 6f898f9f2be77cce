import Foundation
import Testing

@testable import Protocols

struct CaseRequestTests {
    @Test(arguments: [CaseRequest.listing, .file("meshes/T12.glb")])
    func requestsComeBackAsTheyWent(_ request: CaseRequest) throws {
        #expect(try decodedInput(CaseRequest.self, from: encodedJSON(request), file: "request") == request)
    }

    @Test(arguments: [
        #"{"schema": "lamina.case-request", "schema_version": "2.0.0"}"#, #"{"schema": "lamina.case-reply", "schema_version": "1.0.0"}"#,
        #"{"schema": "lamina.case-request", "schema_version": "1.0.0", "files": "plan.json"}"#,
        #"{"schema": "lamina.case-request", "schema_version": "1.0.0", "file": 3}"#, "[]", "",
    ])
    func whatIsNoRequestIsRefused(_ text: String) {
        #expect(throws: WireFileError.self) { try decodedInput(CaseRequest.self, from: Data(text.utf8), file: "request") }
    }
}
