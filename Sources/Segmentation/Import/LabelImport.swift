import Anatomy
import Frames
import Volumes

public struct LabelImportParameters: Codable, Equatable, Sendable {
    /// How far two grids' corners may lie apart and still count as the same grid, mm (0 to 0.5). The default is far below any voxel
    /// and above what single-precision headers and DICOM decimal strings lose.
    public var gridTolerance = 0.05
    /// A level with less volume than this is reported as incomplete, mm³ (0 up). The smallest whole adult vertebra here (C3-C7) has about
    /// 5000 mm³.
    public var smallestVertebra = 3000.0
    /// Loose pieces of a level smaller than this, in all, are not worth a warning, mm³ (0 up).
    public var smallestFragment = 50.0
    /// Whether the patient is known to have situs inversus: liver on the left, spleen on the right.
    public var isSitusInversus = false

    public init() {}
}

/// A foreign label map as VerSe ids on `grid`, with its levels and what looks wrong about it.
///
/// On the same grid the ids are only renamed, in one pass over a lookup table. On another grid the map is resampled by world position
/// (`resampled`), with a warning unless the two grids share their voxel centres. Nothing is guessed: the scheme is named, voxels are not
/// moved, filled or removed, and a level keeps its name.
///
/// - Parameters:
///   - labels: the foreign map, any grid, LPS mm.
///   - scheme: the meaning of its ids.
///   - grid: the CT's grid.
/// - Throws: `SegmentationError` when no vertebra is found, nothing overlaps, or the levels' order, uniqueness or sides contradict anatomy.
/// - Complexity: O(voxels of both grids).
public func importLabels(
    _ labels: Volume<Int32, Patient>, scheme: LabelScheme, onto grid: GridGeometry<Patient>, parameters: LabelImportParameters = .init()
) throws -> VertebraLabels {
    let census = try IdCensus(of: labels)
    let renamed = try census.renamed(labels, scheme: scheme)
    var warnings = census.unknownIds(scheme: scheme)
    warnings += try checkSides(of: labels, census: census, scheme: scheme, isSitusInversus: parameters.isSitusInversus)

    let volume: LabelVolume
    if labels.geometry.coincides(with: grid, tolerance: parameters.gridTolerance) {
        // The CT's own geometry replaces the label file's rounded copy of it.
        volume = try LabelVolume(geometry: grid, voxels: renamed.voxels)
    } else {
        let source = labelledRegions(of: renamed)
        volume = resampled(renamed, onto: grid)
        warnings += try checkOverlap(from: renamed, regions: source, to: volume)
        if !sharesVoxelCentres(renamed.geometry, grid, tolerance: parameters.gridTolerance) {
            warnings.append(resamplingWarning(from: renamed.geometry, to: grid))
        }
        warnings += mayBeCut(source, by: "label map")
    }
    let regions = labelledRegions(of: volume)
    for warning in mayBeCut(regions, by: "image")
    where !warnings.contains(where: { $0.code == .mayBeCut && $0.levels == warning.levels }) {
        warnings.append(warning)
    }
    warnings += try checkPieces(of: volume, regions: regions, parameters: parameters)
    warnings += try checkOrder(of: regions, scheme: scheme)
    return VertebraLabels(volume: volume, levels: regions.map(\.level), regions: regions, warnings: warnings)
}
