import Foundation
import Planning

/// The margins of a screw in the order in which they are shown, each with its key in plan.json.
func marginNumbers(of screw: PlanFile.Screw, at index: Int) -> [(name: String, meaning: String, number: PlanNumber)] {
    let m = screw.margins
    let all: [(String, String, Double?)] = [
        ("medial", "bone towards the midline, in the pedicle", m?.medial),
        ("lateral", "bone away from the midline, in the pedicle", m?.lateral),
        ("superior", "bone towards the head, in the pedicle", m?.superior),
        ("inferior", "bone towards the feet, in the pedicle", m?.inferior),
        ("anterior", "bone in front of the tip", m?.anterior), ("canal", "from the shaft to the spinal canal", m?.canal),
    ]
    return all.map { ($0.0, $0.1, PlanNumber(value: $0.2, pointer: "/screws/\(index)/margins_mm/\($0.0)")) }
}

/// One row a direction: name, bar of 0 to 10 mm, number. A breach is a hatched bar to the left, and says so.
func marginBars(of screw: PlanFile.Screw, at index: Int) -> Markup {
    let rows = marginNumbers(of: screw, at: index).map { margin -> Markup in
        let value = margin.number.value ?? 0
        let breach: Markup = value < 0 ? " <strong class=\"alarm\">BREACH</strong>" : ""
        return """
            <tr><th scope="row">\(margin.name)</th><td>\(bar(value))</td><td class="figure">\(margin.number.markup(unit: "mm"))\(breach)</td><td class="meaning">\(margin.meaning)</td></tr>
            """
    }
    return
        "<table class=\"margins\"><caption>Margins: least distance from the shaft's surface (bars: 0 to 10 mm)</caption><tbody>\(rows)</tbody></table>"
}

private func bar(_ value: Double) -> Markup {
    let zero = 24.0
    let perMM = 12.0
    let length = min(abs(value), value < 0 ? 2 : 10) * perMM
    let x = value < 0 ? zero - length : zero
    let kind = value < 0 ? "bar breach" : "bar"
    let beyond = value > 10 ? "<text x=\"146\" y=\"11\" text-anchor=\"start\">\u{203A}</text>" : ""
    return Markup(
        trusted:
            "<svg class=\"marginbar\" viewBox=\"0 0 156 14\" aria-hidden=\"true\"><rect class=\"\(kind)\" x=\"\(svg(x))\" y=\"2\" width=\"\(svg(length))\" height=\"10\"/>"
            + "<line class=\"zero\" x1=\"24\" x2=\"24\" y1=\"0\" y2=\"14\"/>\(beyond)</svg>")
}

/// The least of the margins, and its direction; nil for a pedicle without a screw.
func leastMargin(of screw: PlanFile.Screw, at index: Int) -> (name: String, number: PlanNumber)? {
    marginNumbers(of: screw, at: index).filter { $0.number.value != nil }.min { $0.number.value! < $1.number.value! }.map {
        ($0.name, $0.number)
    }
}
