import Testing

@testable import Report

@Suite struct SpaceViewTests {
    @Test func everyLevelCanBeHiddenAndShownAlone() {
        let html = spaceView(PhantomReport.content).html
        #expect(html.contains("data-show=\"L1\"") && html.contains("data-isolate=\"L1\"") && html.contains("id=\"no-webgl\""))
    }

    @Test func withoutAViewerItSaysWhy() {
        var content = PhantomReport.content
        content.viewer = .missing(reason: "three.js was <away>")
        let html = spaceView(content).html
        #expect(html.contains("three.js was &lt;away&gt;") && !html.contains("id=\"canvas\""))
    }
}
