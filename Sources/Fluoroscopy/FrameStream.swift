import Digests
import Foundation
import Protocols
import Tracking
import ZeroMQ

/// X-ray moments as a publisher sends them over ZeroMQ (Protocols/Specification/frame-stream.md): always the newest whole one. Not for several threads
/// at once, but for `stopper`.
public final class FrameStream: FluoroscopySource {
    public let address: TCPAddress
    private let inbox: MomentInbox
    private let context = SocketContext()
    private var masks: [String: [Bool]] = [:]
    private var digest = SHA256Digest()
    private var byteCount: Int64 = 0

    /// Begins to read, on a thread of its own.
    ///
    /// - Parameter idleSeconds: how long to wait for a whole moment before the stream counts as silent.
    public init(_ address: TCPAddress, idleSeconds: Double) {
        self.address = address
        inbox = MomentInbox(idleSeconds: idleSeconds)
        Thread.detachNewThread { [inbox, context] in read(address, context, into: inbox) }
    }

    deinit { context.shutdown() }

    public var expectedCount: Int? { nil }
    public var warnings: [CommandWarning] { inbox.state.warnings }
    public var counts: FrameStreamCounts { inbox.state.counts }
    /// The stream that is followed; nil before its first frame.
    public var name: String? { inbox.state.stream }
    /// Of all moments that were returned, in their order: each frame's header and pixels as they were sent, the views in the order that the stream announced.
    public var taken: (bytes: Int64, sha256: String) { (byteCount, digest.hexadecimalSoFar()) }
    /// nil while it goes on.
    public var ending: FrameStreamEnding? { inbox.state.ending }

    /// Ends the stream from any thread: a wait for a moment returns.
    public var stopper: @Sendable () -> Void { { [inbox] in inbox.end(.stopped) } }

    /// - Returns: the newest whole moment that was not returned yet; nil when the stream is at its end, see `ending`.
    /// - Throws: `ZeroMQError`; `FrameStreamError.noMoment` when it is at its end before a moment was whole.
    public func next() throws -> FluoroscopyMoment? {
        guard let moment = inbox.take() else {
            let state = inbox.state
            if case .failed(let error) = state.ending { throw error }
            guard byteCount > 0 else { throw FrameStreamError.noMoment(address: address, ending: state.ending!, counts: state.counts) }
            return nil
        }
        for frame in moment.frames { for bytes in [frame.headerBytes, frame.pixels] { include(bytes) } }
        let values = moment.frames.map { frame in
            let size = frame.header.view.sizePx
            return transmission(
                of: pixelValues(frame.pixels, frame.header.encoding), columns: size.x, field: mask(of: frame.header.view),
                meaning: PixelMeaning(frame.header.view))
        }
        return FluoroscopyMoment(
            index: moment.number, timeS: moment.frames[0].header.timeS,
            frames: zip(moment.frames, values).map { XRayFrame(view: $0.header.view.name, camera: $0.camera, transmission: $1.values) },
            causes: values.map { $0.cause.map { [$0] } ?? [] }, arrival: moment.arrival)
    }

    private func include(_ bytes: Data) {
        bytes.withUnsafeBytes { digest.update($0) }
        byteCount += Int64(bytes.count)
    }

    /// A view's field stays the same within a stream.
    private func mask(of view: FluoroscopyView) -> [Bool]? {
        guard let field = view.field else { return nil }
        if let known = masks[view.name] { return known }
        let mask = fieldMask([field], columns: view.sizePx.x, rows: view.sizePx.y)
        masks[view.name] = mask
        return mask
    }
}

/// The life of the thread that reads: the socket is made, used and closed here.
private func read(_ address: TCPAddress, _ context: SocketContext, into inbox: MomentInbox) {
    do throws(ZeroMQError) {
        // Few may wait here: they are read as they come, and only the newest moment is kept.
        let limits = SocketLimits(partBytes: FrameMessage.greatestPartBytes, messageBytes: 2 * FrameMessage.greatestPartBytes, waiting: 8)
        let socket = try SubscriberSocket(
            context, to: address, topic: FrameMessage.topicPrefix, limits: limits, whenCut: { inbox.refuseCutMessage() })
        while let parts = try socket.receive(keeping: FrameMessage.partCount + 1), inbox.deliver(parts) {}
    } catch {
        inbox.end(.failed(error))
    }
}
