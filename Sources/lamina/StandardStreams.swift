import Foundation
import Protocols

/// Opens /dev/null in place of standard streams that the caller has closed: else the first files opened would take their numbers, and what is
/// meant for a terminal would be written into them.
func fillClosedStreams() {
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
}

/// Writes text or JSON to stdout, all of it. A reader that has gone away has read what it wanted, so that is no failure.
///
/// - Parameter output: what stands on disk all the same, for the message.
/// - Returns: what went wrong, such as a full disk.
func writeToStandardOutput(_ data: Data, output: String? = nil) -> CommandFailure? {
    let code = data.withUnsafeBytes { bytes in
        var done = 0
        while done < bytes.count {
            let count = write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return errno }
            done += count
        }
        return 0
    }
    guard code != 0, code != EPIPE else { return nil }
    let standing = output.map { "; \($0) was written all the same" } ?? ""
    return CommandFailure(
        .storage, code: "stdout", what: "the result cannot be written to stdout: \(String(cString: strerror(code)))\(standing)",
        remedy: "Send stdout to another place")
}

func writeToStandardOutput(_ text: String, output: String? = nil) -> CommandFailure? {
    writeToStandardOutput(Data((text + "\n").utf8), output: output)
}
