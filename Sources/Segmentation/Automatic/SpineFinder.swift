import Anatomy
import Concurrency
import Frames
import Volumes

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
            zip(glances, path).compactMap { SettledBody($0, score: $1.score, in: ct.geometry, leastVolume: parameters.leastVolume) })
        let isLone = seen.count == 1
        guard let first = seen.first, !isLone || (first.isWhole && first.volume >= parameters.leastLoneVolume) else {
            throw FindingError.noSpine
        }
        // What was overlooked is no surer than the least sure of what was not.
        let leastScore = seen.map(\.score).min()!
        let settled = try withOverlooked(seen) { try bodies(at: $0, among: $1, coarse: coarse, score: leastScore) }
        var evidence = NamingEvidence(view: PatientExtent(of: ct.geometry))
        let sharper = try withSacrumBelow(settled, coarse: coarse)
        evidence.sacrum = sacrumEvidence(centres, lowest: settled.map(\.centre).last!, map: sharper, parameters: parameters)
        return (settled, evidence, coarse)
    }

    /// The bodies that the fine network sees at these places, each looked at once more from where it lies.
    private func bodies(
        at places: [Point<Patient>], among known: [Point<Patient>], coarse: CoarseMap, score: Double
    ) throws -> [SettledBody] {
        var found = places
        var bodies: [SettledBody] = []
        for _ in 0..<2 {
            let asked = found.filter(ct.geometry.holds)
            let poses = spinePoses(of: (known + asked).sorted { $0.z > $1.z }, map: coarse).filter { asked.contains($0.centre) }
            let maps = try finePass(ct, poses: poses, pool: model.fine, window: model.description.window, mirrored: false) { _ in }
            bodies = maps.filter { !$0.isSacrumAtCentre }.compactMap {
                SettledBody($0, score: score, in: ct.geometry, leastVolume: parameters.leastVolume)
            }
            found = bodies.map(\.centre)
        }
        return bodies
    }

    /// The coarse map with the sacrum as the fine network sees it below the lowest body.
    private func withSacrumBelow(_ settled: [SettledBody], coarse: CoarseMap) throws -> CoarseMap {
        guard let below = poseBelow(spinePoses(of: settled.map(\.centre), map: coarse), in: ct.geometry) else { return coarse }
        let map = try finePass(ct, poses: [below], pool: model.fine, window: model.description.window, mirrored: false) { _ in }[0]
        return try coarse.withSacrum(of: map)
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
            let map = try coarse.withBonySacrum().withSacrum(of: lowest).withSacrum(of: below[0])
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
