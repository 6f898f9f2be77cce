import Digests
import Foundation
import Protocols
import Streaming
import Synchronization

/// A pose stream in a terminal: a table that is drawn over and over, or one line an event where nobody looks.
final class StreamDisplay: Sendable {
    private let isJSON: Bool
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private let plan: String?
    private let state: Mutex<State>
    private let ended = DispatchSemaphore(value: 0)

    private struct State {
        var confirmsFirst: Bool
        var asked: StreamConfirmation?
        var confirm: @Sendable (StreamConfirmation) -> Void = { _ in }
        var hasShownPoses = false
        var lastReason = "nothing came"
        var drawnLines = 0
        var lastDrawn = ContinuousClock.now
    }

    /// - Parameters:
    ///   - plan: the hash of the one plan that may be shown; nil for any that is confirmed.
    ///   - confirmsFirst: the first stream of that plan is not asked for.
    init(isJSON: Bool, plan: String?, confirmsFirst: Bool) {
        (self.isJSON, self.plan) = (isJSON, plan)
        state = Mutex(State(confirmsFirst: confirmsFirst))
    }

    /// What confirming does. Set once, before anything is typed.
    var confirm: @Sendable (StreamConfirmation) -> Void {
        get { state.withLock(\.confirm) }
        set { state.withLock { $0.confirm = newValue } }
    }
    var hasShownPoses: Bool { state.withLock(\.hasShownPoses) }
    var lastReason: String { state.withLock(\.lastReason) }

    func end() { ended.signal() }

    func waitForEnd(seconds: Double?) {
        if let seconds { _ = ended.wait(timeout: .now() + seconds) } else { ended.wait() }
    }

    /// A line that was typed.
    func answer(_ line: String) {
        let (asked, confirm) = state.withLock { ($0.asked, $0.confirm) }
        // By its code, so that what is confirmed is what was read and not what came since.
        guard let asked, line.trimmingCharacters(in: .whitespaces) == "confirm \(asked.code)" else { return }
        state.withLock { $0.asked = nil }
        confirm(asked)
    }

    func take(_ event: PoseEvent) {
        switch event {
        case .connected: say("connected", [:], "connected")
        case .disconnected: say("disconnected", [:], "DISCONNECTED: nothing is shown that is not fresh")
        case .refusedByPublisher: say("refused_by_publisher", [:], "the publisher refused the handshake: wrong keys, or not on its list")
        case .stale: say("stale", [:], "STALE: no pose in time")
        case .malformed(let error): say("malformed", ["code": .string(error.code), "what": .string("\(error)")], "refused: \(error)")
        case .refused(.unconfirmed(let asked, let changes)): ask(asked, changes)
        case .refused(let reason):
            say("refused", ["code": .string(reason.code), "what": .string("\(reason)")], "refused: \(reason.code)")
        case .fresh(let tick, let ageMS): show(tick, ageMS)
        }
    }

    private func ask(_ asked: StreamConfirmation, _ changes: [String]) {
        guard plan == nil || asked.planSHA256 == plan else {
            say(
                "refused", ["code": .string("other_plan"), "plan_sha256": .string(asked.planSHA256)],
                "refused: it is of another plan than --plan")
            return
        }
        let (isFirst, confirm) = state.withLock { state in
            let isFirst = state.confirmsFirst && asked.registration != nil
            if isFirst { state.confirmsFirst = false } else { state.asked = asked }
            return (isFirst, state.confirm)
        }
        say(
            "unconfirmed",
            [
                "changes": .array(changes.map { .string($0) }), "epoch": .string(String(asked.epoch)),
                "code": .string(asked.code), "registration": asked.registration.map { .string(String($0)) } ?? .null,
                "plan_sha256": .string(asked.planSHA256),
                "patient_sha256": .string(asked.patientSHA256), "study_sha256": .string(asked.studySHA256),
            ],
            """
            NOT SHOWN: \(changes.joined(separator: ", ")).
              plan \(asked.planSHA256.prefix(12)), patient \(asked.patientSHA256.prefix(12)), study \(asked.studySHA256.prefix(12)), \
            run \(asked.epoch), registration \(asked.registration.map(String.init) ?? "none yet")
            Look whether this is right, then type 'confirm \(asked.code)' and return.
            """)
        if isFirst { confirm(asked) }
    }

