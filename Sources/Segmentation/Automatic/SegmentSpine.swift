import Anatomy
import Concurrency
import Frames
import Volumes

public struct SegmentationParameters: Codable, Equatable, Sendable {
    /// A body centre with less score is no vertebra (0 to 1). Source: `BodyCentre.score`.
    public var leastScore = 0.28
    /// A vertebra of which less than this is seen is left out, mm³ (0 up).
    public var leastVolume = 2000.0
    /// Less sacrum than this is none, mm³ (0 up). A whole one has 150,000 to 250,000.
    public var leastSacrum = 10_000.0
    public var edges = EdgeParameters()
    public var naming = NamingParameters()
    public var trust = TrustParameters()

    public init() {}
}

/// The vertebrae of a CT, found, parted and named without outside help.
public struct SpineSegmentation: Sendable {
    /// On the CT's grid, with every warning.
    public var labels: VertebraLabels
    /// Every movable vertebra in `labels`, from head to sacrum.
    public var vertebrae: [FoundVertebra]
    /// How the names were found; places are those of the whole bodies found.
    public var chain: NamedChain
}

public enum SegmentationStage: String, Sendable {
    case findBodies = "find vertebrae"
    case look = "look at vertebrae"
    case segment = "segment vertebrae"
}

/// Finds, parts and names the vertebrae of a CT.
///
/// 1. The coarse network runs over the whole CT; bone votes for the centres of bodies (`coarsePass`, `bodyCentres`).
/// 2. The fine network looks at each centre on the spine's path, in the vertebra's own frame: is there a vertebra, where exactly is its body, do ribs meet it
///    (`spinePath`, `SettledBody`)?
/// 3. The best chain of levels through these bodies is searched (`nameVertebrae`), and the fine network runs again around each of them (`finePass`).
/// 4. Each bone's surface is brought to the image's own edges (`shiftedToEdges`) and drawn on the CT's grid (`rasterised`, `fused`).
/// 5. Each vertebra is looked at for signs that it is wrong (`FoundVertebra.flaws`).
///
/// The same CT, model and parameters give the same labels, whatever the number of threads.
///
/// - Parameters:
///   - anchors: levels that a person named; they settle the names.
///   - progress: done and total of a stage; called from several threads.
/// - Throws: `FindingError.noSpine`, `NamingError` where the anchors cannot hold, `InferenceError`.
/// - Complexity: a third of a second of one core for each 96³ voxels of 2 mm and for each vertebra, and a few seconds for the surfaces.
public func segmentSpine(
    _ ct: CTVolume, model: SegmentationModel, anchors: [LevelAnchor] = [], parameters: SegmentationParameters = .init(),
    progress: @Sendable (_ stage: SegmentationStage, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
) throws -> SpineSegmentation {
    let window = model.description.window
    let coarse = try coarsePass(ct, pool: model.coarse, window: window) { progress(.findBodies, $0, $1) }
    let centres = bodyCentres(in: coarse).filter { $0.score >= parameters.leastScore }
    var evidence = NamingEvidence(view: PatientExtent(of: ct.geometry))
    evidence.sacrum = sacrumEvidence(centres, map: coarse, parameters: parameters)
    let bodies = spinePath(through: centres.filter { $0.sacrumShare < 0.5 })
    let glances = try finePass(
        ct, poses: spinePoses(of: bodies.map(\.point), map: coarse), pool: model.fine, window: window, mirrored: false
    ) { progress(.look, $0, bodies.count) }
    let settled = withoutTwins(
        zip(glances, bodies).compactMap { SettledBody($0, coarse: $1, in: ct.geometry, leastVolume: parameters.leastVolume) })
    guard !settled.isEmpty else { throw FindingError.noSpine }
    let (chain, bodiesByLevel) = try named(settled, evidence: evidence, anchors: anchors, parameters: parameters.naming)
    let named = bodiesByLevel.filter { $0.level != .s1 }
    let poses = spinePoses(of: named.map(\.body.centre), map: coarse)
    let maps = try finePass(ct, poses: poses, pool: model.fine, window: window, mirrored: true) { progress(.segment, $0, poses.count) }
    let found = zip(named, maps).map { (level: $0.level, map: $1) }
    var bones = try concurrentMap(found, threads: model.fine.count) { vertebra in
        drawnBone(vertebra.level, vertebra.map.thisVertebra, ct: ct, parameters: parameters)
    }.compactMap(\.self)
    guard !bones.isEmpty else { throw FindingError.noSpine }
    let vertebraCount = bones.count
    if evidence.sacrum != nil, let lowest = found.last, let sacrum = try sacrumProbability(coarse: coarse, lowest: lowest.map) {
        bones += [drawnBone(.s1, sacrum, ct: ct, parameters: parameters)].compactMap(\.self)
    }
    let volume = fused(bones.map { ($0.level, $0.field) }, on: ct.geometry)
    let regions = labelledRegions(of: volume)
    let vertebrae = bones.prefix(vertebraCount).compactMap { bone in
        regions.first { $0.level == bone.level }.map { region in
            foundVertebra(
                bone, region: region, in: volume, map: found.first { $0.level == bone.level }!.map, rivals: bones)
        }
    }
    let judged = withFlaws(vertebrae, parameters: parameters.trust)
    let warnings = try warnings(of: judged, regions: regions, chain: chain, in: ct)
    let labels = VertebraLabels(volume: volume, levels: regions.map(\.level), regions: regions, warnings: warnings)
    return SpineSegmentation(labels: labels, vertebrae: judged, chain: chain)
}
