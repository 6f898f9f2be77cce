import Anatomy
import Volumes

public struct SegmentationParameters: Codable, Equatable, Sendable {
    /// A body centre with less score is not looked at (0 to 1). Source: `BodyCentre.score`.
    public var leastScore = 0.2
    /// A vertebra of which less than this is seen is left out, mm³ (0 up).
    public var leastVolume = 2000.0
    /// A vertebra without any other beside it is believed only when it is whole and at least so large, mm³ (0 up): other bones may look like a small one.
    public var leastLoneVolume = 15_000.0
    /// Less sacrum than this in its upper 30 mm is none, mm³ (0 up). A whole one has 150,000 to 250,000 altogether.
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
///    (`spinePath`, `SettledBody`)? And where the coarse one may have overlooked one, in gaps and beyond both ends (`placesBesides`): a vertebra, or a sacrum
///    (`sacrumEvidence`)?
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
    progress: @escaping @Sendable (_ stage: SegmentationStage, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
) throws -> SpineSegmentation {
    let finder = SpineFinder(ct: ct, model: model, parameters: parameters, progress: progress)
    let bodies = try finder.look()
    let (chain, namedBodies) = try named(bodies.settled, evidence: bodies.evidence, anchors: anchors, parameters: parameters.naming)
    let maps = try finder.lookAgain(namedBodies.filter { $0.level != .s1 }, coarse: bodies.coarse)
    let (labels, bones) = try finder.draw(maps, sacrum: bodies.evidence.sacrum?.centre, coarse: bodies.coarse)
    return try finder.judged(labels, bones: bones, maps: maps, chain: chain)
}
