import Anatomy
import Frames

extension PlanFile {
    /// What a person changed about a pedicle's screw, and what was there before.
    public struct Edit: Codable, Equatable, Sendable {
        public enum Action: String, Codable, Sendable { case moved, added, removed }
        public enum Source: String, Codable, Sendable { case options, markups }

        public var action: Action
        /// Where the screw's new place came from.
        public var source: Source
        public var before: Before
        /// What is worse than `before`, with the numbers before and after.
        public var worse: [Finding]
        /// Present where the screw breaks a hard rule and a person said why it stands all the same.
        public var acceptedRisk: AcceptedRisk?

        enum CodingKeys: String, CodingKey {
            case action, source, before, worse
            case acceptedRisk = "accepted_risk"
        }
    }

    /// The pedicle as lamina left it, before a person's first change: many small changes for the worse are one large one. A screw's fields are absent where there was none.
    public struct Before: Codable, Equatable, Sendable {
        public var status: Status
        public var entry: [Double]?
        public var tip: [Double]?
        public var diameter: Double?
        public var length: Double?
        public var angles: Angles?
        public var margins: ScrewMargins?
        public var grade: GertzbeinRobbins?
        public var gradeIfBoneIsSmaller: GertzbeinRobbins?
        /// Mean HU along the path.
        public var meanHU: Double?
        /// Codes of the screw's warnings; nil where there were none.
        public var warnings: [String]?

        enum CodingKeys: String, CodingKey {
            case status, grade, warnings
            case gradeIfBoneIsSmaller = "grade_if_bone_is_one_voxel_smaller"
            case meanHU = "hu_mean"
            case entry = "entry_lps_mm"
            case tip = "tip_lps_mm"
            case diameter = "diameter_mm"
            case length = "length_mm"
            case angles = "angles_deg"
            case margins = "margins_mm"
        }

        init(_ screw: Screw) {
            status = screw.status
            (entry, tip, diameter, length) = (screw.entry, screw.tip, screw.diameter, screw.length)
            (angles, margins, grade, gradeIfBoneIsSmaller) = (screw.angles, screw.margins, screw.grade, screw.gradeIfBoneIsSmaller)
            meanHU = screw.hu?.mean
            warnings = screw.entry == nil || screw.warnings.isEmpty ? nil : screw.warnings.map(\.code)
        }
    }

    public struct AcceptedRisk: Codable, Equatable, Sendable {
        /// A person's own words.
        public var reason: String
        /// The hard rules that the screw breaks.
        public var broken: [Finding]
    }
}

extension PlanFile.Screw {
    /// Where the screw stands, in its vertebra's frame; nil where there is none.
    public var placement: ScrewPlacement? {
        guard let screwFrame, let diameter, let length else { return nil }
        return ScrewPlacement(entry: screwFrame.origin, direction: screwFrame * UnitVector<Screw>.z, diameter: diameter, length: length)
    }

    /// The screw to begin with where there is none: that which a person removed, or else the last one that the planner rejected; nil without either.
    public var nearestAlternative: ScrewPlacement? {
        let removed = alternatives.first { $0.rejectedBecause.contains { $0.code == removedByHand.code } }
        guard let choice = removed ?? alternatives.last, let vertebraFromPatient = vertebraFrame?.inverse else { return nil }
        func point(_ p: [Double]) -> Point<Vertebra> { vertebraFromPatient * Point<Patient>(p[0], p[1], p[2]) }
        guard choice.entry.count == 3, choice.tip.count == 3, let along = UnitVector(point(choice.tip) - point(choice.entry)) else {
            return nil
        }
        return ScrewPlacement(entry: point(choice.entry), direction: along, diameter: choice.diameter, length: choice.length)
    }

