extension PlanFile {
    /// Something that a person should know before use of the plan and that did not stop it.
    public struct Warning: Codable, Equatable, Sendable {
        /// Stable snake_case code.
        public var code: String
        public var message: String
        /// The levels it is about ("T12"); empty when it is about the whole case.
        public var levels: [String]

        public init(code: String, message: String, levels: [String]) {
            self.code = code
            self.message = message
            self.levels = levels
        }
    }
}
