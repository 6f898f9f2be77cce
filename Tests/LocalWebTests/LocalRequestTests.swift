import FlyingFox
import Foundation
import Testing

@testable import LocalWeb

@Suite struct LocalRequestTests {
    private func request(_ headers: [HTTPHeader: String]) -> HTTPRequest {
        HTTPRequest(method: .GET, version: .http11, path: "/", query: [], headers: headers, body: Data())
    }

    private let origin = HTTPHeader("Origin")

    @Test(arguments: ["127.0.0.1:8090", "localhost:8090", "127.0.0.1"]) func itsOwnNamesAreFromHere(host: String) {
        #expect(isFromHere(request([.host: host])))
        #expect(isFromHere(request([.host: host, origin: "http://\(host)"])))
    }

    @Test(arguments: ["evil.example:8090", "127.0.0.1.evil.example", "", "[::1]:8090", "0.0.0.0:8090"]) func otherNamesAreNot(host: String)
    {
        #expect(!isFromHere(request([.host: host])))
        #expect(!isFromHere(request([:])))
    }

    @Test(arguments: ["http://evil.example", "null", "http://127.0.0.1:9000", "https://127.0.0.1:8090", ""]) func otherPagesAreNot(
        site: String
    ) {
        #expect(!isFromHere(request([.host: "127.0.0.1:8090", origin: site])))
    }

    @Test func anAnswerIsKeptByNobody() {
        let made = answer(Data("x".utf8), type: "text/plain", status: .conflict)
        #expect(made.statusCode == .conflict && made.headers[.cacheControl] == "no-store" && made.headers[.contentType] == "text/plain")
    }
}
