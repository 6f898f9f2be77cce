import Foundation

extension DensityProfile {
    /// The profile as a small drawing (SVG): depth in mm to the right, HU upwards, the shaft's span shaded.
    func chart(length: Double, name: String) -> Markup {
        let area = ChartArea(depths: -5...(length + 5), values: values)
        var parts: [Markup] = []
        let (left, right) = (area.x(0), area.x(length))
        parts.append(
            Markup(
                trusted:
                    "<rect class=\"span\" x=\"\(svg(left))\" y=\"\(svg(area.top))\" width=\"\(svg(right - left))\" height=\"\(svg(area.bottom - area.top))\"/>"
            ))
        for hu in area.ticks { parts.append(gridLine(hu, area)) }
        for depth in stride(from: 0.0, through: length, by: 10) {
            parts.append(label(String(format: "%.0f", depth), x: area.x(depth), y: area.bottom + 13, anchor: "middle"))
        }
        parts.append(label("entry", x: left, y: area.top - 3, anchor: "middle"))
        parts.append(label("tip", x: right, y: area.top - 3, anchor: "middle"))
        parts.append(label("depth, mm", x: (area.left + area.right) / 2, y: area.bottom + 27, anchor: "middle"))
        parts.append(label("HU", x: area.left - 4, y: 12, anchor: "end"))
        parts += lines(area)
        return """
            <svg class="profile" viewBox="0 0 \(Int(ChartArea.size.x)) \(Int(ChartArea.size.y))" role="img" aria-label="HU along the path of \(name)">\(parts)</svg>
            """
    }

    private var values: ClosedRange<Double> {
        let known = samples.compactMap(\.hu)
        return (min(0, known.min() ?? 0))...(max(500, known.max() ?? 0))
    }

    private func gridLine(_ hu: Double, _ area: ChartArea) -> Markup {
        let y = svg(area.y(hu))
        return Markup(trusted: "<line class=\"grid\" x1=\"\(svg(area.left))\" x2=\"\(svg(area.right))\" y1=\"\(y)\" y2=\"\(y)\"/>")
            + label(String(format: "%.0f", hu), x: area.left - 4, y: area.y(hu) + 4, anchor: "end")
    }

    /// One line for each run of depths that were measured: a gap stays a gap.
    private func lines(_ area: ChartArea) -> [Markup] {
        samples.split { $0.hu == nil }.map { run in
            let points = run.map { "\(svg(area.x($0.depth))),\(svg(area.y($0.hu ?? 0)))" }.joined(separator: " ")
            return Markup(trusted: "<polyline class=\"curve\" points=\"\(points)\"/>")
        }
    }

    private func label(_ text: String, x: Double, y: Double, anchor: String) -> Markup {
        Markup(trusted: "<text x=\"\(svg(x))\" y=\"\(svg(y))\" text-anchor=\"\(anchor)\">") + Markup(text: text) + "</text>"
    }
}

/// Where depths and HU fall in the drawing.
private struct ChartArea {
    static let size = SIMD2(340.0, 184.0)
    let left = 48.0
    let right = size.x - 8
    let top = 30.0
    let bottom = size.y - 34
    let depths: ClosedRange<Double>
    let values: ClosedRange<Double>

    func x(_ depth: Double) -> Double { left + (depth - depths.lowerBound) / (depths.upperBound - depths.lowerBound) * (right - left) }
    func y(_ hu: Double) -> Double { bottom - (hu - values.lowerBound) / (values.upperBound - values.lowerBound) * (bottom - top) }

    /// Whole hundreds, about five of them.
    var ticks: [Double] {
        let step = [100, 200, 500, 1000].first { (values.upperBound - values.lowerBound) / $0 <= 6 } ?? 2000
        // Plus 0: what is rounded up to none must not be written as "-0".
        return Array(stride(from: (values.lowerBound / step).rounded(.up) * step + 0, through: values.upperBound, by: step))
    }
}

/// A coordinate of a drawing.
func svg(_ value: Double) -> String { String(format: "%.1f", value) }
