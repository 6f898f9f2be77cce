import Anatomy
import Frames
import Volumes

/// Checks that the levels follow one another along the spine, and warns about gaps and steps that no spine has.
///
/// - Throws: `SegmentationError.upsideDown` and `.wrongOrder`. Complexity: O(levels²).
func checkOrder(of regions: [LabelledRegion], scheme: LabelScheme) throws -> [LabelWarning] {
    guard let first = regions.first, let last = regions.last, regions.count > 1 else { return [] }
    let down = spineDirection(of: regions)
    if let found = orderWhenFolded(regions) { throw SegmentationError.wrongOrder(found: found) }
    let uprightness = -down.xyz.z
    guard uprightness > -0.5 else {
        throw SegmentationError.upsideDown(cranial: first.level, caudal: last.level, scheme: scheme)
    }
    var warnings: [LabelWarning] = []
    if uprightness < 0.5 {
        warnings.append(
            LabelWarning(
                .obliqueSpine, levels: regions.map(\.level),
                "the spine runs more than 60 degrees off the scan's head-foot axis; check that the image's orientation is right"))
    }
    return warnings + checkSteps(regions)
}

/// The levels' order from head to foot as it lies in the map, when that is not the anatomical order; nil when it is.
///
/// Each step to the next level must go on within 90 degrees of the step before, 120 for the step to the sacrum, whose centroid lies far
/// behind: a spine never folds back within one level.
private func orderWhenFolded(_ regions: [LabelledRegion]) -> [VertebraLevel]? {
    let steps = zip(regions, regions.dropFirst()).map { (to: $1.level, vector: $1.centroid - $0.centroid) }
    let folds = zip(steps, steps.dropFirst()).contains { before, after in
        let limit = after.to == .s1 ? -0.5 : 0
        return before.vector.dot(after.vector) <= limit * before.vector.length * after.vector.length
    }
    guard folds else { return nil }
    // Along the line that most of the points follow; its sense is from the half that should be cranial to the other.
    let half = regions.count / 2
    let cranial = Point.mean(of: regions.prefix(half).map(\.centroid))
    let caudal = Point.mean(of: regions.suffix(half).map(\.centroid))
    let down = cranial.flatMap { c in caudal.flatMap { UnitVector($0 - c) } } ?? -UnitVector<Patient>.z
    return regions.sorted { ($0.centroid - $1.centroid).dot(down) < 0 }.map(\.level)
}

/// The median distance from each level's body centre to the next one's, mm.
///
/// Measured on the 1,947 adult CTs of the ImFusion VID points (61 to 1,884 scans a step); the central 98 % of people lie within 0.72 and
/// 1.5 of it for C1-C7 and 0.79 and 1.26 of it below C7.
private let usualStep: [VertebraLevel: Double] = [
    .c1: 17.2, .c2: 24.2, .c3: 17.8, .c4: 17.2, .c5: 16.8, .c6: 17.5, .c7: 19.7, .t1: 20.8, .t2: 20.9, .t3: 21.0, .t4: 21.6, .t5: 22.1,
    .t6: 22.7, .t7: 23.3, .t8: 24.0, .t9: 25.2, .t10: 27.2, .t11: 29.6, .t12: 32.4, .l1: 34.5, .l2: 35.7, .l3: 36.5, .l4: 36.3,
]

private func checkSteps(_ regions: [LabelledRegion]) -> [LabelWarning] {
    var warnings: [LabelWarning] = []
    let steps = zip(regions, regions.dropFirst()).map(SpineStep.init)
    // Whole vertebrae tell this person's scale; cut ones have a shifted centroid.
    let ratios = steps.filter { $0.between.isEmpty && $0.isTrusted }.compactMap(\.ratio).sorted()
    let scale = ratios.isEmpty ? 1 : ratios[ratios.count / 2]
    if ratios.count >= 2, scale < 0.75 || scale > 1.33 {
        warnings.append(
            LabelWarning(
                .implausibleSpacing, levels: regions.map(\.level),
                "steps between these levels are \(scale.percent) of an adult's usual ones: the scheme or the numbering may be wrong, "
                    + "or the patient is a child"))
    }
    for step in steps { warnings += step.warnings(scale: scale) }
    return warnings
}

/// The way from one labelled level to the next labelled one.
private struct SpineStep {
    let upper: LabelledRegion
    let lower: LabelledRegion
    let length: Double
    /// Levels that nearly everyone has and that lie between the two.
    let between: [VertebraLevel]

    init(_ upper: LabelledRegion, _ lower: LabelledRegion) {
        self.upper = upper
        self.lower = lower
        length = upper.centroid.distance(to: lower.centroid)
        between = VertebraLevel.craniocaudal.filter { upper.level < $0 && $0 < lower.level && $0 != .t13 && $0 != .l6 }
    }

    /// Whether both ends are whole. The sacrum's centroid lies anywhere, so no step to it is measured.
    var isTrusted: Bool { !upper.isCutByView && !lower.isCutByView && lower.level != .s1 }
    private func usual(_ levels: [VertebraLevel]) -> Double? {
        let steps = levels.map { usualStep[$0] ?? usualStep[$0 == .t13 ? .t12 : .l4] }
        return steps.contains(nil) ? nil : steps.compactMap(\.self).reduce(0, +)
    }
    /// This step's length over the usual length of one step from `upper`.
    var ratio: Double? { usual([upper.level]).map { length / $0 } }

    func warnings(scale: Double) -> [LabelWarning] {
        guard isTrusted, let one = ratio.map({ $0 / scale }) else { return between.isEmpty ? [] : [missing()] }
        if between.isEmpty { return one > 1.5 || one < 0.6 ? [uneven(one)] : [] }
        // Nearer to one step than to the steps that the names ask for: nothing is missing but a number.
        let asked = usual([upper.level] + between).map { length / $0 / scale } ?? 1
        return [abs(one - 1) < abs(asked - 1) ? skipped() : missing()]
    }

    private func missing() -> LabelWarning {
        LabelWarning(
            .missingLevel, levels: between,
            "\(between) between \(upper.level) and \(lower.level) \(between.count == 1 ? "has" : "have") no label")
    }
    private func skipped() -> LabelWarning {
        LabelWarning(
            .skippedNumber, levels: [upper.level, lower.level],
            "\(lower.level) follows \(upper.level) at \(length.tenths) mm, one step, without \(between): "
                + "the numbering skips, or the patient lacks a vertebra; count the levels")
    }
    private func uneven(_ one: Double) -> LabelWarning {
        LabelWarning(
            .unevenSpacing, levels: [upper.level, lower.level],
            "\(lower.level) lies \(length.tenths) mm from \(upper.level), \(one.percent) of what the other steps lead to expect: "
                + (one > 1
                    ? "a vertebra between them may be unlabelled and the numbers below it wrong" : "one vertebra may have two labels"))
    }
}