    /// This pedicle with a person's screw in it.
    ///
    /// - Parameters:
    ///   - about: warnings of the run about this level.
    ///   - accepting: why a screw that breaks a hard rule stands all the same.
    /// - Precondition: a screw that breaks no rule, or a reason.
    public func placed(
        _ judged: JudgedScrew, at site: PedicleSite, source: PlanFile.Edit.Source, accepting reason: String?,
        warnings about: [PlanFile.Warning]
    ) -> PlanFile.Screw {
        precondition(judged.broken.isEmpty || reason != nil, "a screw that breaks a rule needs a person's reason")
        var after = self
        after.fill(from: judged.screw, in: site.patientFromVertebra)
        after.warnings = (site.warnings + judged.warnings).map(\.rounded) + about.map { Finding($0.code, $0.message) }
        after.alternatives = (status == .planned ? [asAlternative(replacedByHand)].compactMap(\.self) : []) + alternatives
        let broken = judged.broken.map(\.rounded)
        after.status = broken.isEmpty ? .adjusted : .riskAccepted
        after.reasons = [placedByHand] + (broken.isEmpty ? [] : [Finding("risk_accepted", reason!)] + broken)
        after.edit = PlanFile.Edit(
            action: entry == nil ? .added : .moved, source: source, before: asLaminaLeftIt,
            worse: worsened(from: asLaminaLeftIt, to: after),
            acceptedRisk: broken.isEmpty ? nil : .init(reason: reason!, broken: broken))
        return after
    }

    /// This pedicle without its screw, which stays among the alternatives.
    public func removed() -> PlanFile.Screw {
        var after = self
        after.status = .removed
        after.reasons = [removedByHand]
        after.alternatives = [asAlternative(removedByHand)].compactMap(\.self) + alternatives
        (after.vertebraFromScrew, after.entry, after.tip) = (nil, nil, nil)
        (after.diameter, after.length, after.angles) = (nil, nil, nil)
        (after.margins, after.grade, after.gradeIfBoneIsSmaller) = (nil, nil, nil)
        (after.hu, after.depthFraction, after.score) = (nil, nil, nil)
        after.edit = PlanFile.Edit(action: .removed, source: .options, before: asLaminaLeftIt, worse: [], acceptedRisk: nil)
        return after
    }

    private var asLaminaLeftIt: PlanFile.Before { edit?.before ?? PlanFile.Before(self) }

    private func asAlternative(_ reason: Finding) -> PlanFile.Alternative? {
        guard let diameter, let length, let entry, let tip else { return nil }
        return PlanFile.Alternative(diameter: diameter, length: length, entry: entry, tip: tip, score: score, rejectedBecause: [reason])
    }
}

private let placedByHand = Finding("placed_by_hand", "a person placed this screw ('lamina adjust')")
private let replacedByHand = Finding("replaced_by_hand", "the planner's own screw; a person placed another ('lamina adjust')")
private let removedByHand = Finding("removed_by_hand", "a person removed the screw ('lamina adjust')")

/// What is worse of a screw than of lamina's own in the same pedicle; nothing where there was none.
private func worsened(from before: PlanFile.Before, to after: PlanFile.Screw) -> [Finding] {
    guard let old = before.margins, let new = after.margins else { return [] }
    let margins = [
        ("medial", old.medial, new.medial), ("lateral", old.lateral, new.lateral), ("superior", old.superior, new.superior),
        ("inferior", old.inferior, new.inferior), ("anterior", old.anterior, new.anterior), ("canal", old.canal, new.canal),
    ]
    var found = margins.filter { $0.2 < $0.1 - 0.01 }.map { name, was, now in
        Finding(
            "less_\(name)", "\(name) margin \(twoDecimals(now)) mm instead of \(twoDecimals(was)) mm", ["before_mm": was, "after_mm": now])
    }
    let grades = [("grade", before.grade, after.grade), ("grade_if_smaller", before.gradeIfBoneIsSmaller, after.gradeIfBoneIsSmaller)]
    for case (let name, let was?, let now?) in grades where now.rawValue > was.rawValue {
        let proviso = name == "grade" ? "" : " if the bone is one voxel smaller"
        found.append(Finding("worse_\(name)", "grade \(now.rawValue) instead of \(was.rawValue)\(proviso)"))
    }
    if let was = before.meanHU, let now = after.hu?.mean, now < was - 1 {
        found.append(
            Finding(
                "less_density", "mean \(Int(now.rounded())) HU along the path instead of \(Int(was.rounded()))",
                ["before_hu": was, "after_hu": now]))
    }
    let warned = Set(before.warnings ?? [])
    return found + after.warnings.filter { !warned.contains($0.code) }.map { Finding("new_warning", $0.message) }
}
