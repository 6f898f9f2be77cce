import Anatomy
import Segmentation
import Testing

@Suite struct LevelAnchorTests {
    @Test func readsWhatTheCommandLineDocuments() throws {
        #expect(try LevelAnchor("z_lps=-812:L3") == LevelAnchor(zLPS: -812, level: .l3))
        #expect(try LevelAnchor(" Z_LPS = 12.5 : T12 ") == LevelAnchor(zLPS: 12.5, level: .t12))
    }

    @Test(arguments: ["", "z_lps=", "z_lps=-812", "z_lps=:L3", "z_lps=nan:L3", "z=-812:L3", "z_lps=-812:Q3", "z_lps=1:L3:L4"])
    func refusesAnythingElse(text: String) {
        #expect(throws: NamingError.notAnAnchor(text)) { try LevelAnchor(text) }
    }
}
