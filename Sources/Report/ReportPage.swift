import Digests
import Foundation

/// The whole document. Its Content-Security-Policy forbids every request, and every script and style but those that stand in it, by their hashes.
struct ReportPage: Sendable {
    let content: ReportContent
    let header: CaseHeader
    let cards: [ScrewCard]
    let scene: SceneData

    func html() throws -> Data {
        let style = text(PackageResources.report_css)
        var scripts: [String] = []
        if case .three(let library, let controls) = content.viewer { scripts = [library, controls] }
        scripts.append(text(PackageResources.report_js))
        let page: Markup = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy(scripts: scripts, style: style))">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <link rel="icon" href="data:,">
            <title>Screw plan \(content.pseudonym ?? String(content.planSHA256.prefix(12)))</title>
            <style>\(Markup(trusted: style))</style>
            </head>
            <body>
            <nav class="noprint" aria-label="Parts of this report"><a href="#case">Case</a> <a href="#levels">Levels</a> <a href="#warnings">Warnings</a> <a href="#screws">Table</a> <a href="#three-d">3D</a> <a href="#cards">Each screw</a> <button type="button" id="help-button">Keys (?)</button></nav>
            <main>
            \(header.markup)
            <section id="screws" aria-labelledby="screws-title"><h2 id="screws-title">All screws: \(tally(content.plan))</h2>\(screwListing(content.plan))\(legend)</section>
            \(spaceView(content))
            <section id="cards" aria-labelledby="cards-title"><h2 id="cards-title">Each screw</h2>\(reading)\(cards.map(\.markup))</section>
            </main>
            <footer id="identity">Plan <code>\(content.planSHA256)</code><br>\(content.pseudonym ?? "no patient name kept") \u{00B7} \(content.tool) \u{00B7} research software, not a medical device</footer>
            \(help)
            <script type="application/json" id="scene">\(try scene.embedded())</script>
            \(try scripts.map { "<script>\(Markup(trusted: try embeddable($0)))</script>" } as [Markup])
            </body>
            </html>

            """
        return Data(page.html.utf8)
    }

    private var legend: Markup {
        """
        <p class="reading">Grade: Gertzbein-Robbins on the label's surface (A: inside the bone; B: less than 2 mm outside; C: 2 to 4; D: 4 to 6; E: 6 mm and more); in brackets, if the bone were one voxel smaller all round than its label. Least margin: the smallest of the six margins of the screw's card, with its direction; negative is a breach.</p>
        """
    }

    private var reading: Markup {
        """
        <p class="reading">Pictures: CT in a bone window (level 450 HU, width 1600 HU), as radiologists look: in axial, coronal and down-the-axis pictures the patient's right is on the picture's left. Letters: L left, R right, A front, P back, H head, F feet. <span class="key screw">Orange, thick</span>: the shaft where the picture cuts it; plus: entry; cross: tip. <span class="key vertebra">Blue, full</span>: this vertebra's label. <span class="key neighbour">Pink, dotted</span>: other labels. <span class="key canal">Yellow, dashed</span>: spinal canal as modelled. White ring: isthmus. Dark violet: outside of the scan. The screw's head is not drawn.</p>
        """
    }

    private var help: Markup {
        """
        <dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keys</h2><table><tbody><tr><th>j, right arrow</th><td>next screw</td></tr><tr><th>k, left arrow</th><td>screw before</td></tr><tr><th>t</th><td>table of all screws</td></tr><tr><th>3</th><td>3D view; there arrows turn, + and - zoom</td></tr><tr><th>Tab</th><td>next link, button or card</td></tr><tr><th>?</th><td>this help</td></tr><tr><th>Esc</th><td>closes it</td></tr></tbody></table><form method="dialog"><button>Close</button></form></dialog>
        """
    }
}

/// Scripts without a policy entry of their own do not run: not from the network, not from a name that got past the escaping.
private func policy(scripts: [String], style: String) -> String {
    let allowed = scripts.map(policySource).joined(separator: " ")
    return "default-src 'none'; script-src \(allowed); style-src \(policySource(of: style)); img-src data:; "
        + "connect-src 'none'; base-uri 'none'; form-action 'none'"
}

/// The source of a script or style that stands in the page, for its policy.
func policySource(of text: String) -> String {
    let digits = Array(sha256(of: Data(text.utf8)))
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    return "'sha256-\(Data(bytes).base64EncodedString())'"
}

/// Line ends as a browser makes them before it hashes.
private func text(_ bytes: [UInt8]) -> String { withPlainLineEnds(String(decoding: bytes, as: UTF8.self)) }

func withPlainLineEnds(_ text: String) -> String {
    text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
}

/// A script in which nothing ends its element.
func embeddable(_ script: String) throws(ReportError) -> String {
    let lowered = script.lowercased()
    guard !lowered.contains("</script"), !lowered.contains("<!--") else { throw ReportError.scriptNotEmbeddable }
    return script
}
