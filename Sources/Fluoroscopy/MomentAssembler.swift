import Foundation
import Protocols
import Tracking

/// Puts the messages of one stream together to moments: whole, in order, of one sender's one run.
struct MomentAssembler {
    enum Outcome {
        case nothingYet
        case complete(StreamedMoment)
        case ended
    }

    var counts = FrameStreamCounts()
    /// The first message passed over for each reason, and the first moment without all its views.
    private(set) var warnings: [CommandWarning] = []
    /// Named by the first frame that could be used; nil before.
    private(set) var stream: String?
    private(set) var viewNames: [String] = []
    /// The first description of each view, without its place.
    private var descriptions: [String: FluoroscopyView] = [:]
    /// Frames of the moment that is not complete yet, by view.
    private var pending: [String: StreamedFrame] = [:]
    /// The last complete moment, and the latest time in it.
    private var last: MomentPlace?
    /// The last frame that was refused because it lies far ahead; nil since one that does not was taken.
    private var doubted: MomentPlace?

    /// Takes the next message, of which the first four parts are enough.
    ///
    /// - Complexity: O(header's bytes).
    mutating func take(_ parts: [Data], at arrival: ContinuousClock.Instant) -> Outcome {
        counts.messages += 1
        do throws(FrameRefusal) {
            switch try message(parts) {
            case .end(let name):
                try checkStream(name)
                dropPending()
                return .ended
            case .frame(let header, let pixels):
                return try take(header, parts[1], pixels, at: arrival)
            }
        } catch {
            refuse(error)
            if case .jump(let found, _) = error { doubted = found }
            return .nothingYet
        }
    }

    /// Counts a message that is passed over, and warns of the first for each reason.
    mutating func refuse(_ reason: FrameRefusal) {
        counts.refused[reason.code, default: 0] += 1
        if counts.refused[reason.code] == 1 { warn("message_refused", "a message was refused: \(reason)") }
    }

    private mutating func take(
        _ header: StreamedFrameHeader, _ headerBytes: Data, _ pixels: Data, at arrival: ContinuousClock.Instant
    ) throws(FrameRefusal) -> Outcome {
        let camera = try checked(header)
        doubted = nil
        if stream == nil { (stream, viewNames) = (header.stream, header.views) }
        let name = header.view.name
        descriptions[name] = header.view.withoutPlace
        if let waiting = pending.values.first, waiting.header.moment != header.moment { dropPending() }
        pending[name] = StreamedFrame(header: header, camera: camera, headerBytes: headerBytes, pixels: pixels)
        guard pending.count == viewNames.count else { return .nothingYet }
        let frames = viewNames.map { pending[$0]! }
        pending = [:]
        last = MomentPlace(number: header.moment, timeS: frames.map(\.header.timeS).max()!)
        counts.moments += 1
        return .complete(StreamedMoment(number: header.moment, frames: frames, arrival: arrival))
    }

    /// Everything that can be wrong with a frame that was read; what is refused leaves no trace in the stream's state.
    private func checked(_ header: StreamedFrameHeader) throws(FrameRefusal) -> CArmCamera {
        try checkStream(header.stream)
        guard stream == nil || header.views == viewNames else { throw .otherViews(found: header.views, expected: viewNames) }
        if let known = descriptions[header.view.name], known != header.view.withoutPlace { throw .changedView(header.view.name) }
        if let last {
            guard header.moment > last.number else { throw .oldMoment(found: header.moment, after: last.number) }
            guard header.timeS > last.timeS else { throw .timeNotRising(found: header.timeS, after: last.timeS) }
        }
        if let waiting = pending.values.first?.header.moment {
            guard header.moment >= waiting else { throw .oldMoment(found: header.moment, after: waiting) }
            if header.moment == waiting, pending[header.view.name] != nil { throw .repeatedView(header.view.name, moment: waiting) }
        }
        try checkJump(MomentPlace(header))
        do {
            return try camera(of: header.view, frame: 0, file: "header")
        } catch let error as FluoroscopyError {
            throw .badCamera(error)
        } catch {
            preconditionFailure("camera(of:frame:file:) throws FluoroscopyError alone")
        }
    }

    /// One wrong number or time far ahead must not keep out all that come after it, so that a jump counts only when a second moment goes on from it.
    private func checkJump(_ place: MomentPlace) throws(FrameRefusal) {
        guard let before = pending.values.first.map({ MomentPlace($0.header) }) ?? last, place.isFarAhead(of: before) else { return }
        if let doubted, place.number > doubted.number, place.timeS > doubted.timeS, !place.isFarAhead(of: doubted) { return }
        throw .jump(to: place, from: before)
    }

    private func checkStream(_ name: String) throws(FrameRefusal) {
        if let stream, stream != name { throw .otherStream(found: name, followed: stream) }
    }

    private mutating func dropPending() {
        guard let moment = pending.values.first?.header.moment else { return }
        let missing = viewNames.filter { pending[$0] == nil }
        pending = [:]
        counts.incomplete += 1
        guard counts.incomplete == 1 else { return }
        warn("moment_incomplete", "moment \(moment) came without \(missing.joined(separator: ", ")) and was left out, as all such are")
    }

    /// What others sent stands in the sentence: it is kept short and printable.
    private mutating func warn(_ code: String, _ message: String) {
        let printable = message.unicodeScalars.prefix(400).map { $0.properties.generalCategory == .control ? "?" : Character($0) }
        warnings.append(CommandWarning(code: code, message: String(printable)))
    }
}

/// Where a frame stands in its stream.
struct MomentPlace: Equatable {
    var number: Int
    var timeS: Double

    /// Whether no sender goes so far from one moment to the next but after a long pause: a thousand numbers, or a minute.
    func isFarAhead(of other: MomentPlace) -> Bool { number - other.number > 1000 || timeS - other.timeS > 60 }
}

extension MomentPlace {
    fileprivate init(_ header: StreamedFrameHeader) { self.init(number: header.moment, timeS: header.timeS) }
}

private func message(_ parts: [Data]) throws(FrameRefusal) -> FrameMessage {
    do {
        return try FrameMessage(parts: parts)
    } catch {
        throw .notReadable(error)
    }
}

extension FluoroscopyView {
    /// What must stay as it is within a stream.
    fileprivate var withoutPlace: FluoroscopyView {
        var view = self
        (view.carmFromRoom, view.projection, view.frames) = (nil, nil, [])
        return view
    }
}
