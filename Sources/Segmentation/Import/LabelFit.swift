import Anatomy
import Frames
import Volumes

public struct LabelFitParameters: Codable, Equatable, Sendable {
    /// Below this median separation the labels are refused (0.5 to 1). Source: `LabelFit`.
    public var leastSeparation = 0.68
    /// Below this separation a warning is given (0.5 to 1). Source: `LabelFit`.
    public var doubtfulSeparation = 0.76
    /// Below this separation the labels are also tried a little to each side (0.5 to 1). Correct labels of a clear CT reach 0.9, and are
    /// spared the time.
    public var searchBelow = 0.86
    /// Labels that would gain at least this much separation by moving get a warning, and below `doubtfulSeparation` are refused (0 to 0.5).
    public var gainOfMoving = 0.04
    /// A level with a greater share of air than this gets a warning (0 to 1). Correct labels had at most 0.002.
    public var mostAir = 0.03

    public init() {}
}

/// How well labels lie on an image's bone.
///
/// A level's separation is the chance that a random voxel of the label is brighter than a random unlabelled voxel 2 to 5 mm outside
/// it (the area under the ROC curve): it needs no threshold in HU, and so no calibration. Measured medians over the levels:
///
/// | labels | chest, 17 levels, 2.5 mm | abdomen, 7 levels, 3 mm | lumbar crop, 3 levels, 1.5 mm |
/// |---|---|---|---|
/// | correct | 0.90 | 0.90 | 0.80 |
/// | shifted 3 mm | 0.78 | 0.76 | 0.72 |
/// | shifted 5 mm, six directions | 0.66-0.72 | 0.65-0.67 | 0.61-0.65 |
/// | shifted 10 to 30 mm | 0.42-0.66 | 0.50-0.63 | 0.51-0.63 |
/// | flipped in the file, or about the spine's own middle | 0.48-0.53 | 0.50-0.63 | 0.51-0.66 |
/// | another patient's, laid centre on centre | 0.54 | | |
public struct LabelFit: Equatable, Sendable, CustomStringConvertible {
    public struct Level: Equatable, Sendable {
        public var level: VertebraLevel
        /// 1: every label voxel is brighter than every voxel outside; 0.5: no difference.
        public var separation: Double
        /// The share of the label's voxels below -200 HU: air, lung or padding.
        public var airShare: Double
    }

    /// A place where the labels would lie better.
    public struct Move: Equatable, Sendable {
        public var by: Vector<Patient>
        public var separation: Double
    }

    public var levels: [Level]
    /// The best of the places tried to each side; nil when none was tried or none is better.
    public var better: Move?

    /// The median over the levels.
    public var separation: Double { median(levels.map(\.separation)) }
    public var airShare: Double { median(levels.map(\.airShare)) }
    /// How much separation the better place would gain.
    public var gain: Double { better.map { $0.separation - separation } ?? 0 }

    public var description: String {
        let found = "bone separation \(separation.hundredths), 0.5 is chance; \(airShare.percent) air"
        guard let better else { return found }
        return found + "; \(better.separation.hundredths) if moved \(better.by.length.tenths) mm \(direction(of: better.by))"
    }
}

/// Measures whether `labels` lie on the bone of `image`, and warns where they hardly do.
///
/// - Parameters:
///   - labels: labels on the image's grid.
///   - image: the CT.
/// - Throws: `SegmentationError.doNotFit` when the labels are another scan's, shifted or flipped.
/// - Returns: the measurements and warnings; nil measurements when no level has enough outside to compare with.
/// - Complexity: O(voxels of the levels' bounding boxes).
public func checkLabels(
    _ labels: VertebraLabels, against image: CTVolume, parameters: LabelFitParameters = .init()
) throws -> (fit: LabelFit?, warnings: [LabelWarning]) {
    precondition(labels.volume.geometry == image.geometry, "labels must lie on the image's grid")
    let fit = measureFit(of: labels, image: image, searchBelow: parameters.searchBelow)
    guard var fit else {
        return (nil, [LabelWarning(.fitNotChecked, "no level has enough image around it to check that the labels belong to this scan")])
    }
    if fit.gain < parameters.gainOfMoving { fit.better = nil }
    let isDoubtful = fit.separation < parameters.doubtfulSeparation
    guard fit.separation >= parameters.leastSeparation, fit.better == nil || !isDoubtful else { throw SegmentationError.doNotFit(fit) }
    if isDoubtful || fit.better != nil {
        let text: LevelText =
            "the labels lie poorly on the image's bone (\(fit)), as when they are shifted by about 3 mm; look at them over the image"
        return (fit, [LabelWarning(.poorFit, levels: fit.levels.map(\.level), text)])
    }
    let doubtful = fit.levels.filter { $0.separation < parameters.leastSeparation || $0.airShare > parameters.mostAir }
    return (
        fit,
        doubtful.map { level in
            let text: LevelText = "\(level.level)'s label lies poorly on the bone (\(LabelFit(levels: [level]))); look at it over the image"
            return LabelWarning(.poorFit, levels: [level.level], text)
        }
    )
}

/// How far to each side labels are tried, mm: by a misregistration, and by as much as turns half a vertebra into less.
private let triedMoves = [3.0, 8.0]

/// The fit, with the best place among the moves along the grid's axes when it is below `searchBelow`; nil when no level can be measured.
private func measureFit(of labels: VertebraLabels, image: CTVolume, searchBelow: Double) -> LabelFit? {
    let samples = labels.regions.compactMap { LabelSurroundings(of: $0, in: labels.volume) }
    let measured = samples.compactMap { around in around.fit(image, moved: SIMD3(0, 0, 0)).map { (around: around, level: $0) } }
    guard !measured.isEmpty else { return nil }
    var fit = LabelFit(levels: measured.map(\.level))
    guard fit.separation < searchBelow else { return fit }
    let grid = image.geometry
    for distance in triedMoves {
        let count = wholeVoxels(distance, grid.spacing)
        for axis in 0..<3 {
            for sign in [-1, 1] {
                var move = SIMD3(0, 0, 0)
                move[axis] = sign * max(1, count[axis])
                // A level moved out of the image counts with what it had.
                let moved = measured.map { $0.around.fit(image, moved: move)?.separation ?? $0.level.separation }
                guard median(moved) > (fit.better?.separation ?? fit.separation) else { continue }
                fit.better = LabelFit.Move(by: grid.point(at: move) - grid.point(at: SIMD3(0, 0, 0)), separation: median(moved))
            }
        }
    }
    return fit
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// "towards the feet", from the greatest component.
private func direction(of move: Vector<Patient>) -> String {
    let names = [("right", "left"), ("front", "back"), ("feet", "head")]
    let axis = (0..<3).max { abs(move.xyz[$0]) < abs(move.xyz[$1]) }!
    return "towards the \(move.xyz[axis] < 0 ? names[axis].0 : names[axis].1)"
}
