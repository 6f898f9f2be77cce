import Foundation
import Protocols
import Testing

@Suite struct CommandMessagesTests {
    @Test func failureSaysWhatWhereAndWhatToDo() {
        let failure = CommandFailure(.usage, code: "case_exists", what: "the case exists", place: "-o out", remedy: "Pass --force")
        #expect(failure.description == "-o out: the case exists. Pass --force")
    }

    @Test func failureKeepsItsFieldsOnTheWire() throws {
        let failure = CommandFailure(.storage, code: "disk_full", what: "w", place: "p", remedy: "r")
        let text = String(decoding: try encodedJSON(failure, oneLine: true), as: UTF8.self)
        #expect(text == #"{"code":"disk_full","do":"r","exit_code":6,"what":"w","where":"p"}"# + "\n")
    }
}
