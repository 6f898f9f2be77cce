import FlyingFox
import Foundation
import Protocols
import Testing

@testable import ReviewWeb

@Suite struct ReviewPagesTests {
    private let pages = ReviewPages(bench: ReviewBench(ReviewSession(of: PaperCase())), token: ReviewToken())

    private func status(
        _ method: HTTPMethod, _ part: String, _ body: String = "", type: String? = "application/json", token: String? = nil
    ) async throws -> (status: Int, code: String?) {
        let request = HTTPRequest(
            method: method, version: .http11, path: "/\(token ?? pages.token.text)/\(part)", query: [],
            headers: type.map { [.contentType: $0] } ?? [:], body: Data(body.utf8))
        let response = try await pages.handleRequest(request)
        let answer = try decodedJSON(JSONValue.self, from: await response.bodyData)
        guard case .object(let fields) = answer, case .string(let code) = fields["code"] else { return (response.statusCode.code, nil) }
        return (response.statusCode.code, code)
    }

    private let order = #"{"plan_sha256": "plan0", "level": "L1", "side": "left", "action": "place", "entry_offset_mm": [1, 0, 0]}"#

    @Test func whoDoesNotKnowTheAddressGetsNothing() async throws {
        for token in ["", "0123456789abcdef0123456789abcdef", "x/\(pages.token.text)", "..", "%00"] {
            let answer = try await status(.GET, "state", token: token)
            #expect(answer == (403, "no_token"))
        }
    }

    @Test(arguments: [nil, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=application/json"])
    func aFormOfAnotherPageOrdersNothing(type: String?) async throws {
        #expect(try await status(.POST, "apply", order, type: type) == (415, "not_json"))
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{}", #"{"plan_sha256": 1}"#,
        #"{"plan_sha256": "plan0", "level": "L1", "side": "middle", "action": "place"}"#,
    ])
    func whatIsNoOrderIsRefused(body: String) async throws {
        #expect(try await status(.POST, "trial", body) == (400, "bad_order"))
        #expect(try await status(.POST, "apply", body) == (400, "bad_order"))
    }

    @Test func aLargeBodyIsRefused() async throws {
        #expect(try await status(.POST, "trial", String(repeating: " ", count: 20_000) + order) == (413, "too_large"))
    }

    @Test func onlyItsOwnPartsAndMethods() async throws {
        #expect(try await status(.GET, "plan.json") == (404, "not_found"))
        #expect(try await status(.GET, "apply") == (405, "method"))
        #expect(try await status(.POST, "state", "{}") == (405, "method"))
    }

    @Test func anOrderIsCarriedOutOnce() async throws {
        #expect(try await status(.POST, "apply", order, type: "application/json; charset=utf-8") == (200, nil))
        #expect(try await status(.POST, "apply", order) == (409, "stale_page"))
        #expect(try await status(.POST, "undo", #"{"plan_sha256": "plan1"}"#) == (200, nil))
        #expect(try await status(.POST, "undo", #"{"plan_sha256": "plan2"}"#) == (400, "nothing_to_undo"))
    }

    @Test func aReportThatIsNoneIsSaid() async throws {
        #expect(try await status(.GET, "") == (409, "not_a_report"))
    }
}
