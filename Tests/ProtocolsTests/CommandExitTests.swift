import Protocols
import Testing

@Suite struct CommandExitTests {
    @Test func codesAreTheContract() {
        let contract: [String: Int32] = [
            "ok": 0, "bug": 1, "usage": 2, "corrupt_input": 3, "no_spine": 4, "refused": 5, "storage": 6, "integrity": 7,
            "some_cases_failed": 8,
        ]
        #expect(Dictionary(uniqueKeysWithValues: CommandExit.allCases.map { ($0.name, $0.rawValue) }) == contract)
    }
}
