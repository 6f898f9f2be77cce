import Anatomy
import Frames
import Planning
import Protocols

/// What a person wants of one pedicle's screw.
struct ScrewChange {
    enum Wish {
        case remove
        /// - Parameter adding: whether a pedicle without a screw gets one.
        case place(Shift, adding: Bool)
        case drawn(LineMarkup, Shift)
        /// The pedicle is to be as it once was.
        case restore(PlanFile.Screw, sentence: String)
    }

    /// How a screw is to differ; nil and zeros leave it as it is.
    struct Shift {
        /// Of the entry along the vertebra's axes (left, back, head), mm.
        var offset = SIMD3<Double>()
        /// As `angles_deg` of plan.json.
        var transverse: Double?
        var sagittal: Double?
        /// mm.
        var diameter: Double?
        var length: Double?

        /// The farthest that an entry is moved along an axis, mm.
        static let farthest = 50.0
        /// Degrees.
        static let angles = -60.0...60.0

        var isNothing: Bool { offset == SIMD3() && transverse == nil && sagittal == nil && diameter == nil && length == nil }
    }

    let level: VertebraLevel
    let side: Side
    let wish: Wish

    var name: String { "\(level) \(side.rawValue)" }
}

extension ScrewChange {
    /// The pedicle as this change makes it.
    ///
    /// - Parameters:
    ///   - pedicle: as the plan has it.
    ///   - site: where the pedicle's screws can be judged, or why none can.
    ///   - warnings: of the run about this level.
    /// - Throws: `CommandFailure` for what cannot be done and for what breaks a rule without `acceptedRisk`.
    func applied(
        to pedicle: PlanFile.Screw, site: Result<PedicleSite, ClosedPedicle>, catalogue: ScrewCatalogue, acceptedRisk: String?,
        warnings: [PlanFile.Warning]
    ) throws -> PlanFile.Screw {
        switch wish {
        case .restore(let screw, _): return screw
        case .remove:
            guard pedicle.status.hasScrew else { throw refusal(.usage, "no_screw", "there is no screw to remove") }
            return pedicle.removed()
        case .place, .drawn:
            let (judged, site) = try judged(at: site, of: pedicle, catalogue: catalogue)
            guard judged.broken.isEmpty || acceptedRisk != nil else {
                throw refusal(
                    .refused, "breaks_rules", judged.broken.map { "\($0.code): \($0.message)" }.joined(separator: "; "),
                    remedy: "Change the screw, or say why it stands all the same: --accept-risk \"REASON\"")
            }
            return pedicle.placed(judged, at: site, source: source, accepting: acceptedRisk, warnings: warnings)
        }
    }

    /// The screw that is wished for, measured; a rule that it breaks is no error here.
    ///
    /// - Throws: `CommandFailure` for what cannot be done or measured.
    func judged(
        at site: Result<PedicleSite, ClosedPedicle>, of pedicle: PlanFile.Screw, catalogue: ScrewCatalogue
    ) throws -> (JudgedScrew, PedicleSite) {
        let site = try opened(site)
        try checkFrame(of: pedicle, against: site)
        let placed = try placement(in: pedicle, at: site, catalogue: catalogue)
        try checkSize(placed, in: catalogue)
        guard let judged = site.judged(placed) else {
            throw refusal(
                .refused, "not_through_pedicle",
                "the screw would not run forwards through the bone of this pedicle, so nothing of it would be known, whatever risk is accepted"
            )
        }
        return (judged, site)
    }

    func opened(_ site: Result<PedicleSite, ClosedPedicle>) throws -> PedicleSite {
        switch site {
        case .success(let site): return site
        case .failure(let closed):
            throw refusal(
                .refused, "nothing_to_judge_by", "no screw can be judged here, whatever risk is accepted: \(closed.finding.message)")
        }
    }

    private var source: PlanFile.Edit.Source { if case .drawn = wish { .markups } else { .options } }

    private func placement(in pedicle: PlanFile.Screw, at site: PedicleSite, catalogue: ScrewCatalogue) throws -> ScrewPlacement {
        switch wish {
        case .place(let shift, let adding):
            return moved(try start(of: pedicle, at: site, adding: adding, catalogue: catalogue), by: shift)
        case .drawn(let line, let shift): return try drawn(line, shift, pedicle: pedicle, at: site, catalogue: catalogue)
        case .remove, .restore: preconditionFailure("nothing is placed")
        }
    }

