/// Why a file that came in does not keep its contract: which file, where in it, what is wrong and what to do.
public struct WireFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// As the caller named it.
    public let file: String
    /// Where in the file, such as `views[1] (LAT), key air_value` or `line 3`; empty for the whole of it.
    public let place: String
    /// What is wrong there, and what to do.
    public let reason: String

    public init(file: String, place: String, reason: String) {
        self.file = file
        self.place = place
        self.reason = reason
    }

    public var description: String { [file, place, reason].filter { !$0.isEmpty }.joined(separator: ": ") }
}
