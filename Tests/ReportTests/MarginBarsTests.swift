import Testing

@testable import Report

@Suite struct MarginBarsTests {
    @Test func everyDirectionWithItsNumberAndABreachInWords() throws {
        let index = PhantomReport.index("L1", .right)
        var screw = PhantomReport.content.plan.screws[index]
        let sound = marginBars(of: screw, at: index).html
        for name in ["medial", "lateral", "superior", "inferior", "anterior", "canal"] {
            #expect(sound.contains("data-plan=\"/screws/\(index)/margins_mm/\(name)\""))
        }
        #expect(!sound.contains("BREACH"))
        screw.margins?.inferior = -0.04
        let broken = marginBars(of: screw, at: index).html
        #expect(broken.contains("BREACH") && broken.contains(">-0.04<"))
        let least = try #require(leastMargin(of: screw, at: index))
        #expect(least.name == "inferior" && least.number.value == -0.04)
        #expect(leastMargin(of: PhantomReport.content.plan.screws[PhantomReport.index("T9", .left)], at: 0) == nil)
    }
}
