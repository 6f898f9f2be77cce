import Foundation

/// The section with the view in space, and its controls.
func spaceView(_ content: ReportContent) -> Markup {
    guard case .three = content.viewer else {
        var reason = ""
        if case .missing(let why) = content.viewer { reason = why }
        return section("<p class=\"absent\" id=\"no-viewer\">No 3D view: when this report was written, \(reason)</p>")
    }
    let levels = content.meshes.map { mesh -> Markup in
        """
        <li><label><input type="checkbox" checked data-show="\(mesh.level)"> \(mesh.level)</label> <button type="button" data-isolate="\(mesh.level)" aria-label="\(mesh.level) alone">alone</button></li>
        """
    }
    let looks = [
        ("front", "from the front"), ("back", "from behind"), ("left", "from the patient's left"), ("right", "from the patient's right"),
        ("head", "from the head"),
    ]
    let buttons = looks.map { look -> Markup in "<button type=\"button\" data-look=\"\(look.0)\">\(look.1)</button>" }
    return section(
        """
        <p id="no-webgl" class="banner alarm" hidden>\u{26A0} This browser has no WebGL, which draws the 3D view. All else on this page stands without it.</p>
        <div id="space"><div id="canvas" tabindex="0" role="img" aria-label="Vertebrae and screws; arrow keys turn, plus and minus zoom"></div>
        <div class="controls noprint"><p>\(buttons) <button type="button" id="nearer" aria-label="zoom in">+</button> <button type="button" id="farther" aria-label="zoom out">\u{2212}</button></p>
        <p><label>Bone <input type="range" id="opacity" min="0" max="100" value="45"> opaque</label> <button type="button" id="all">show all</button></p>
        <ul class="toggles">\(levels)</ul></div></div>
        <p class="reading"><span id="look">Seen from the front: the patient's left is on the right.</span> Letters: L left, R right, A front, P back, H head, F feet. Screws: <span class="key left">blue, the patient's left</span>, <span class="key right">pink, the patient's right</span>; refused pedicles have a name and no screw. Bone surfaces are simplified for this page (by about 0.1 mm): measure on the CT, not here. Vertebrae stand as they lay in the scanner.</p>
        """)
}

private func section(_ inner: Markup) -> Markup {
    "<section id=\"three-d\" aria-labelledby=\"three-d-title\"><h2 id=\"three-d-title\">Vertebrae and screws in space</h2>\(inner)</section>"
}
