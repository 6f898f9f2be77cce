import Digests
import Foundation
import Protocols
import ZeroMQ

/// What a publisher serves of its case: the plan and its meshes, in memory.
public struct ServedCase: Sendable {
    public let planSHA256: String
    public let files: [ServedFile]
    fileprivate let contents: [String: Data]

    /// - Parameter files: name, media type, a screw's status, and bytes; one is "plan.json".
    public init(_ files: [(name: String, mediaType: String, status: String?, bytes: Data)]) {
        self.files = files.map {
            ServedFile(name: $0.name, mediaType: $0.mediaType, bytes: $0.bytes.count, sha256: sha256(of: $0.bytes), status: $0.status)
        }
        contents = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.bytes) })
        guard let plan = self.files.first(where: { $0.name == "plan.json" }) else { preconditionFailure("a case has a plan") }
        planSHA256 = plan.sha256
    }
}

/// Serves a case to headsets and robots (Specification/case-service.md). For any thread.
public final class CaseServer: Sendable {
    private let server: RequestServer

    /// - Throws: `ZeroMQError`.
    public init(at address: TCPAddress, security: CurveServer?, isForced: Bool = false, serving served: ServedCase) throws(ZeroMQError) {
        server = try RequestServer(
            at: address, security: security, isForced: isForced, greatestBytes: CaseRequest.greatestBytes
        ) { request in served.reply(to: request) }
    }

    public var endpoint: String { server.endpoint }
    public var refusedHandshakes: [String: Int] { server.refusedHandshakes }

    public func stop() { server.stop() }
}

extension ServedCase {
    /// The two parts of a reply. A request that is none is told so, and changes nothing.
    func reply(to request: [Data]) -> [Data] {
        let (header, content) = answer(request)
        // A reply of ours always encodes.
        return [(try? encodedJSON(header, oneLine: true)) ?? Data(), content]
    }

    private func answer(_ request: [Data]) -> (CaseReply, Data) {
        guard request.count == 1 else { return (.refused(code: .badRequest, reason: "a request has one part"), Data()) }
        do {
            switch try decodedInput(CaseRequest.self, from: request[0], file: "request") {
            case .listing: return (.listing(planSHA256: planSHA256, files: files), Data())
            case .file(let name):
                guard let file = files.first(where: { $0.name == name }), let content = contents[name] else {
                    return (.refused(code: .noSuchFile, reason: "the listing says which files there are"), Data())
                }
                return (.file(planSHA256: planSHA256, file), content)
            }
        } catch {
            return (.refused(code: .badRequest, reason: "\(error)"), Data())
        }
    }
}
