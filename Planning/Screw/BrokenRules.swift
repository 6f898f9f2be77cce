import Anatomy
import Frames

/// By how much a distance may fall short of a rule's limit, mm: the precision of the sampled surface, below which a breach counts as none too.
private let tolerance = 0.05

/// The hard rules that a candidate breaks, each measured on this very screw in its place; empty when it may be planned.
func brokenRules(_ candidate: ScrewCandidate, in scene: ScrewScene) -> [Finding] {
    let (path, diameter, length) = (candidate.path, candidate.diameter, candidate.length)
    let room = margins(of: path, diameter: diameter, length: length, in: scene)
    let outside = breach(of: path, radius: diameter / 2, along: gradedPart(diameter: diameter, length: length, in: scene), in: scene)
    return [
        brokenFill(diameter, in: scene), brokenWall(room, outside: outside, in: scene), brokenCanal(room, in: scene),
        brokenAnterior(room, in: scene), brokenDepth(scene.depthFraction(of: path.point(length)), in: scene),
        brokenMidline(midlineDistance(of: path, radius: diameter / 2, length: length, in: scene), in: scene),
        brokenNeighbour(neighbourDistance(of: path, radius: diameter / 2, length: length, in: scene), in: scene),
        brokenHead(boneBehindHead(of: path, in: scene), in: scene), brokenSeat(path.axisCortex, in: scene),
    ].compactMap { $0 }
}

private func brokenFill(_ diameter: Double, in scene: ScrewScene) -> Finding? {
    let narrowest = scene.pedicle.narrowest
    let (fill, limit) = (diameter / narrowest, scene.parameters.maximumFill)
    guard fill > limit else { return nil }
    return Finding(
        "fills_pedicle", "\(diameter) mm would fill \(Int((100 * fill).rounded())) % of the \(oneDecimal(narrowest)) mm isthmus",
        ["fill": fill, "limit": limit])
}

private func brokenWall(_ room: ScrewMargins, outside: Double, in scene: ScrewScene) -> Finding? {
    let limit = scene.parameters.minimumWall
    let walls = [("medial", room.medial), ("lateral", room.lateral), ("superior", room.superior), ("inferior", room.inferior)]
    let thinnest = walls.min { $0.1 < $1.1 }!
    let values = ["breach_mm": max(outside, -thinnest.1, 0), "medial_mm": room.medial, "lateral_mm": room.lateral, "limit_mm": limit]
    if thinnest.1 < -tolerance || GertzbeinRobbins(breach: outside) != .a {
        let code = room.medial < 0 ? "medial_breach" : "wall_breach"
        return Finding(code, "the shaft would stand \(oneDecimal(max(outside, -thinnest.1))) mm outside the bone", values)
    }
    guard thinnest.1 < limit - tolerance else { return nil }
    return Finding(
        "wall_too_thin", "the \(thinnest.0) wall would keep \(twoDecimals(thinnest.1)) mm of bone, less than \(limit) mm", values)
}

private func brokenCanal(_ room: ScrewMargins, in scene: ScrewScene) -> Finding? {
    let limit = scene.parameters.minimumCanalDistance
    let values = ["canal_mm": room.canal, "limit_mm": limit]
    if room.canal < 0 { return Finding("canal_breach", "the shaft would enter the spinal canal by \(oneDecimal(-room.canal)) mm", values) }
    guard room.canal < limit - tolerance else { return nil }
    return Finding(
        "canal_too_near", "the shaft would come within \(twoDecimals(room.canal)) mm of the spinal canal, nearer than \(limit) mm", values)
}

private func brokenAnterior(_ room: ScrewMargins, in scene: ScrewScene) -> Finding? {
    let limit = scene.parameters.minimumAnteriorMargin
    guard room.anterior < limit else { return nil }
    let what =
        room.anterior < 0
        ? "the tip would stand \(oneDecimal(-room.anterior)) mm out of the bone in front of it"
        : "only \(oneDecimal(room.anterior)) mm of bone would be left in front of the tip"
    return Finding("anterior_margin", what, ["anterior_mm": room.anterior, "limit_mm": limit])
}

private func brokenDepth(_ depth: Double, in scene: ScrewScene) -> Finding? {
    let percent = Int((100 * depth).rounded())
    let (least, most) = (scene.parameters.refusedDepthFraction, scene.parameters.maximumDepthFraction)
    if depth > most + 1e-9 {
        return Finding("too_deep", "the tip would reach \(percent) % of the body's depth", ["depth_fraction": depth, "limit": most])
    }
    guard depth < least else { return nil }
    let what = depth < 0 ? "the tip would not reach the body" : "the tip would reach only \(percent) % of the body's depth and hold little"
    return Finding("not_in_body", what, ["depth_fraction": depth, "limit": least])
}

private func brokenMidline(_ distance: Double, in scene: ScrewScene) -> Finding? {
    let limit = scene.parameters.minimumMidlineDistance
    guard distance < limit - tolerance else { return nil }
    return Finding(
        "midline", "the shaft would come within \(oneDecimal(max(0, distance))) mm of the midline or cross it",
        ["midline_mm": distance, "limit_mm": limit])
}

private func brokenNeighbour(_ distance: Double, in scene: ScrewScene) -> Finding? {
    let limit = scene.parameters.minimumNeighbourDistance
    guard distance < limit - tolerance else { return nil }
    return Finding(
        "neighbour_too_near", "the shaft would come within \(oneDecimal(max(0, distance))) mm of the next vertebra or enter it",
        ["neighbour_mm": distance, "limit_mm": limit])
}

private func brokenHead(_ bone: Double, in scene: ScrewScene) -> Finding? {
    let limit = scene.parameters.trimmedBehindHead
    guard bone > limit + tolerance else { return nil }
    return Finding(
        "obstructed", "the way to the entry runs \(oneDecimal(bone)) mm deep in bone of the same vertebra behind the screw's head",
        ["bone_mm": bone, "limit_mm": limit])
}

/// A screw that the planner seats is never that far off; one that a person places may be, and neither head nor entry zone are then where they are taken to be.
private func brokenSeat(_ buried: Double, in scene: ScrewScene) -> Finding? {
    let limit = scene.parameters.maximumSeatOffset
    guard abs(buried) > limit + tolerance else { return nil }
    let what =
        "the entry lies \(oneDecimal(abs(buried))) mm \(buried > 0 ? "inside the bone, before" : "off the bone, behind") the dorsal cortex"
    return Finding("off_cortex", what, ["cortex_mm": buried, "limit_mm": limit])
}
