import Digests
import Foundation
import Testing

@testable import Report

@Suite struct ReportPageTests {
    private func page(_ change: (inout ReportContent) -> Void = { _ in }) throws -> String {
        var content = PhantomReport.content
        change(&content)
        let page = ReportPage(
            content: content, header: CaseHeader(content: content, spine: []), cards: [], scene: SceneData(content, meshes: []))
        return String(decoding: try page.html(), as: UTF8.self)
    }

    @Test func thePolicyNamesEachScriptByItsHash() throws {
        let html = try page()
        let scripts = html.components(separatedBy: "<script>").dropFirst().map { $0.components(separatedBy: "</script>")[0] }
        #expect(scripts.count == 3)
        for script in scripts {
            let digits = Array(sha256(of: Data(script.utf8)))
            let bytes = stride(from: 0, to: 64, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
            #expect(html.contains("&#39;sha256-\(Data(bytes).base64EncodedString())&#39;"))
        }
        #expect(
            html.contains("default-src &#39;none&#39;") && !html.contains("unsafe-inline") && !html.contains("http://")
                && !html.contains("https://"))
        #expect(html.contains("abc123</code><br>"))
    }

    @Test func aScriptThatWouldEndItsElementIsRefused() {
        #expect(throws: ReportError.scriptNotEmbeddable) {
            try page { $0.viewer = .three(library: "'</SCRIPT>'", controls: "") }
        }
    }

    @Test func withoutViewerOnlyThePagesOwnScript() throws {
        let html = try page { $0.viewer = .missing(reason: "none") }
        #expect(html.components(separatedBy: "<script>").count == 2)
    }
}
