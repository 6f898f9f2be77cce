import Testing

@testable import Report

@Suite struct CaseHeaderTests {
    private func header(_ change: (inout ReportContent) -> Void = { _ in }) -> String {
        var content = PhantomReport.content
        change(&content)
        return CaseHeader(content: content, spine: []).markup.html
    }

    @Test func whatIsMissingSaysWhy() {
        let plain = header()
        #expect(plain.contains("no patient name kept") && plain.contains("Study date") && plain.contains("not kept"))
        #expect(plain.contains("none: the scan's files give none") && plain.contains(">1.2.3<"))
        #expect(plain.contains("abc123") && plain.contains("lamina test") && plain.contains("not a medical device"))
        #expect(plain.contains("id=\"supine\"") && plain.contains("2 of 4 pedicles have no screw"))
        #expect(!plain.contains("id=\"estimated\"") && !plain.contains("id=\"synthetic\""))
    }

    @Test func bannersAndHostileNames() {
        let loud = header { content in
            content.pseudonym = "<img src=x onerror=alert(1)>"
            content.levelBasis = .counted(anchors: [], probability: 0.55, isEstimate: true)
            content.plan.warnings = [.init(code: "synthetic_ct", message: "<b>made</b>", levels: ["L1"])]
        }
        #expect(loud.contains("LEVEL ESTIMATED") && loud.contains("SYNTHETIC CT") && loud.contains("55 %"))
        #expect(loud.contains("&lt;img src=x onerror=alert(1)&gt;") && !loud.contains("<img src=x") && !loud.contains("<b>"))
        // The plan's own word counts as well as lamina's.
        #expect(header { $0.plan.warnings = [.init(code: "level_estimated", message: "count", levels: [])] }.contains("LEVEL ESTIMATED"))
    }
}
