import Foundation
import Planning

/// All of one pedicle: three pictures, numbers, reasons. Planned or refused, it takes the same room.
struct ScrewCard: Sendable {
    let screw: PlanFile.Screw
    let index: Int
    let content: ReportContent
    let pictures: [EmbeddedPicture]
    let profile: DensityProfile?

    /// Draws the pictures. Complexity: some 0.1 s.
    init(_ screw: PlanFile.Screw, at index: Int, in content: ReportContent, places: LabelPlaces) throws {
        (self.screw, self.index, self.content) = (screw, index, content)
        pictures = try pedicleViews(of: screw, in: content, places: places).map { view in
            try EmbeddedPicture(
                view.picture.drawn(), title: view.title, caption: view.caption,
                text: "\(view.title) of \(screw.level), the patient's \(screw.side.rawValue): \(view.caption)")
        }
        profile = content.isSyntheticCT ? nil : Shaft(screw).map { DensityProfile(along: $0, in: content.ct) }
    }

    var name: String { "\(screw.level) \(screw.side.rawValue)" }

    var markup: Markup {
        """
        <article class="card \(kind)" id="screw-\(index)" tabindex="0" aria-labelledby="screw-\(index)-name" data-level="\(screw.level)" data-side="\(screw.side.rawValue)">
        <h3 id="screw-\(index)-name"><span data-plan-text="/screws/\(index)/level">\(screw.level)</span> \(sideWords(screw, at: index)) <small>the patient's \(screw.side.rawValue)</small> \(statusBadge(screw.status.rawValue, at: index)) \(size)</h3>
        \(hasScrew ? "" : refusal)
        \(edit)
        \(images)
        <div class="facts"><div>\(screw.margins == nil ? "" : marginBars(of: screw, at: index))\(numbers)</div><div>\(density)</div></div>
        \(findings)
        \(alternatives)
        <p class="links noprint"><button type="button" data-isolate="\(screw.level)">Show \(screw.level) alone in the 3D view</button> <a href="#screws">Back to the table</a></p>
        </article>
        """
    }

    private var kind: String { StatusKind(screw.status.rawValue).rawValue }

    private var hasScrew: Bool { Shaft(screw) != nil }

    private func number(_ value: Double?, _ path: String, digits: Int = 1, factor: Double = 1) -> PlanNumber {
        PlanNumber(value: value, pointer: "/screws/\(index)/\(path)", digits: digits, factor: factor)
    }

    private var size: Markup {
        guard screw.diameter != nil else { return "" }
        return
            "<span class=\"size\">\u{00D8} \(number(screw.diameter, "diameter_mm").markup()) \u{00D7} \(number(screw.length, "length_mm").markup(unit: "mm"))</span> grade \(gradeBadge(screw.grade, pointer: "/screws/\(index)/grade"))"
    }

    private var refusal: Markup {
        "<div class=\"refusal\"><strong>\(screw.status == .removed ? "A person took the screw out." : "No screw is planned here.")</strong>\(findingList(screw.reasons, of: "reasons"))</div>"
    }

    /// What a person changed, and what was there before.
    private var edit: Markup {
        guard let edit = screw.edit else { return "" }
        let before = edit.before
        let size: Markup =
            before.diameter == nil
            ? "no screw"
            : "\u{00D8} \(number(before.diameter, "edit/before/diameter_mm").markup()) \u{00D7} \(number(before.length, "edit/before/length_mm").markup(unit: "mm")), grade \(gradeBadge(before.grade, pointer: "/screws/\(index)/edit/before/grade"))"
        let risk: Markup =
            edit.acceptedRisk.map { risk in
                "<p><strong class=\"alarm\">It breaks:</strong></p>\(findingList(risk.broken, of: "reasons"))<p><strong>It stands because, in the person's words:</strong> \(risk.reason)</p>"
            } ?? ""
        let worse: Markup =
            edit.worse.isEmpty ? "" : "<p><strong>Worse than lamina's own screw:</strong></p>\(findingList(edit.worse, of: "warnings"))"
        return """
            <div class="edit"><strong>Changed by a person: \(edit.action.rawValue)</strong> (by \(edit.source.rawValue)). Before: <span data-plan-text="/screws/\(index)/edit/before/status">\(before.status.rawValue)</span>, \(size).\(worse)\(risk)</div>
            """
    }

    private var images: Markup {
        pictures.isEmpty
            ? "<p class=\"absent\">No picture: \(screw.level) is not in the labels, so there is no place to show.</p>"
            : "<div class=\"pictures\">\(pictures.map(\.figure))</div>"
    }

