import Foundation
import Planning

/// Whose plan it is, of which scan, by what, and what to know before any use.
struct CaseHeader: Sendable {
    let content: ReportContent
    /// Of the whole spine, coronal and sagittal; empty without labels.
    let spine: [EmbeddedPicture]

    var markup: Markup {
        """
        <header id="case">
        <h1>Pedicle screw plan</h1>
        \(identity)
        <p class="notice"><strong>\(content.plan.notice)</strong> Left and right are always the patient's.</p>
        \(banners)
        <section id="levels" aria-labelledby="levels-title"><h2 id="levels-title">Levels</h2>
        <p>\(count)</p>
        <p><strong>What the count rests on:</strong> \(content.levelBasis.sentence)</p>
        <div class="pictures spine">\(spine.map(\.figure))</div>
        <p class="reading">Yellow names: asked for. Grey names: labelled, not asked for. Orange outlines: shafts. Brightest bone along the line of sight, in a slab round the spine, so near and far are not told apart.</p>
        </section>
        <section id="warnings" aria-labelledby="warnings-title"><h2 id="warnings-title">Warnings</h2>\(warnings)</section>
        </header>
        """
    }

    private var identity: Markup {
        let image = content.plan.image
        let missing: Markup = "<span class=\"absent\">none: the scan's files give none</span>"
        func uid(_ value: String?, _ key: String) -> Markup {
            value.map { "<code data-plan-text=\"/image/\(key)\">\($0)</code>" } ?? missing
        }
        let name: Markup =
            content.pseudonym.map { "<strong id=\"pseudonym\">\($0)</strong>" }
            ?? "<span class=\"absent\" id=\"pseudonym\">no patient name kept: lamina takes none from the scan, and none was given with --pseudonym</span>"
        let size = (0..<3).map { PlanNumber(value: Double(image.size[$0]), pointer: "/image/size/\($0)", digits: 0).markup() }.joined(
            separator: " \u{00D7} ")
        let spacing = (0..<3).map { PlanNumber(value: image.spacing[$0], pointer: "/image/spacing_mm/\($0)", digits: 2).markup() }.joined(
            separator: " \u{00D7} ")
        let studyDate: Markup =
            content.studyDate.map { "\($0)" }
            ?? "<span class=\"absent\">not kept: lamina takes no dates from the scan, and none was given with --study-date. The identifiers below lead to the study in the archive.</span>"
        return """
            <table class="identity"><tbody>
            <tr><th scope="row">Patient</th><td>\(name)</td></tr>
            <tr><th scope="row">Study date</th><td id="study-date">\(studyDate)</td></tr>
            <tr><th scope="row">Study UID</th><td>\(uid(image.studyUID, "study_instance_uid"))</td></tr>
            <tr><th scope="row">Series UID</th><td>\(uid(image.seriesUID, "series_instance_uid"))</td></tr>
            <tr><th scope="row">Scan, SHA-256</th><td><code data-plan-text="/image/sha256">\(image.sha256)</code></td></tr>
            <tr><th scope="row">Voxels</th><td>\(size), of \(spacing) mm</td></tr>
            <tr><th scope="row">Plan, SHA-256 of plan.json</th><td><code id="plan-hash">\(content.planSHA256)</code></td></tr>
            <tr><th scope="row">Made by</th><td>\(content.tool)</td></tr>
            </tbody></table>
            """
    }

    private var banners: Markup {
        var all: [Markup] = []
        if content.isLevelEstimated {
            all.append(
                "<div class=\"banner alarm\" role=\"alert\" id=\"estimated\"><strong>\u{26A0} LEVEL ESTIMATED.</strong> Nothing in view settles which vertebra is which, so every name here may be wrong by one level or more. Count before any use.</div>"
            )
        }
        if content.isSyntheticCT {
            all.append(
                "<div class=\"banner alarm\" role=\"alert\" id=\"synthetic\"><strong>\u{26A0} SYNTHETIC CT.</strong> The image was not made by X-rays. Pedicles on such images may be far off, and Hounsfield units are not genuine.</div>"
            )
        }
        let refused = content.plan.screws.count { Shaft($0) == nil }
        if refused > 0 {
            all.append(
                "<div class=\"banner\" id=\"refusals\"><strong>\u{26A0} \(refused) of \(content.plan.screws.count) pedicles \(refused == 1 ? "has" : "have") no screw</strong>: refused, or taken out. The reasons stand in the table.</div>"
            )
        }
        let byHand = content.plan.screws.count { $0.edit != nil }
        if byHand > 0 {
            all.append(
                "<div class=\"banner\" id=\"edited\"><strong>\u{26A0} A person changed \(byHand) of \(content.plan.screws.count) pedicles.</strong> Each says so, and what was there before.</div>"
            )
        }
        all.append(
            "<div class=\"banner\" id=\"approval\"><strong>Whether this plan is approved is not written here</strong>, because an approval signs the case as it stands: ask <code>lamina verify</code>.</div>"
        )
        all.append(
            "<div class=\"banner\" id=\"supine\"><strong>The CT was taken lying.</strong> Vertebrae shift against each other between that scan and the operating table: each screw is true in its own vertebra only. Count the levels anew under X-ray.</div>"
        )
        return all.joined()
    }

    private var count: Markup {
        var seen: Set<String> = []
        let levels = content.plan.screws.map(\.level).filter { seen.insert($0).inserted }
        return
            "\(levels.count) level\(levels.count == 1 ? "" : "s") asked for: \(levels.joined(separator: ", ")). \(content.plan.screws.count) pedicles: \(tally(content.plan))."
    }

    private var warnings: Markup {
        let ofCase = content.plan.warnings.map { warning -> Markup in
            let levels: Markup = warning.levels.isEmpty ? "" : " (\(warning.levels.joined(separator: ", ")))"
            return "<li>\(warning.message)\(levels) <code>\(warning.code)</code></li>"
        }
        let ofVertebrae = content.plan.vertebrae.flatMap { vertebra in
            vertebra.warnings.map { finding -> Markup in "<li>\(vertebra.level): \(finding.message) <code>\(finding.code)</code></li>" }
        }
        let all = ofCase + ofVertebrae
        return all.isEmpty
            ? "<p>None about the scan, its labels or the vertebrae. Those of single screws stand with them.</p>"
            : "<ul class=\"findings warnings\">\(all)</ul>"
    }
}
