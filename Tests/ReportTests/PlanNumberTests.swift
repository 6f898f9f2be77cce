import Testing

@testable import Report

@Suite struct PlanNumberTests {
    @Test func digitsFactorAndPointer() {
        let number = PlanNumber(value: 0.4567, pointer: "/screws/1/depth_fraction", digits: 0, factor: 100)
        #expect(number.text == "46")
        #expect(
            number.markup(unit: "%").html
                == "<span class=\"number\" data-plan=\"/screws/1/depth_fraction\" data-digits=\"0\" data-factor=\"100\">46</span>&nbsp;%")
    }

    /// What would read as no margin at all, or lose the sign of a breach, gets more digits.
    @Test(arguments: [(-0.04, "-0.04"), (-0.004, "-0.004"), (0.049, "0.05"), (0, "0.0"), (0.05, "0.1"), (-1.26, "-1.3"), (0.0001, "0.000")])
    func smallNumbersDoNotReadAsZero(value: Double, text: String) { #expect(PlanNumber(value: value, pointer: "").text == text) }

    @Test func aMissingNumberSaysWhy() {
        #expect(PlanNumber(value: nil, pointer: "").markup(unit: "mm", otherwise: "no <CT>").html.contains("none: no &lt;CT&gt;"))
    }
}
