import Anatomy
import Frames
import Volumes

/// A foreign label map as VerSe ids on its own grid, whatever its levels' order and sides are: for maps that are to be measured, not planned on.
///
/// - Parameters:
///   - labels: the foreign map, any grid.
///   - scheme: the meaning of its ids.
///   - mayBeEmpty: whether a map without a vertebra is let through, as long as the scheme defines all ids that it holds.
/// - Returns: the map, and a warning when it holds ids that the scheme does not define.
/// - Throws: `SegmentationError.notALabelMap` and `.noVertebra`.
/// - Complexity: O(voxels).
public func vertebraIds(
    of labels: Volume<Int32, Patient>, scheme: LabelScheme, mayBeEmpty: Bool = false
) throws -> (volume: LabelVolume, warnings: [LabelWarning]) {
    let census = try IdCensus(of: labels)
    let unknown = census.unknownIds(scheme: scheme)
    let hasVertebra = census.counts.contains { scheme.level(of: $0.id) != nil }
    if mayBeEmpty, !hasVertebra, unknown.isEmpty { return (LabelVolume(geometry: labels.geometry, repeating: 0), []) }
    return (try census.renamed(labels, scheme: scheme), unknown)
}
