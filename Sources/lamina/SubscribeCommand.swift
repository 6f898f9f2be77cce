import ArgumentParser
import CaseFolder
import Foundation
import Protocols
import Streaming
import ZeroMQ

/// `lamina subscribe`: a pose stream live in a terminal, by the rules that every client should keep.
struct SubscribeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe", abstract: "Show a pose stream live.",
        discussion: """
            Shows nothing before somebody has confirmed what the stream says it is: plan, patient, study, the publisher's run and its registration. It asks; answer by typing \
            'confirm' with the code that it says, and return. When any of these changes it asks again, and shows nothing until then. A pose that is older than it says it is good for is taken down \
            (STALE). With --json each event is one line of JSON. Exit codes: 0 the stream ended or the time is over, and poses were shown; 6 no pose was ever shown; 2 usage.
            """)

    @Argument(help: "Where the poses are published: tcp://HOST:PORT.")
    var address: String

    @Option(help: "A folder of this listener's keys, FOLDER/for/NAME of 'lamina keys'.", completion: .directory)
    var curveKeys: String?

    @Option(help: "The case that the stream must be of: another plan is never shown, whatever is confirmed.", completion: .directory)
    var plan: String?

    @Flag(help: "Confirm the first stream that is of --plan without asking. What changes afterwards is asked for.")
    var confirmFirst = false

    @Flag(help: "Show simulations (frames from files) too, marked as such.")
    var allowSimulation = false

    @Flag(help: "Show replays of recordings too, marked as such.")
    var allowReplay = false

    @Option(name: .customLong("for"), help: "Stop after so many seconds.")
    var seconds: Double?

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        do { _ = try TCPAddress(address) } catch { throw ValidationError("\(error)") }
        if confirmFirst, plan == nil {
            throw ValidationError("--confirm-first needs --plan: without it nothing says which stream is right")
        }
        if let seconds, !(0.1...1e6).contains(seconds) { throw ValidationError("--for takes 0.1 to 1000000 seconds") }
    }

    func run() throws {
        let log = RunLog(command: "subscribe", options: printing)
        do {
            var allowed: Set<StreamSource> = [.live]
            if allowSimulation { allowed.insert(.simulation) }
            if allowReplay { allowed.insert(.replay) }
            let show = StreamDisplay(
                isJSON: printing.isJSON, plan: try plan.map { try planHash(of: $0) }, confirmsFirst: confirmFirst)
            let subscriber = PoseSubscriber(
                to: try TCPAddress(address), security: try curveKeys.map { try CurveKeyFolder($0).client() }, allowed: allowed,
                tell: { show.take($0) })
            show.confirm = { [weak subscriber] in subscriber?.confirm($0) }
            endGentlyOnSignal { show.end() }
            readAnswers(for: show)
            show.waitForEnd(seconds: seconds)
            if let error = subscriber.error { throw error }
            guard show.hasShownPoses else {
                throw CommandFailure(
                    .storage, code: "nothing_shown", what: "no pose was shown: \(show.lastReason)", place: address,
                    remedy: "Is the publisher running there, and was what it says confirmed?")
            }
        } catch {
            throw ExitCode(log.finish(failing: commandFailure(for: error)))
        }
    }

    private func planHash(of folder: String) throws -> String { try fileRecords(of: [folder + "/plan.json"])[0].sha256 }
}

/// Lines typed, or sent by a program.
private func readAnswers(for show: StreamDisplay) {
    Thread.detachNewThread { while let line = readLine() { show.answer(line) } }
}
