import Digests
import Foundation
import Protocols
import ZeroMQ

/// Why a case could not be fetched.
public enum CaseFetchError: Error, Equatable, Sendable {
    case noAnswer(address: String, seconds: Double)
    /// The server said no.
    case refused(code: String, reason: String)
    /// It is no reply of the case service, or not of the file that was asked for.
    case badReply(reason: String)
    /// What came is not what the listing said: it was changed on its way, or by the server.
    case changed(file: String)
    /// The plan is not the one that was expected.
    case otherPlan(found: String, expected: String)

    /// A stable machine-readable name.
    public var code: String {
        switch self {
        case .noAnswer: "no_answer"
        case .refused(let code, _): code
        case .badReply: "bad_reply"
        case .changed: "file_changed"
        case .otherPlan: "other_plan"
        }
    }
}

extension CaseFetchError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noAnswer(let address, let seconds):
            "\(address): no answer within \(seconds.formatted()) s; does it serve a case ('lamina navigate --serve-case'), and is this client's key on its list?"
        case .refused(let code, let reason): "the server refused (\(code)): \(reason)"
        case .badReply(let reason): "what was answered is no reply to what was asked: \(reason)"
        case .changed(let file): "\(file): its bytes are not those that the listing named by their SHA-256"
        case .otherPlan(let found, let expected): "the plan served is \(found), and \(expected) was expected"
        }
    }
}

/// Asks for a case, file by file, and believes nothing that does not have the hash that the listing names. Made, used and dropped by one thread.
public final class CaseClient {
    private let client: RequestClient
    private let address: TCPAddress
    private let seconds: Double

    /// - Parameter seconds: how long to wait for each reply.
    /// - Throws: `ZeroMQError`.
    public init(at address: TCPAddress, security: CurveClient?, waiting seconds: Double = 5) throws(ZeroMQError) {
        client = try RequestClient(to: address, security: security, greatestBytes: greatestServedBytes)
        (self.address, self.seconds) = (address, seconds)
    }

    /// Which files there are.
    ///
    /// - Parameter planSHA256: that the case must have, such as that of a stream's ticks; nil takes any.
    /// - Throws: `CaseFetchError`, `ZeroMQError`.
    public func listing(of planSHA256: String? = nil) throws -> (planSHA256: String, files: [ServedFile]) {
        guard case (.listing(let found, let files), let content) = try reply(to: .listing), content.isEmpty else {
            throw CaseFetchError.badReply(reason: "it is no listing")
        }
        if let planSHA256, planSHA256 != found { throw CaseFetchError.otherPlan(found: found, expected: planSHA256) }
        guard files.first(where: { $0.name == "plan.json" })?.sha256 == found else {
            throw CaseFetchError.badReply(reason: "the plan that it lists has another hash than it says")
        }
        return (found, files)
    }

    /// The bytes of a file of a listing.
    ///
    /// - Throws: `CaseFetchError`, `ZeroMQError`.
    public func contents(of file: ServedFile) throws -> Data {
        guard case (.file(_, let named), let content) = try reply(to: .file(file.name)), named.name == file.name else {
            throw CaseFetchError.badReply(reason: "it is not the file \(file.name)")
        }
        guard content.count == file.bytes, sha256(of: content) == file.sha256 else { throw CaseFetchError.changed(file: file.name) }
        return content
    }

    private func reply(to request: CaseRequest) throws -> (CaseReply, Data) {
        guard let parts = try client.reply(to: [try encodedJSON(request, oneLine: true)], within: seconds) else {
            throw CaseFetchError.noAnswer(address: "\(address)", seconds: seconds)
        }
        guard parts.count == 2, parts[0].count <= greatestReplyHeader else { throw CaseFetchError.badReply(reason: "it has not two parts") }
        let header: CaseReply
        do { header = try decodedInput(CaseReply.self, from: parts[0], file: "reply") } catch {
            throw CaseFetchError.badReply(reason: "\(error)")
        }
        if case .refused(let code, let reason) = header { throw CaseFetchError.refused(code: code.rawValue, reason: reason) }
        return (header, parts[1])
    }
}

/// A listing of as many files as there may be has 50 KB.
private let greatestReplyHeader = 1 << 17
