import FlyingFox
import Foundation
import LocalWeb
import Protocols
import Report
import Synchronization

/// The page and what it asks for. Whatever is sent, the answer is what was asked for or a `ReviewRefusal`.
struct ReviewPages: HTTPHandler {
    let bench: ReviewBench
    let token: ReviewToken

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        do {
            return try await answered(request)
        } catch let refusal as ReviewRefusal {
            return refusal.response
        } catch let failure as CommandFailure {
            return ReviewRefusal(failure).response
        } catch {
            return ReviewRefusal(.internalServerError, "bug", "an error nobody planned for: \(error)").response
        }
    }

    private func answered(_ request: HTTPRequest) async throws -> HTTPResponse {
        let part = try wantedPart(of: request, token: token)
        let isPost = ["trial", "apply", "undo", "redo"].contains(part)
        guard isPost || ["", "state"].contains(part) else { throw ReviewRefusal(.notFound, "not_found", "there is no '\(part)'") }
        guard request.method == (isPost ? .POST : .GET) else {
            throw ReviewRefusal(.methodNotAllowed, "method", "'\(part)' takes \(isPost ? "POST" : "GET")")
        }
        switch part {
        case "": return try await page()
        case "state": return try await json { $0.state }
        case "trial":
            let order = try await order(ScrewOrder.self, in: request)
            return try await json { try $0.trial(of: order) }
        case "apply":
            let order = try await order(ScrewOrder.self, in: request)
            return try await state { try $0.apply(order) }
        case "undo":
            let order = try await order(StepOrder.self, in: request)
            return try await state { try $0.undo(shown: order.planSHA256) }
        default:
            let order = try await order(StepOrder.self, in: request)
            return try await state { try $0.redo(shown: order.planSHA256) }
        }
    }

    /// The stored report with the style and the script of this review; no other page may frame it.
    private func page() async throws -> HTTPResponse {
        let html = try await bench.run { session in
            try reviewable(try session.page())
        }
        return answer(
            html, type: "text/html; charset=utf-8", headers: [HTTPHeader("Content-Security-Policy"): "frame-ancestors 'none'"])
    }

    private func json(_ work: @escaping @Sendable (inout ReviewSession) throws -> some Encodable & Sendable) async throws -> HTTPResponse {
        let body = try await bench.run { try encodedJSON(work(&$0), oneLine: true) }
        return answer(body, type: "application/json")
    }

    /// Does something, and answers with the state after it.
    private func state(after work: @escaping @Sendable (inout ReviewSession) throws -> Void) async throws -> HTTPResponse {
        try await json { session in
            try work(&session)
            return session.state
        }
    }
}

private func reviewable(_ report: Data) throws -> Data {
    do {
        return try reportHTML(
            report,
            adding: ReportAddition(
                style: String(decoding: PackageResources.review_css, as: UTF8.self),
                script: String(decoding: PackageResources.review_js, as: UTF8.self)))
    } catch {
        throw ReviewRefusal(.conflict, error.code, "\(error)")
    }
}

/// Where the session's work is done: one piece after another, on a thread of its own, so that a long one stops no other answer.
final class ReviewBench: Sendable {
    private let queue = DispatchQueue(label: "lamina.review")
    private let session: Mutex<ReviewSession>

    init(_ session: sending ReviewSession) { self.session = Mutex(session) }

    func run<Result: Sendable>(_ work: @escaping @Sendable (inout ReviewSession) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                continuation.resume(with: Swift.Result { try session.withLock { try work(&$0) } })
            }
        }
    }

    /// Waits for what is being done.
    func end() -> ReviewSession.Outcome { session.withLock { $0.end() } }
}
