/// Something the user should know that did not stop the run: a machine-readable code and a sentence.
public struct CommandWarning: Codable, Equatable, Hashable, Sendable {
    public let code: String
    public let message: String
    /// The levels it is about ("T12"); nil when it is about the whole run.
    public let levels: [String]?

    public init(code: String, message: String, levels: [String] = []) {
        self.code = code
        self.message = message
        self.levels = levels.isEmpty ? nil : levels
    }
}

/// Why a run failed: what is wrong, where, and what to do about it.
public struct CommandFailure: Error, Codable, Equatable, Sendable {
    /// Machine-readable, stable between versions: "case_exists".
    public let code: String
    public let exitCode: Int32
    public let what: String
    /// A file, an option or a level.
    public let place: String?
    public let remedy: String?

    public init(_ exit: CommandExit, code: String, what: String, place: String? = nil, remedy: String? = nil) {
        self.code = code
        exitCode = exit.rawValue
        self.what = what
        self.place = place
        self.remedy = remedy
    }

    enum CodingKeys: String, CodingKey {
        case code
        case exitCode = "exit_code"
        case what
        case place = "where"
        case remedy = "do"
    }
}

extension CommandFailure: CustomStringConvertible {
    /// One line for a person: "PLACE: WHAT. REMEDY".
    public var description: String {
        let sentence = (place.map { "\($0): " } ?? "") + what
        guard let remedy else { return sentence }
        return sentence + (sentence.hasSuffix(".") ? " " : ". ") + remedy
    }
}
