import Anatomy
import Concurrency
import Frames
import Meshes
import Planning
import Segmentation
import Volumes

/// A vertebra's printable surface and what was measured of it.
struct VertebraMesh: Sendable {
    let level: VertebraLevel
    let surface: SolidSurface<Patient>
    let report: MeshReport
}

/// A mesh of each of `levels` that is labelled; neighbours are kept from touching.
///
/// - Parameter modelled: distance fields that planning has built already, to be used again.
func vertebraMeshes(
    of levels: [VertebraLevel], in labels: VertebraLabels, modelled: [VertebraLevel: SignedDistanceField<Patient>] = [:],
    parameters: SurfaceParameters, threads: Int, log: RunLog
) throws -> [VertebraMesh] {
    let cuts = try cutOutMasks(of: levels, from: labels.volume)
    for region in labels.regions where region.isCutByView && levels.contains(region.level) {
        log.warn(
            "mesh_of_part", "\(region.level): its mesh ends where the image ends; the rest of the vertebra is missing",
            levels: [region.level])
    }
    let fields = try concurrentMap(cuts, threads: threads) { cut in
        try modelled[cut.level] ?? signedDistance(of: cut.mask, parameters: parameters)
    }
    // Half a tenth of a millimetre on each side: less than any printer resolves, enough for separate shells.
    let apart = try separated(fields, clearance: 0.1)
    let made = try concurrentMap(apart, threads: threads) { try surface(of: $0, parameters: parameters) }
    let surfaces = try withoutContacts(made, of: apart, parameters: parameters)
    return try concurrentMap(Array(cuts.indices), threads: threads) { n in
        VertebraMesh(
            level: cuts[n].level, surface: surfaces[n], report: MeshReport(of: surfaces[n], field: apart[n], mask: cuts[n].mask))
    }
}