    private func show(_ tick: PoseTick, _ ageMS: Double) {
        if tick.bodies.contains(where: { $0.pose != nil }) { state.withLock { $0.hasShownPoses = true } }
        if isJSON {
            say("fresh", ["age_ms": .number(ageMS), "tick": tick.jsonValue], "")
        } else {
            draw(table(tick, ageMS))
        }
        if tick.state == .stopped { end() }
    }

    private func say(_ event: String, _ fields: [String: JSONValue], _ text: String) {
        state.withLock { state in
            if event != "fresh", event != "connected" { state.lastReason = event }
            // Poses that may not be shown any more must not stay on the screen.
            if state.drawnLines > 0 { _ = writeToStandardOutput(Data("\u{1B}[\(state.drawnLines)A\u{1B}[J".utf8)) }
            state.drawnLines = 0
            if isJSON {
                let line = JSONValue.object(fields.merging(["event": .string(event)], uniquingKeysWith: { $1 }))
                if let data = try? encodedJSON(line, oneLine: true) { _ = writeToStandardOutput(data) }
            } else {
                _ = writeToStandardOutput(text)
            }
        }
    }

    /// On a terminal over the table before; elsewhere one line a second.
    private func draw(_ lines: [String]) {
        state.withLock { state in
            if isTerminal {
                let up = state.drawnLines > 0 ? "\u{1B}[\(state.drawnLines)A" : ""
                _ = writeToStandardOutput(Data((up + lines.map { "\u{1B}[2K\($0)\n" }.joined()).utf8))
                state.drawnLines = lines.count
            } else if state.lastDrawn.duration(to: .now) > .seconds(1) {
                _ = writeToStandardOutput(lines.joined(separator: " | "))
                state.lastDrawn = .now
            }
        }
    }

    private func table(_ tick: PoseTick, _ ageMS: Double) -> [String] {
        let mark = tick.source == .live ? "" : "\(tick.source.rawValue): not the patient now   "
        let cautions = [
            tick.identity.levelEstimated ? "levels are an estimate: check the count" : nil,
            tick.identity.approval.map(\.caution) ?? "it is not said whether the plan is approved",
        ]
        let head =
            ["\(mark)\(tick.state.rawValue)", "tick \(tick.sequence)", "age \(Int(ageMS.rounded())) ms"] + cautions.compactMap(\.self)
        return [head.joined(separator: "   ")]
            + tick.bodies.map { body in
                let level = shownName(of: body.level, isEstimated: tick.identity.levelEstimated).padding(
                    toLength: 6, withPad: " ", startingAt: 0)
                let state = body.state.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)
                let risky = body.screws.filter { $0.planStatus == .riskAccepted }.map { "\($0.side.rawValue) screw BREAKS A RULE" }
                let notes = (body.causes + risky).joined(separator: ", ")
                guard let pose = body.pose else { return "\(level)\(state)\(notes)" }
                let place = [pose.origin.x, pose.origin.y, pose.origin.z].map { String(format: "%8.1f", $0) }.joined()
                return "\(level)\(state)\(place) mm   \(notes)"
            }
    }
}

extension StreamConfirmation {
    /// What a person types to confirm exactly this.
    fileprivate var code: String {
        let parts = [String(epoch), registration.map { String($0) } ?? "", planSHA256, patientSHA256, studySHA256]
        return String(sha256(of: Data(parts.joined(separator: " ").utf8)).prefix(4))
    }
}
