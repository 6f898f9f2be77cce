import Anatomy
import Concurrency
import Frames
import Volumes

/// More vertebrae than this were never missed in a row.
private let mostSteps = 8
/// What the coarse network overlooked is as likely no vertebra as one.
private let supportOfWalked = 5.0

/// The steps of `segmentSpine`.
struct SpineFinder: Sendable {
    let ct: CTVolume
    let model: SegmentationModel
    let parameters: SegmentationParameters
    let progress: @Sendable (_ stage: SegmentationStage, _ done: Int, _ total: Int) -> Void

    typealias LevelMap = (level: VertebraLevel, map: FineMap)

    /// What lies along the spine's path, after a first look at each place, and what else tells the names.
    func look() throws -> (settled: [SettledBody], evidence: NamingEvidence, coarse: CoarseMap) {
        let window = model.description.window
        let coarse = try coarsePass(ct, pool: model.coarse, window: window) { progress(.findBodies, $0, $1) }
        let centres = bodyCentres(in: coarse).filter { $0.score >= parameters.leastScore }
        let path = spinePath(through: centres.filter { $0.sacrumShare < 0.5 })
        let poses = spinePoses(of: path.map(\.point), map: coarse)
        let glances = try finePass(ct, poses: poses, pool: model.fine, window: window, mirrored: false) { progress(.look, $0, poses.count) }
        let seen = withoutTwins(
            zip(glances, path).compactMap { SettledBody($0, coarse: $1, in: ct.geometry, leastVolume: parameters.leastVolume) })
        let (settled, others) = try walked(from: seen, coarse: coarse)
        let isLone = settled.count == 1
        guard let first = settled.first, !isLone || (first.isWhole && first.volume >= parameters.leastLoneVolume) else {
            throw FindingError.noSpine
        }
        var evidence = NamingEvidence(view: PatientExtent(of: ct.geometry))
        let sharper = try others.filter { $0.pose.centre.z < settled.last!.centre.z }.reduce(coarse) { try $0.withSacrum(of: $1) }
        evidence.sacrum = sacrumEvidence(centres, path: path, map: sharper, parameters: parameters)
        return (settled, evidence, coarse)
    }

    /// These bodies and those that the fine network finds besides, in gaps and on from both ends, step by step; and what it saw where none was.
    private func walked(from seen: [SettledBody], coarse: CoarseMap) throws -> (settled: [SettledBody], others: [FineMap]) {
        var (settled, others) = (seen, [FineMap]())
        for _ in 0..<mostSteps {
            let known = settled.map(\.centre)
            let asked = known + others.map(\.pose.centre)
            let places = placesBesides(known).filter { place in
                ct.geometry.holds(place) && !asked.contains { $0.distance(to: place) < leastDistanceOfBodies }
            }
            if places.isEmpty { break }
            let poses = spinePoses(of: (known + places).sorted { $0.z > $1.z }, map: coarse).filter { places.contains($0.centre) }
            let maps = try finePass(ct, poses: poses, pool: model.fine, window: model.description.window, mirrored: false) { _ in }
            for map in maps {
                let place = BodyCentre(point: map.pose.centre, support: supportOfWalked, sacrumShare: 0)
                if let body = SettledBody(map, coarse: place, in: ct.geometry, leastVolume: parameters.leastVolume), body.isWhole {
                    settled.append(body)
                } else {
                    others.append(map)
                }
            }
            settled = withoutTwins(settled)
        }
        return (settled, others)
    }

    func lookAgain(_ named: [(level: VertebraLevel, body: SettledBody)], coarse: CoarseMap) throws -> [LevelMap] {
        let poses = spinePoses(of: named.map(\.body.centre), map: coarse)
        let maps = try finePass(ct, poses: poses, pool: model.fine, window: model.description.window, mirrored: true) {
            progress(.segment, $0, poses.count)
        }
        return zip(named, maps).map { (level: $0.level, map: $1) }
    }

    /// All bones on the CT's grid.
    ///
    /// - Parameter sacrum: where S1's body lies; nil when there is none.
    func draw(_ maps: [LevelMap], sacrum: Point<Patient>?, coarse: CoarseMap) throws -> (labels: LabelVolume, bones: [DrawnBone]) {
        var bones = try concurrentMap(maps, threads: model.fine.count) { vertebra in
            drawnBone(vertebra.level, vertebra.map.thisVertebra, ct: ct, parameters: parameters)
        }.compactMap(\.self)
        guard !bones.isEmpty else { throw FindingError.noSpine }
        if let sacrum, let lowest = maps.last?.map {
            var pose = lowest.pose
            pose.centre = sacrum
            let below = try finePass(ct, poses: [pose], pool: model.fine, window: model.description.window, mirrored: true) { _ in }
            let map = try coarse.withSacrum(of: lowest).withSacrum(of: below[0])
            bones += try [map.sacrumProbability().flatMap { drawnBone(.s1, $0, ct: ct, parameters: parameters) }].compactMap(\.self)
        }
        let labels = fused(bones.map { ($0.level, $0.field) }, on: ct.geometry)
        return (withoutDoubtfulSacrum(labels, bones: bones), bones)
    }

    /// A sacrum is a help, and no vertebra is lost with it: one that does not lie on bone is left out.
    private func withoutDoubtfulSacrum(_ labels: LabelVolume, bones: [DrawnBone]) -> LabelVolume {
        guard let bone = bones.first(where: { $0.level == .s1 }), let region = labelledRegions(of: labels).first(where: { $0.level == .s1 })
        else {
            return labels
        }
        let separation = separation(of: region, in: labels, ct: ct) ?? 0
        let isSound = separation >= parameters.trust.leastSeparation && bone.edgeShare >= parameters.trust.leastEdgeShare
        return isSound ? labels : labels.map { $0 == VertebraLevel.s1.rawValue ? 0 : $0 }
    }

    func judged(_ labels: LabelVolume, bones: [DrawnBone], maps: [LevelMap], chain: NamedChain) throws -> SpineSegmentation {
        let regions = labelledRegions(of: labels)
        let vertebrae = maps.compactMap { level, map -> FoundVertebra? in
            guard let bone = bones.first(where: { $0.level == level }), let region = regions.first(where: { $0.level == level }) else {
                return nil
            }
            return foundVertebra(bone, region: region, in: labels, ct: ct, map: map, rivals: bones)
        }
        let judged = withFlaws(vertebrae, parameters: parameters.trust)
        let warnings = try warnings(of: judged, regions: regions, chain: chain, in: ct)
        return SpineSegmentation(
            labels: VertebraLabels(volume: labels, levels: regions.map(\.level), regions: regions, warnings: warnings), vertebrae: judged,
            chain: chain)
    }
}
