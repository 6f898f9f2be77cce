/// A reason or a warning that a machine can read: a fixed code, a sentence, and the numbers behind it.
public struct Finding: Codable, Equatable, Sendable {
    /// Stable snake_case code; its list stands in Planning/README.md.
    public var code: String
    /// One sentence for a person.
    public var message: String
    /// Named numbers; a name ends in its unit (`width_mm`).
    public var values: [String: Double]

    public init(_ code: String, _ message: String, _ values: [String: Double] = [:]) {
        self.code = code
        self.message = message
        self.values = values
    }

    init(_ error: PlanningError) { self.init(error.code, error.description) }
}
