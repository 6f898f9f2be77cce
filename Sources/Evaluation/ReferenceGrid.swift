import Frames
import Segmentation
import Volumes

/// The prediction on the reference's grid by patient position, and what that cost.
///
/// Each voxel takes the label of the prediction's voxel that holds its centre; outside the prediction's grid there is none. Unlike the labels of a plan
/// (`importLabels`), which are smoothed on the way, this adds no surface that the prediction does not have, and other programs can repeat it.
///
/// - Throws: `EvaluationError.gridsDoNotMeet`.
/// - Complexity: O(voxels of the reference).
func onReferenceGrid(
    _ prediction: LabelVolume, _ reference: LabelVolume, tolerance: Double
) throws -> (volume: LabelVolume, warnings: [LabelWarning]) {
    let (source, target) = (prediction.geometry, reference.geometry)
    if source.coincides(with: target, tolerance: tolerance) {
        return (try LabelVolume(geometry: target, voxels: prediction.voxels), [])
    }
    var result = LabelVolume(geometry: target, repeating: 0)
    var uncovered = [Int](repeating: 0, count: 256)
    var coveredCount = 0
    for k in 0..<target.size.z {
        for j in 0..<target.size.y {
            for i in 0..<target.size.x {
                let at = target.offset(i, j, k)
                if let id = prediction.nearest(at: target.point(at: SIMD3(i, j, k))) {
                    result.voxels[at] = id
                    coveredCount += 1
                } else {
                    uncovered[Int(reference.voxels[at])] += 1
                }
            }
        }
    }
    guard coveredCount > 0 else {
        throw EvaluationError.gridsDoNotMeet(prediction: PatientExtent(of: source), reference: PatientExtent(of: target))
    }
    var warnings = referenceBeyondPrediction(reference, uncovered: uncovered) + predictionBeyondReference(prediction, target)
    if !sharesVoxelCentres(source, target, tolerance: tolerance) { warnings.append(resampled) }
    return (result, warnings)
}

private let resampled = LabelWarning(
    .resampled,
    "the two grids differ: the prediction was resampled onto the reference's by the nearest voxel, so its surface may lie half a voxel off")

private func referenceBeyondPrediction(_ reference: LabelVolume, uncovered: [Int]) -> [LabelWarning] {
    let levels = labelledRegions(of: reference).map(\.level).filter { uncovered[Int($0.rawValue)] > 0 }
    guard !levels.isEmpty else { return [] }
    let text: LevelText = "the prediction's grid ends before the reference does: outside it nothing is predicted of \(levels)"
    return [LabelWarning(.labelsBeyondImage, levels: levels, text)]
}

private func predictionBeyondReference(_ prediction: LabelVolume, _ grid: GridGeometry<Patient>) -> [LabelWarning] {
    let levels = labelledRegions(of: prediction).filter { reachesBeyond(grid, $0, of: prediction) }.map(\.level)
    guard !levels.isEmpty else { return [] }
    let text: LevelText = "the reference's grid ends before the prediction does: what lies outside it was left out of \(levels)"
    return [LabelWarning(.labelsBeyondImage, levels: levels, text)]
}

/// Whether a voxel centre of a predicted level lies outside a grid.
private func reachesBeyond(_ grid: GridGeometry<Patient>, _ region: LabelledRegion, of labels: LabelVolume) -> Bool {
    // A little slack, so that rounding at a shared face is not called a loss.
    let upper = SIMD3<Double>(grid.size) - 0.49
    for k in region.lower.z..<region.upper.z {
        for j in region.lower.y..<region.upper.y {
            for i in region.lower.x..<region.upper.x where labels[i, j, k] == region.level.rawValue {
                let at = grid.index(of: labels.geometry.point(at: SIMD3(i, j, k)))
                if at.min() < -0.51 || at.x > upper.x || at.y > upper.y || at.z > upper.z { return true }
            }
        }
    }
    return false
}
