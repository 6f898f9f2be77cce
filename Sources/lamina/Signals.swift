import CaseFolder
import Foundation
import Protocols
import Synchronization

/// Where the signal handler writes the number of its signal. Set once, before the handler is.
nonisolated(unsafe) private var stopPipe: Int32 = -1

/// Held, and never given back, by whoever ends the process: the work with its result, or a signal. Else work that fails because its files are removed
/// under it would report that too.
let lastWord = NSLock()

/// What the first signal does instead of ending the process; taken out when it is done.
private let gentleEnd = Mutex<(@Sendable () -> Void)?>(nil)

/// For work without an end of its own: the first SIGINT, SIGTERM or SIGHUP from now on calls `end`, and the work then finishes with what it has. A second
/// one ends the process as `stopCleanlyOnSignals` says.
func endGentlyOnSignal(_ end: @escaping @Sendable () -> Void) { gentleEnd.withLock { $0 = end } }

/// Says from a signal's thread to the work's that it is to end.
final class StopFlag: Sendable {
    private let flag = Mutex(false)

    var isRaised: Bool { flag.withLock { $0 } }
    func raise() { flag.withLock { $0 = true } }
}

/// - Returns: whether there was work to end.
private func endGently() -> Bool {
    let end = gentleEnd.withLock { end in
        defer { end = nil }
        return end
    }
    end?()
    return end != nil
}

/// On SIGINT, SIGTERM or SIGHUP, removes the output that is being written and exits with `CommandExit.storage` (running again may work).
///
/// The handler only writes to a pipe; a thread that waits at the other end does the work, so it is ordinary code. SIGPIPE is ignored: a reader of
/// the progress that goes away must not end the work. So is SIGXFSZ: a file beyond `ulimit -f` then fails to be written, and is an ordinary error.
func stopCleanlyOnSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return }
    let readEnd = ends[0]
    stopPipe = ends[1]
    Thread.detachNewThread {
        var number = nextSignal(readEnd)
        if endGently() { number = nextSignal(readEnd) }
        // Once the output stands, or the result is being printed, the run ends by itself and with its own code; a second signal ends it at once.
        if !lastWord.try() {
            number = nextSignal(readEnd)
        } else if discardOpenDrafts() {
            lastWord.unlock()
            number = nextSignal(readEnd)
        }
        let isWritten = discardOpenDrafts()
        let failure = CommandFailure(
            .storage, code: "stopped",
            what: "stopped by signal \(number); " + (isWritten ? "the output was written" : "nothing was written"),
            remedy: isWritten ? nil : "Run it again")
        _exit(logOfCommandLine().finish(failing: failure))
    }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(stopPipe, &byte, 1)
    }
    action.sa_flags = SA_RESTART
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) { sigaction(number, &action, nil) }
}

/// Waits for the handler to write the number of a signal.
private func nextSignal(_ pipe: Int32) -> UInt8 {
    var number: UInt8 = 0
    while read(pipe, &number, 1) < 0 {}
    return number
}

/// Whether the caller wants a signal ignored, as nohup does with SIGHUP.
private func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}
