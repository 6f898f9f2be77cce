import Foundation
import Testing

@testable import Report

@Suite struct ReportAdditionTests {
    private func report() throws -> Data { try reportHTML(PhantomReport.content, threads: 2) }

    @Test func thePolicyLetsInTheTwoAndAsksItsOwnServerAlone() throws {
        let stored = String(decoding: try report(), as: UTF8.self)
        let html = String(
            decoding: try reportHTML(try report(), adding: ReportAddition(style: "p { }", script: "let a = 1;")), as: UTF8.self)
        #expect(html.contains("connect-src &#39;self&#39;") && !html.contains("connect-src &#39;none&#39;"))
        #expect(html.contains("default-src &#39;none&#39;") && !html.contains("unsafe-inline"))
        for text in ["p { }", "let a = 1;"] { #expect(html.contains(Markup(text: policySource(of: text)).html)) }
        #expect(html.contains("<style>p { }</style>\n</head>") && html.contains("<script>let a = 1;</script>\n</body>"))
        // All else is as it was stored.
        let added =
            ["<style>p { }</style>\n", "<script>let a = 1;</script>\n"]
            + ["p { }", "let a = 1;"].map { Markup(text: policySource(of: $0)).html + " " }
        let taken = added.reduce(html) { $0.replacingOccurrences(of: $1, with: "") }
        #expect(taken.replacingOccurrences(of: "&#39;self&#39;", with: "&#39;none&#39;") == stored)
    }

    @Test func whatIsNoReportIsRefused() throws {
        let addition = ReportAddition(style: "", script: "")
        for text in [
            "", "<html><head></head><body></body></html>", "<meta http-equiv=\"Content-Security-Policy\" content=\"x\"></head></body>",
        ] {
            #expect(throws: ReportError.notAReport) { try reportHTML(Data(text.utf8), adding: addition) }
        }
        #expect(throws: ReportError.scriptNotEmbeddable) {
            try reportHTML(try report(), adding: ReportAddition(style: "", script: "'</script>'"))
        }
    }
}