    /// The screw that shifts begin with.
    func start(
        of pedicle: PlanFile.Screw, at site: PedicleSite, adding: Bool, catalogue: ScrewCatalogue
    ) throws -> ScrewPlacement {
        if let placement = pedicle.placement {
            guard !adding else { throw refusal(.usage, "screw_exists", "there is a screw already", remedy: "Leave --add out to move it") }
            return placement
        }
        guard adding else {
            throw refusal(.usage, "no_screw", "there is no screw (\(pedicle.status.rawValue))", remedy: "Pass --add to put one there")
        }
        guard let start = pedicle.nearestAlternative ?? site.screwOnAxis(catalogue) else {
            throw refusal(.refused, "not_through_pedicle", "neither a rejected screw nor the pedicle's axis gives a place to begin with")
        }
        return start
    }

    private func moved(_ start: ScrewPlacement, by shift: Shift) -> ScrewPlacement {
        var placement = start.turned(transverse: shift.transverse, sagittal: shift.sagittal, side: side)
        placement.entry = placement.entry + Vector(shift.offset)
        placement.diameter = shift.diameter ?? placement.diameter
        placement.length = shift.length ?? placement.length
        return placement
    }

    /// A drawn line says entry and direction; its length is that of a screw that is made and does not pass the drawn tip.
    private func drawn(
        _ line: LineMarkup, _ shift: Shift, pedicle: PlanFile.Screw, at site: PedicleSite, catalogue: ScrewCatalogue
    ) throws -> ScrewPlacement {
        let vertebraFromPatient = site.patientFromVertebra.inverse
        let along = vertebraFromPatient * line.tip - vertebraFromPatient * line.entry
        guard let direction = UnitVector(along) else { throw refusal(.corruptInput, "bad_markup", "entry and tip are the same point") }
        guard let diameter = shift.diameter ?? pedicle.diameter ?? pedicle.nearestAlternative?.diameter else {
            throw refusal(
                .usage, "diameter_unknown", "a line has no diameter, and there is no screw here to take it from",
                remedy: "Pass --diameter-mm")
        }
        let made = catalogue.screws.first { abs($0.diameter - diameter) < 1e-6 }?.lengths ?? []
        // A line that was drawn from a screw's own ends is off by its file's last digit.
        guard let length = shift.length ?? made.last(where: { $0 <= along.length + 0.05 }) else {
            throw refusal(
                .usage, "not_in_catalogue",
                "no screw of \(diameter) mm is made that is as short as the line, \(String(format: "%.1f", along.length)) mm")
        }
        return ScrewPlacement(entry: vertebraFromPatient * line.entry, direction: direction, diameter: diameter, length: length)
    }

    private func checkSize(_ placement: ScrewPlacement, in catalogue: ScrewCatalogue) throws {
        guard let size = catalogue.screws.first(where: { abs($0.diameter - placement.diameter) < 1e-6 }) else {
            let made = catalogue.screws.map { "\($0.diameter)" }.joined(separator: ", ")
            throw refusal(
                .usage, "not_in_catalogue", "no screw of \(placement.diameter) mm is made", remedy: "Diameters in the catalogue: \(made) mm"
            )
        }
        guard size.lengths.contains(where: { abs($0 - placement.length) < 1e-6 }) else {
            let made = size.lengths.map { "\($0)" }.joined(separator: ", ")
            throw refusal(
                .usage, "not_in_catalogue", "no screw of \(placement.diameter) x \(placement.length) mm is made",
                remedy: "Lengths in the catalogue: \(made) mm")
        }
    }

    /// The screw is stored in the frame that the plan has, so that must be the frame that it is judged in.
    private func checkFrame(of pedicle: PlanFile.Screw, against site: PedicleSite) throws {
        let now = site.patientFromVertebra.rowMajor4x4
        guard let then = pedicle.patientFromVertebra, then.count == now.count, zip(then, now).allSatisfy({ abs($0 - $1) < 1e-6 }) else {
            throw refusal(
                .integrity, "another_frame", "this version of lamina finds another frame of the vertebra than the plan has",
                remedy: "Plan the case anew with this version")
        }
    }

    func refusal(_ exit: CommandExit, _ code: String, _ what: String, remedy: String? = nil) -> CommandFailure {
        CommandFailure(exit, code: code, what: what, place: name, remedy: remedy)
    }
}
