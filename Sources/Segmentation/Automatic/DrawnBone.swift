import Anatomy
import Frames
import Volumes

/// One bone on the CT's grid, and what was seen while it was drawn.
struct DrawnBone: Sendable {
    let level: VertebraLevel
    let field: BoneField
    /// The share of the network's voxels that lie in one piece.
    let shareOfLargestPiece: Double
    /// The share of the surface at which the image has an edge.
    let edgeShare: Double
    /// The share of the surface, in one piece, behind which there is no wall of bone.
    let softShare: Double
    /// The median distance from the network's surface to the image's edges, mm, without sign.
    let medianShift: Double
    /// The mean probability inside.
    let probability: Double
}

/// Nil where too little of the bone is seen.
func drawnBone(_ level: VertebraLevel, _ probability: Volume<Float, Patient>, ct: CTVolume, parameters: SegmentationParameters)
    -> DrawnBone?
{
    guard let bone = ProbableBone(probability) else { return nil }
    let inside = probability.voxels.indices.filter { bone.inside[$0] }
    guard Double(inside.count) * probability.geometry.voxelVolume >= parameters.leastVolume else { return nil }
    let surface = shiftedToEdges(bone.surface, in: ct, parameters: parameters.edges)
    guard let field = rasterised(bone, surface: surface, on: ct.geometry) else { return nil }
    let shifts = surface.map { abs($0.shift) }.sorted()
    return DrawnBone(
        level: level, field: field, shareOfLargestPiece: bone.shareOfLargestPiece,
        edgeShare: Double(surface.count { $0.clarity > 0 }) / Double(max(1, surface.count)),
        softShare: softShare(of: surface, in: ct), medianShift: shifts.isEmpty ? 0 : shifts[shifts.count / 2],
        probability: Double(inside.reduce(Float(0)) { $0 + probability.voxels[$1] }) / Double(inside.count))
}
