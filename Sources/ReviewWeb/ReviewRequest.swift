import FlyingFox
import Foundation
import Protocols

/// The most bytes that an order may have: its numbers, and a reason in some sentences.
private let largestBody = 16384

/// What a request asks for, below the address that only the page knows.
///
/// - Throws: `ReviewRefusal` for a request without the token.
func wantedPart(of request: HTTPRequest, token: ReviewToken) throws(ReviewRefusal) -> String {
    let parts = request.target.path().split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty, token.matches(parts[1]) else {
        throw ReviewRefusal(.forbidden, "no_token", "this is not the address that 'lamina review' printed")
    }
    return String(parts[2])
}

/// Reads an order. A form of another page cannot send its type, so that such a page cannot order anything even without the checks of host, origin and token.
///
/// - Throws: `ReviewRefusal`.
func order<Order: Decodable>(_ type: Order.Type, in request: HTTPRequest) async throws -> Order {
    let kind = request.headers[.contentType]?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces).lowercased()
    guard kind == "application/json" else {
        throw ReviewRefusal(.unsupportedMediaType, "not_json", "an order is sent as application/json")
    }
    let body = try await boundedBody(of: request)
    guard let order = try? decodedJSON(type, from: body) else {
        throw ReviewRefusal(.badRequest, "bad_order", "this is not an order that this lamina knows")
    }
    return order
}

private func boundedBody(of request: HTTPRequest) async throws -> Data {
    let tooLarge = ReviewRefusal(.payloadTooLarge, "too_large", "an order has at most \(largestBody) bytes")
    // Where the length is told, nothing of a large body is read.
    guard request.bodySequence.count ?? 0 <= largestBody else { throw tooLarge }
    var body = Data()
    for try await piece in request.bodySequence {
        body.append(piece)
        if body.count > largestBody { throw tooLarge }
    }
    return body
}
