import Anatomy
import Segmentation
import Volumes

/// Measures a predicted vertebra label map against a reference.
///
/// - Parameters:
///   - prediction: VerSe ids on any grid, LPS mm; another grid than the reference's is resampled by the nearest voxel.
///   - reference: VerSe ids. Everything is measured on its grid.
/// - Throws: `EvaluationError`.
/// - Complexity: O(voxels), and O(n log n) in the voxels of the surfaces.
/// - Accuracy: overlaps and distances are exact for the voxels (PointTreeTests, Tests/Judges/test_evaluate.py).
public func evaluateLabels(
    _ prediction: LabelVolume, against reference: LabelVolume, parameters: EvaluationParameters = .init()
) throws -> LabelEvaluation {
    let regions = labelledRegions(of: reference)
    guard !regions.isEmpty else { throw EvaluationError.noReferenceVertebra }
    let (predicted, warnings) = try onReferenceGrid(prediction, reference, tolerance: parameters.gridTolerance)
    let maps = ComparedMaps(reference: reference, predicted: predicted, regions: regions, parameters: parameters)
    let vertebrae = regions.map { maps.evaluation(of: $0) }
    let findings = mapFindings(
        reference: regions.map(\.level), predicted: maps.predictedRegions.map(\.level), overlaps: maps.overlaps,
        matches: vertebrae.compactMap(\.match), coverFraction: parameters.coverFraction)
    return LabelEvaluation(
        vertebrae: worstFirst(vertebrae), findings: findings, complete: EvaluationStatistics(of: vertebrae.filter(\.isComplete)),
        all: EvaluationStatistics(of: vertebrae), warnings: warnings)
}

/// By Dice, then by surface distance, then from head to foot.
private func worstFirst(_ vertebrae: [VertebraEvaluation]) -> [VertebraEvaluation] {
    func rank(_ v: VertebraEvaluation) -> (Double, Double, Int) { (v.dice, -(v.surface?.average ?? .infinity), v.level.craniocaudalIndex) }
    return vertebrae.sorted { rank($0) < rank($1) }
}

/// Both maps on the reference's grid, with what is asked for again and again.
private struct ComparedMaps {
    let reference: LabelVolume
    let predicted: LabelVolume
    let predictedRegions: [LabelledRegion]
    let overlaps: OverlapTable
    let order: [VertebraLevel]
    let parameters: EvaluationParameters

    init(reference: LabelVolume, predicted: LabelVolume, regions: [LabelledRegion], parameters: EvaluationParameters) {
        self.reference = reference
        self.predicted = predicted
        self.parameters = parameters
        predictedRegions = labelledRegions(of: predicted)
        overlaps = OverlapTable(reference: reference, predicted: predicted)
        order = countingOrder((regions + predictedRegions).map(\.level))
    }

    func evaluation(of region: LabelledRegion) -> VertebraEvaluation {
        let level = region.level
        let same = predictedRegions.first { $0.level == level }
        return VertebraEvaluation(
            level: level, dice: overlaps.dice(level, level), iou: overlaps.iou(level, level),
            surface: same.flatMap { SurfaceDistances(surface(of: region, in: reference), surface(of: $0, in: predicted)) },
            referenceVolume: region.volume, predictedVolume: same?.volume ?? 0,
            centroidDistance: same?.centroid.distance(to: region.centroid), isComplete: !region.isCutByView,
            isIdentified: isIdentified(region, among: predictedRegions, limit: parameters.identificationDistance),
            covered: overlaps.covered(level),
            match: bestMatch(of: level, among: predictedRegions.map(\.level), overlaps: overlaps, order: order))
    }
}
