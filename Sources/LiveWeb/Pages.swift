import FlyingFox
import Foundation
import LocalWeb
import Protocols
import Synchronization
import ThreeJS

/// Which files of three.js are served under which name.
private let scripts: [String: ThreeScript] = [
    "/three/three.js": .three, "/three/STLLoader.js": .stlLoader, "/three/OrbitControls.js": .orbitControls,
]

/// - Throws: `ThreeJSError`.
func checkScripts() throws { for script in scripts.values { _ = try script.read() } }

/// Everything that is served: the page, three.js, the case's plan and meshes, and ticks over a WebSocket. Nothing else of the disk can be named.
struct Pages: HTTPHandler {
    let caseFolder: String
    let viewers: Viewers

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        switch request.path {
        case "/": return answer(Data(PackageResources.index_html), type: "text/html; charset=utf-8")
        case "/ticks": return try await WebSocketHTTPHandler(handler: MessageFrameWSHandler(handler: viewers)).handleRequest(request)
        case "/plan.json": return file(caseFolder + "/plan.json", "application/json")
        case let path where scripts[path] != nil: return file(scripts[path]!.path, "text/javascript")
        case let path where path.hasPrefix("/meshes/") && path.hasSuffix(".stl"):
            let name = path.dropFirst(8).dropLast(4)
            guard name.allSatisfy(\.isPlain) else { return HTTPResponse(statusCode: .notFound) }
            return file("\(caseFolder)/meshes/\(name).stl", "model/stl")
        default: return HTTPResponse(statusCode: .notFound)
        }
    }

    private func file(_ path: String, _ type: String) -> HTTPResponse {
        guard let data = FileManager.default.contents(atPath: path) else { return HTTPResponse(statusCode: .notFound) }
        return answer(data, type: type)
    }
}

/// Open pages, each with room for one message: one that is slow gets the newest.
final class Viewers: WSMessageHandler {
    private struct State {
        var streams: [Int: AsyncStream<WSMessage>.Continuation] = [:]
        var next = 0
        /// For whoever opens the page.
        var last: String?
    }
    private let state = Mutex(State())

    func send(_ text: String) {
        let streams = state.withLock { state in
            state.last = text
            return Array(state.streams.values)
        }
        for stream in streams { stream.yield(.text(text)) }
    }

    func endAll() { for stream in state.withLock({ Array($0.streams.values) }) { stream.finish() } }

    func makeMessages(for client: AsyncStream<WSMessage>) async throws -> AsyncStream<WSMessage> {
        let (messages, continuation) = AsyncStream.makeStream(of: WSMessage.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.next += 1
            state.streams[state.next] = continuation
            if let last = state.last { continuation.yield(.text(last)) }
            return state.next
        }
        // What a page says is read and left; when it goes its stream ends.
        Task {
            for await _ in client {}
            state.withLock { $0.streams.removeValue(forKey: id) }?.finish()
        }
        return messages
    }
}
