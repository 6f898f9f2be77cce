import Anatomy
import Concurrency
import Frames
import Meshes
import Volumes

/// The plans for every pedicle asked for, and the vertebrae they stand on.
public struct SpinePlan: Sendable {
    public var vertebrae: [VertebraModel]
    /// Two for each level asked for, by level, left first.
    public var screws: [ScrewPlan]
}

/// Plans both pedicles of each of `levels`.
///
/// Levels are independent but for their neighbours' bone, so they are modelled and planned side by side on `threads` threads; the
/// result does not depend on their number.
///
/// - Parameters:
///   - labels: VerSe ids on the CT's grid.
///   - distrusted: levels whose bone must not be planned on, with the reason that their pedicles are refused for.
///   - ct: nil when Hounsfield units are not genuine (synthetic CT): density then counts for nothing and is not reported.
///   - progress: called with a level when its screws are done, in any order, from any thread.
/// - Returns: one plan for each pedicle asked for; what cannot be planned is refused with a reason, never left out.
/// - Complexity: O(voxels of the label map) + about 1 s for each level on one thread.
public func planSpine(
    levels: [VertebraLevel], labels: LabelVolume, distrusted: [VertebraLevel: Finding] = [:], ct: CTVolume?,
    catalogue: ScrewCatalogue = .builtIn, parameters: PlanningParameters = .init(), threads: Int,
    progress: @escaping @Sendable (VertebraLevel) -> Void = { _ in }
) throws -> SpinePlan {
    let present = VertebraLevel.craniocaudal
    let masks = try cutOutMasks(of: present, from: labels)
    let directions = cranialDirections(of: masks)
    // A neighbour is needed as bone only; its model may fail without harm.
    let wanted = Set(levels)
    let models = try concurrentMap(masks.filter { wanted.contains($0.level) }, threads: threads) { cut in
        (cut.level, Result { try modelVertebra(cut, up: directions[cut.level] ?? .z, parameters: parameters.vertebra) })
    }
    let modelled = Dictionary(uniqueKeysWithValues: models)
    var bones = modelled.compactMapValues { try? $0.get().bone }
    let besides = masks.filter { cut in bones[cut.level] == nil && levelsBeside(cut.level, in: masks).contains(where: wanted.contains) }
    for (level, bone) in try concurrentMap(
        besides, threads: threads,
        { cut in
            (cut.level, try? signedDistance(of: cut.mask, parameters: parameters.vertebra.surface))
        })
    { bones[level] = bone }

    let plans = try concurrentMap(levels.sorted(), threads: threads) { [bones] level in
        let besides = levelsBeside(level, in: masks)
        let plans = Side.allCases.map { side in
            var plan = plan(
                side, of: level, model: modelled[level], distrust: distrusted[level], neighbours: besides.compactMap { bones[$0] }, ct: ct,
                catalogue: catalogue,
                parameters: parameters)
            plan.warnings += besides.filter { bones[$0] == nil }.map(uncheckedNeighbour)
            return plan
        }
        progress(level)
        return plans
    }
    return SpinePlan(vertebrae: models.compactMap { try? $0.1.get() }, screws: plans.flatMap { $0 })
}

private func plan(
    _ side: Side, of level: VertebraLevel, model: Result<VertebraModel, any Error>?, distrust: Finding?,
    neighbours: [SignedDistanceField<Patient>], ct: CTVolume?, catalogue: ScrewCatalogue, parameters: PlanningParameters
) -> ScrewPlan {
    func refused(_ finding: Finding, _ model: VertebraModel? = nil) -> ScrewPlan {
        ScrewPlan(
            level: level, side: side, screw: nil, pedicle: nil, patientFromVertebra: model?.patientFromVertebra, reasons: [finding],
            warnings: model?.warnings ?? [], alternatives: [])
    }
    guard let typical = catalogue.typicalSize(at: level), level.region != .cervical else {
        return refused(Finding(PlanningError.levelNotSupported(level)))
    }
    guard let model else { return refused(Finding(PlanningError.levelNotInLabels(level))) }
    if let distrust { return refused(distrust, try? model.get()) }
    switch model {
    case .failure(let error as PlanningError): return refused(Finding(error))
    case .failure(let error): return refused(Finding("label_unusable", "\(level): the label's surface could not be built (\(error))"))
    case .success(let model):
        guard let pedicle = model.pedicles[side] else { return refused(Finding(PlanningError.isthmusNotFound(level, side)), model) }
        switch pedicle {
        case .failure(let error): return refused(Finding(error), model)
        case .success(let pedicle):
            let scene = ScrewScene(
                model: model, pedicle: pedicle, neighbours: neighbours, ct: ct, typical: typical, parameters: parameters.screw)
            return planScrew(in: scene, catalogue: catalogue)
        }
    }
}

/// The direction towards the head at each label: along the line through the centres of the labels above and below.
///
/// A label that stands alone takes the patient's z, which starts the search only.
func cranialDirections(of masks: [LabelledMask]) -> [VertebraLevel: UnitVector<Patient>] {
    let centres = masks.map { centre(of: $0.mask) }
    var directions: [VertebraLevel: UnitVector<Patient>] = [:]
    for i in masks.indices {
        let above = centres[max(0, i - 1)]
        let below = centres[min(masks.count - 1, i + 1)]
        directions[masks[i].level] = UnitVector(above - below) ?? .z
    }
    return directions
}

private func centre(of mask: Volume<Bool, Patient>) -> Point<Patient> {
    let size = mask.geometry.size
    var sum = SIMD3<Double>()
    var count = 0.0
    for k in 0..<size.z {
        for j in 0..<size.y {
            for i in 0..<size.x where mask.voxels[mask.geometry.offset(i, j, k)] {
                sum += SIMD3(Double(i), Double(j), Double(k))
                count += 1
            }
        }
    }
    return mask.geometry.point(at: sum / max(1, count))
}

/// The labelled levels above and below a level.
private func levelsBeside(_ level: VertebraLevel, in masks: [LabelledMask]) -> [VertebraLevel] {
    guard let at = masks.firstIndex(where: { $0.level == level }) else { return [] }
    return [at - 1, at + 1].filter(masks.indices.contains).map { masks[$0].level }
}

private func uncheckedNeighbour(_ level: VertebraLevel) -> Finding {
    Finding("neighbour_not_checked", "\(level) has a label but no surface could be built of it, so the screw was not held clear of it")
}
