import Frames
import Volumes

/// What a scan holds, gone on with beyond its upper and lower end, because people do: the first and the last slice repeated, without their bone.
///
/// - Parameters:
///   - rest: attenuation, 1/mm.
///   - millimetres: how far at each end, at the least.
///   - parameters: how attenuation was made; nothing beyond the ends has more than soft tissue.
/// - Throws: `GridError`.
/// - Complexity: O(voxels).
func continued(
    _ rest: Volume<Float, Patient>, by millimetres: Double, _ parameters: AttenuationParameters
) throws -> Volume<Float, Patient> {
    let softTissue = Float(parameters.waterPerMillimetre * (1 + parameters.softTissueHU / 1000))
    let grid = rest.geometry
    let axes = [grid.axes.0, grid.axes.1, grid.axes.2]
    let axis = axes.indices.max { abs(axes[$0].z) < abs(axes[$1].z) }!
    var more = SIMD3<Int>()
    more[axis] = Int((millimetres / grid.spacing[axis]).rounded(.up))
    let longer = try GridGeometry<Patient>(
        size: grid.size &+ more &+ more, spacing: grid.spacing, origin: grid.point(at: SIMD3<Int>() &- more), axes: grid.axes)
    var voxels: [Float] = []
    voxels.reserveCapacity(longer.voxelCount)
    for k in 0..<longer.size.z {
        for j in 0..<longer.size.y {
            for i in 0..<longer.size.x {
                let wanted = SIMD3(i, j, k) &- more
                let nearest = wanted.clamped(lowerBound: SIMD3<Int>(), upperBound: grid.size &- 1)
                let value = rest[nearest.x, nearest.y, nearest.z]
                voxels.append(nearest == wanted ? value : min(value, softTissue))
            }
        }
    }
    return try Volume(geometry: longer, voxels: voxels)
}
