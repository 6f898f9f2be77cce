import Anatomy
import Concurrency
import Frames
import Meshes
import Volumes

/// Some levels of a label map, modelled for planning, with the bone of those beside them.
public struct ModelledSpine: Sendable {
    private let masks: [LabelledMask]
    private let models: [(level: VertebraLevel, result: Result<VertebraModel, any Error>)]
    private let bones: [VertebraLevel: SignedDistanceField<Patient>]

    /// - Parameter labels: VerSe ids on the CT's grid; all of them count, for a level's neighbours too.
    /// - Complexity: O(voxels of the label map) + about 0.5 s for each level on one thread.
    public init(levels: [VertebraLevel], labels: LabelVolume, parameters: VertebraParameters = .init(), threads: Int) throws {
        let masks = try cutOutMasks(of: VertebraLevel.craniocaudal, from: labels)
        let directions = cranialDirections(of: masks)
        // A neighbour is needed as bone only; its model may fail without harm.
        let wanted = Set(levels)
        let models = try concurrentMap(masks.filter { wanted.contains($0.level) }, threads: threads) { cut in
            (cut.level, Result { try modelVertebra(cut, up: directions[cut.level] ?? .z, parameters: parameters) })
        }
        var bones = Dictionary(uniqueKeysWithValues: models).compactMapValues { try? $0.get().bone }
        let besides = masks.filter { cut in
            bones[cut.level] == nil && levelsBeside(cut.level, in: masks).contains(where: wanted.contains)
        }
        for (level, bone) in try concurrentMap(
            besides, threads: threads,
            { cut in
                (cut.level, try? signedDistance(of: cut.mask, parameters: parameters.surface))
            })
        { bones[level] = bone }
        (self.masks, self.models, self.bones) = (masks, models, bones)
    }

    /// Those that could be modelled.
    public var vertebrae: [VertebraModel] { models.compactMap { try? $0.result.get() } }

    /// A pedicle where screws can be judged, or why there is none.
    ///
    /// - Parameters:
    ///   - distrust: why the level's bone must not be planned on.
    ///   - ct: nil when Hounsfield units are not genuine.
    public func site(
        _ side: Side, of level: VertebraLevel, distrust: Finding?, ct: CTVolume?, catalogue: ScrewCatalogue, parameters: ScrewParameters
    ) -> Result<PedicleSite, ClosedPedicle> {
        let besides = levelsBeside(level, in: masks)
        let unchecked = besides.filter { bones[$0] == nil }
        func closed(_ finding: Finding, _ model: VertebraModel? = nil) -> Result<PedicleSite, ClosedPedicle> {
            .failure(ClosedPedicle(level: level, side: side, model: model, finding: finding, unchecked: unchecked))
        }
        guard let typical = catalogue.typicalSize(at: level), level.region != .cervical else {
            return closed(Finding(PlanningError.levelNotSupported(level)))
        }
        guard let result = models.first(where: { $0.level == level })?.result else {
            return closed(Finding(PlanningError.levelNotInLabels(level)))
        }
        if let distrust { return closed(distrust, try? result.get()) }
        switch result {
        case .failure(let error as PlanningError): return closed(Finding(error))
        case .failure(let error): return closed(Finding("label_unusable", "\(level): the label's surface could not be built (\(error))"))
        case .success(let model):
            guard let pedicle = model.pedicles[side] else { return closed(Finding(PlanningError.isthmusNotFound(level, side)), model) }
            switch pedicle {
            case .failure(let error): return closed(Finding(error), model)
            case .success(let pedicle):
                let scene = ScrewScene(
                    model: model, pedicle: pedicle, neighbours: besides.compactMap { bones[$0] }, unchecked: unchecked, ct: ct,
                    typical: typical, parameters: parameters)
                return .success(PedicleSite(scene: scene))
            }
        }
    }
}

/// Why no screw can be judged at a pedicle.
public struct ClosedPedicle: Error, Sendable {
    let level: VertebraLevel
    let side: Side
    let model: VertebraModel?
    public let finding: Finding
    let unchecked: [VertebraLevel]

    /// The refusal.
    var plan: ScrewPlan {
        ScrewPlan(
            level: level, side: side, screw: nil, pedicle: nil, patientFromVertebra: model?.patientFromVertebra, reasons: [finding],
            warnings: (model?.warnings ?? []) + unchecked.map(uncheckedNeighbour), alternatives: [])
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
