import FlyingFox
import Foundation

/// Whether a request is meant for this machine and comes from a page of the very server that it is sent to, or from no page. Another name that points to this machine
/// (DNS rebinding), or a page of another site, is not that.
func isFromHere(_ request: HTTPRequest) -> Bool {
    guard let host = request.headers[.host], isLocal(host) else { return false }
    guard let origin = request.headers[HTTPHeader("Origin")] else { return true }
    return origin == "http://\(host)"
}

private func isLocal(_ host: String) -> Bool { ["127.0.0.1", "localhost"].contains(host.split(separator: ":").first.map(String.init)) }

/// An answer that no cache keeps and that is read as nothing but its type.
public func answer(_ data: Data, type: String, status: HTTPStatusCode = .ok, headers: HTTPHeaders = [:]) -> HTTPResponse {
    var all = headers
    (all[.contentType], all[.cacheControl], all[HTTPHeader("X-Content-Type-Options")]) = (type, "no-store", "nosniff")
    return HTTPResponse(statusCode: status, headers: all, body: data)
}
