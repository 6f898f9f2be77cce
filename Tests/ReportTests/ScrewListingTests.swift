import Testing

@testable import Report

@Suite struct ScrewListingTests {
    @Test func refusalsAreRowsAsAnyOther() {
        let html = screwListing(PhantomReport.content.plan).html
        #expect(
            html.components(separatedBy: "<tr class=\"refused\">").count == 3
                && html.components(separatedBy: "<tr class=\"planned\">").count == 3)
        #expect(html.contains("level_not_in_labels") || html.contains("not in the labels"))
        #expect(tally(PhantomReport.content.plan) == "2 planned, 2 refused")
    }
}