    private var numbers: Markup {
        var rows: [(Markup, Markup)] = []
        if let angles = screw.angles {
            let (t, s) = (angles.transverse, angles.sagittal)
            rows.append(
                (
                    "Angle to the vertebra's midline",
                    "\(number(t, "angles_deg/transverse", factor: t < 0 ? -1 : 1).markup(unit: "\u{00B0}")) \(t < 0 ? "lateral: the tip is farther from the midline than the entry" : "medial: the tip is nearer to the midline than the entry")"
                ))
            rows.append(
                (
                    "Angle to the vertebra's own axial plane",
                    "\(number(s, "angles_deg/sagittal", factor: s < 0 ? -1 : 1).markup(unit: "\u{00B0}")) \(s < 0 ? "caudal: the tip is nearer to the feet" : "cranial: the tip is nearer to the head")"
                ))
        }
        if let pedicle = screw.pedicle {
            rows.append(
                (
                    "Pedicle at its isthmus",
                    "\(number(pedicle.width, "pedicle/width_mm").markup(unit: "mm")) wide, \(number(pedicle.height, "pedicle/height_mm").markup(unit: "mm")) high"
                ))
        } else {
            rows.append(("Pedicle at its isthmus", "<span class=\"absent\">none: no isthmus was found</span>"))
        }
        if screw.entry != nil {
            rows.append(
                (
                    "Depth of the tip in the body, on a lateral view",
                    number(screw.depthFraction, "depth_fraction", digits: 0, factor: 100).markup(unit: "%")
                ))
            rows.append(
                (
                    "Grade if the bone were one voxel smaller all round",
                    gradeBadge(screw.gradeIfBoneIsSmaller, pointer: "/screws/\(index)/grade_if_bone_is_one_voxel_smaller")
                ))
            rows.append(("Entry, CT coordinates: left, back, head", coordinates(screw.entry, "entry_lps_mm")))
            rows.append(("Tip, CT coordinates: left, back, head", coordinates(screw.tip, "tip_lps_mm")))
        }
        return
            "<table class=\"numbers\"><tbody>\(rows.map { row -> Markup in "<tr><th scope=\"row\">\(row.0)</th><td>\(row.1)</td></tr>" })</tbody></table>"
    }

    private func coordinates(_ point: [Double]?, _ key: String) -> Markup {
        (0..<3).map { number(point?[$0], "\(key)/\($0)").markup() }.joined(separator: ", ") + "&nbsp;mm"
    }

    private var density: Markup {
        guard let length = screw.length, screw.entry != nil else { return "" }
        if content.isSyntheticCT {
            return "<p class=\"absent\">No Hounsfield units: the CT is synthetic, and its values are not genuine.</p>"
        }
        let mean: Markup
        if let hu = screw.hu {
            mean = """
                <p>Mean along the path \(number(hu.mean, "hu/mean", digits: 0).markup(unit: "HU")), from \(number(hu.minimum, "hu/minimum", digits: 0).markup()) to \(number(hu.maximum, "hu/maximum", digits: 0).markup(unit: "HU")) <small>(\(hu.method))</small></p>
                """
        } else {
            mean = "<p class=\"absent\">No mean of Hounsfield units: the path was not measured.</p>"
        }
        guard let profile else { return mean }
        return
            "<figure class=\"density\">\(profile.chart(length: length, name: name))<figcaption>HU along the path: \(DensityProfile.method). No diagnosis of bone quality.</figcaption></figure>\(mean)"
    }

    private var findings: Markup {
        let warnings: Markup = screw.warnings.isEmpty ? "" : "<h4>Warnings</h4>\(findingList(screw.warnings, of: "warnings"))"
        let reasons: Markup =
            !hasScrew || screw.reasons.isEmpty ? "" : "<h4>Why this screw</h4>\(findingList(screw.reasons, of: "reasons"))"
        return warnings + reasons
    }

    private var alternatives: Markup {
        guard !screw.alternatives.isEmpty else {
            return "<h4>Rejected alternatives</h4><p class=\"absent\">none: no other candidate was kept</p>"
        }
        let rows = screw.alternatives.enumerated().map { n, other -> Markup in
            let why = other.rejectedBecause.map(\.message).joined(separator: "; ")
            return """
                <tr><td class="figure">\u{00D8} \(number(other.diameter, "alternatives/\(n)/diameter_mm").markup()) \u{00D7} \(number(other.length, "alternatives/\(n)/length_mm").markup(unit: "mm"))</td><td>\(why.isEmpty ? "no rule broken; its score was lower" : why)</td></tr>
                """
        }
        return
            "<table class=\"alternatives\"><caption>Rejected alternatives</caption><thead><tr><th scope=\"col\">Screw</th><th scope=\"col\">Rejected because</th></tr></thead><tbody>\(rows)</tbody></table>"
    }
}
