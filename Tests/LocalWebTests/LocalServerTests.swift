import FlyingFox
import Foundation
import Testing

@testable import LocalWeb

@Suite struct LocalServerTests {
    private struct Echo: HTTPHandler {
        func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse { answer(Data(request.path.utf8), type: "text/plain") }
    }

    @Test func aPortThatIsTakenIsSaid() throws {
        let first = try LocalServer(port: 0, handler: Echo())
        defer { first.stop() }
        #expect(first.port > 0)
        #expect {
            _ = try LocalServer(port: first.port, handler: Echo())
        } throws: {
            ($0 as? LocalWebError)?.code == "socket_refused" && "\($0)".contains("127.0.0.1:\(first.port)")
        }
    }
}
