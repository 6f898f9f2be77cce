import FlyingFox
import Foundation
import LocalWeb
import Protocols

/// Why a request got nothing, as the page reads it.
struct ReviewRefusal: Error, Encodable, Equatable, Sendable {
    let code: String
    let message: String
    let status: HTTPStatusCode

    enum CodingKeys: String, CodingKey { case code, message }

    init(_ status: HTTPStatusCode, _ code: String, _ message: String) { (self.status, self.code, self.message) = (status, code, message) }

    init(_ failure: CommandFailure) {
        let status: HTTPStatusCode =
            switch CommandExit(rawValue: failure.exitCode) {
            case .usage, .corruptInput: .badRequest
            case .refused, .noSpine: .unprocessableContent
            case .integrity: .conflict
            default: .internalServerError
            }
        // What to do on a command line is nothing that the page offers.
        self.init(status, failure.code, (failure.place.map { "\($0): " } ?? "") + failure.what)
    }

    var response: HTTPResponse {
        let body = (try? encodedJSON(self, oneLine: true)) ?? Data()
        return answer(body, type: "application/json", status: status)
    }
}
