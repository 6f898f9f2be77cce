import Foundation
import TestSupport
import Testing

@testable import Exchange

@Suite struct ThreeMFTests {
    @Test func sameCaseSameBytes() throws {
        try withTemporaryFolder { folder in
            for name in ["a", "b"] { try writeThreeMF(exampleCase(), to: "\(folder)/\(name).3mf") }
            #expect(FileManager.default.contentsEqual(atPath: "\(folder)/a.3mf", andPath: "\(folder)/b.3mf"))
        }
    }

    /// It would otherwise look like lamina's own.
    @Test func aScrewThatBreaksARuleIsSaidToBe() throws {
        var exported = exampleCase()
        #expect(exported.screws[0].appearance == .leftScrew && !exported.caption.contains("Not lamina's"))
        exported.vertebrae[0].screws[0].origin = .riskAccepted
        #expect(exported.screws[0].appearance == .brokenRule && exported.screws[0].size.contains("BREAKS A RULE"))
        #expect(exported.caption.contains("Not lamina's: L4_left placed by hand, BREAKS A RULE."))
    }

    @Test func refusesWhatIsNoNumber() throws {
        try withTemporaryFolder { folder in
            var exported = exampleCase()
            exported.vertebrae[0].screws[0].mesh.vertices[2].y = .infinity
            #expect(throws: ExchangeError.notFinite(part: "L4_left")) { try writeThreeMF(exported, to: "\(folder)/a.3mf") }
        }
    }
}
