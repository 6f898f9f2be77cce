import Anatomy
import Foundation

/// Why a planned screw has this diameter, length and path.
func reasons(for chosen: ScrewCandidate, fillLimit: Double, catalogue: ScrewCatalogue, in scene: ScrewScene) -> [Finding] {
    [
        diameterReason(chosen, fillLimit: fillLimit, catalogue: catalogue, in: scene),
        lengthReason(chosen, catalogue: catalogue, in: scene),
        pathReason(chosen, in: scene),
    ]
}

private func diameterReason(
    _ chosen: ScrewCandidate, fillLimit: Double, catalogue: ScrewCatalogue, in scene: ScrewScene
) -> Finding {
    let fill = chosen.diameter / scene.pedicle.narrowest
    let values = ["diameter_mm": chosen.diameter, "isthmus_width_mm": scene.pedicle.narrowest, "fill": fill]
    if chosen.diameter == scene.typical.diameter {
        return Finding("diameter_usual", "\(chosen.diameter) mm is the usual diameter at \(scene.model.level)", values)
    }
    let allowed = min(fillLimit, scene.typical.diameter)
    if catalogue.screws.contains(where: { $0.diameter > chosen.diameter && $0.diameter <= allowed }) {
        return Finding(
            "diameter_limited_by_rules", "a thicker screw would break a rule on every path that was tried; see the alternatives", values)
    }
    let percent = Int((100 * scene.parameters.maximumFill).rounded())
    return Finding(
        "diameter_limited_by_pedicle",
        "the isthmus is \(oneDecimal(scene.pedicle.narrowest)) mm wide and may be filled to \(percent) %: \(chosen.diameter) mm fits safely",
        values)
}

private func lengthReason(_ chosen: ScrewCandidate, catalogue: ScrewCatalogue, in scene: ScrewScene) -> Finding {
    let longest = scene.longestLength(of: chosen.path)
    let values = ["length_mm": chosen.length, "longest_safe_mm": longest.byAnyRule]
    if chosen.length == scene.typical.length {
        return Finding("length_usual", "\(chosen.length) mm is the usual length at \(scene.model.level)", values)
    }
    if chosen.length > scene.typical.length {
        return Finding("length_to_reach_body", "longer than usual so that the tip reaches half-way into the body", values)
    }
    let made = catalogue.screws.first { $0.diameter == chosen.diameter }?.lengths ?? []
    guard made.contains(where: { $0 > chosen.length }) else {
        return Finding("length_longest_made", "the catalogue has no longer screw of \(chosen.diameter) mm", values)
    }
    let limit = oneDecimal(longest.byAnyRule)
    return longest.byAnteriorBone <= longest.byDepth
        ? Finding("length_limited_by_anterior_bone", "a longer screw would pass the \(limit) mm that the bone in front allows", values)
        : Finding(
            "length_limited_by_depth", "a longer screw would pass the \(limit) mm at which the tip is deep enough in the body", values)
}

private func pathReason(_ chosen: ScrewCandidate, in scene: ScrewScene) -> Finding {
    let s = chosen.score
    return Finding(
        "path_best_score", "this path has the best weighted score of all that were compared",
        [
            "score": s.total(scene.parameters), "wall": s.wall, "canal": s.canal, "endplate": s.endplate, "aim": s.aim,
            "centring": s.centring, "head": s.head, "length": s.length, "density": s.density,
        ])
}

func tooNarrow(_ pedicle: Pedicle, catalogue: ScrewCatalogue, parameters: ScrewParameters) -> Finding {
    let smallest = catalogue.screws[0].diameter
    return Finding(
        "pedicle_too_narrow",
        "the isthmus is \(oneDecimal(pedicle.narrowest)) mm wide; the smallest screw (\(smallest) mm) would fill it beyond the limit",
        ["isthmus_width_mm": pedicle.narrowest, "smallest_diameter_mm": smallest, "maximum_fill": parameters.maximumFill])
}

func noCorridor(_ pedicle: Pedicle, nearest: RejectedScrew?) -> Finding {
    let why = nearest?.reasons.map(\.message).joined(separator: "; ") ?? "no straight path runs through the pedicle's bone"
    return Finding("no_corridor", "no screw keeps every rule; the nearest: \(why)", ["isthmus_width_mm": pedicle.narrowest])
}

/// Published isthmus widths (mm), mean less and plus two standard deviations or the widest published band, by level.
private let widthBands: [VertebraLevel: ClosedRange<Double>] = [
    .t1: 6.5...12, .t2: 5...10, .t3: 3.5...9, .t4: 2.7...7.5, .t5: 3...8, .t6: 3.2...8.5, .t7: 3.5...9, .t8: 3.8...9.5,
    .t9: 4...10, .t10: 4...10.5, .t11: 4.8...12.5, .t12: 3.8...12.5, .t13: 3.8...12.5, .l1: 3.2...11.5, .l2: 3.5...12, .l3: 5...14,
    .l4: 7...18, .l5: 9...30, .l6: 9...30,
]

func widthWarning(_ pedicle: Pedicle, level: VertebraLevel) -> [Finding] {
    guard let band = widthBands[level], !band.contains(pedicle.width) else { return [] }
    return [
        Finding(
            "pedicle_width_unusual",
            "the isthmus is \(oneDecimal(pedicle.width)) mm wide, outside the published \(band.lowerBound)-\(band.upperBound) mm at \(level)",
            ["width_mm": pedicle.width, "lowest_mm": band.lowerBound, "highest_mm": band.upperBound])
    ]
}

func warnings(about screw: PlannedScrew, in scene: ScrewScene) -> [Finding] {
    var found: [Finding] = []
    if screw.depthFraction < scene.parameters.minimumDepthFraction {
        found.append(
            Finding(
                "shallow_tip", "the tip reaches only \(Int((100 * screw.depthFraction).rounded())) % of the body's depth",
                ["depth_fraction": screw.depthFraction]))
    }
    if let density = screw.density, density.mean < 123 {
        found.append(
            Finding(
                "low_density_path", "mean \(Int(density.mean.rounded())) HU along the path, under 123 HU where loosening has been reported",
                ["mean_hu": density.mean]))
    }
    if screw.gradeIfBoneIsSmaller != .a {
        found.append(
            Finding(
                "margin_within_voxel",
                "the bone round the shaft is thinner than the label's voxel: grade \(screw.gradeIfBoneIsSmaller.rawValue) if the label is one voxel too large",
                ["voxel_mm": scene.model.labelSpacing]))
    }
    return found
}
