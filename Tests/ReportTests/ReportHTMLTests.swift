import Foundation
import Testing

@testable import Report

@Suite struct ReportHTMLTests {
    @Test func theSameContentGivesTheSameBytesOnAnyThreads() throws {
        let one = try reportHTML(PhantomReport.content, threads: 1)
        #expect(try reportHTML(PhantomReport.content, threads: 4) == one)
        let html = String(decoding: one, as: UTF8.self)
        // Two of the spine, three of each planned screw.
        #expect(html.components(separatedBy: "<img ").count == 1 + 2 + 6)
        #expect(html.components(separatedBy: "<article ").count == 1 + 4)
        #expect(one.count < 3_000_000)
    }

    @Test func lineEndsOfScriptsAreABrowsers() throws {
        var content = PhantomReport.content
        content.viewer = .three(library: "a;\r\nb;", controls: "c;\rd;")
        let html = String(decoding: try reportHTML(content, threads: 2), as: UTF8.self)
        #expect(html.contains("<script>a;\nb;</script>") && html.contains("<script>c;\nd;</script>"))
    }
}
