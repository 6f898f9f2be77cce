import Anatomy
import Frames
import Phantom
import Volumes

// Measurements on voxels alone, which know nothing of how the phantom was made.

/// The part of a plane section of a label that holds the plane's origin.
struct PlaneSection {
    var area: Double
    /// Extents along the plane's two axes, mm.
    var extent: SIMD2<Double>
    /// Offset of the centroid from the plane's origin along the two axes, mm.
    var centroid: SIMD2<Double>
}

/// Cuts a mask of 0 and 1 with the plane through `origin` along `u` and `v`: samples the mask trilinearly every 0.2 mm and takes the connected part
/// (4 neighbours) at the origin where it is at least one half. Nil when the origin is outside the mask.
func section(
    of mask: LabelVolume, at origin: SIMD3<Double>, u: SIMD3<Double>, v: SIMD3<Double>, reach: Double = 18
) -> PlaneSection? {
    let step = 0.2
    let half = Int(reach / step)
    let side = 2 * half + 1
    func isInside(_ i: Int, _ j: Int) -> Bool {
        let p = origin + Double(i - half) * step * u + Double(j - half) * step * v
        return (mask.linear(at: Point(p)) ?? 0) >= 0.5
    }
    let inside = (0..<side * side).map { isInside($0 % side, $0 / side) }
    let part = flood(from: half * side + half, count: side * side) { at in
        guard inside[at] else { return nil }
        let (i, j) = (at % side, at / side)
        return [i > 0 ? at - 1 : at, i + 1 < side ? at + 1 : at, j > 0 ? at - side : at, j + 1 < side ? at + side : at]
    }
    guard !part.isEmpty else { return nil }
    let columns = part.map { Double($0 % side - half) * step }
    let rows = part.map { Double($0 / side - half) * step }
    return PlaneSection(
        area: Double(part.count) * step * step,
        extent: SIMD2(columns.max()! - columns.min()! + step, rows.max()! - rows.min()! + step),
        centroid: SIMD2(columns.reduce(0, +), rows.reduce(0, +)) / Double(part.count))
}

/// All that is reached from `start`; `neighbours` gives nil for places that do not belong.
func flood(from start: Int, count: Int, neighbours: (Int) -> [Int]?) -> [Int] {
    var seen = [Bool](repeating: false, count: count)
    var reached: [Int] = []
    var open = [start]
    seen[start] = true
    while let at = open.popLast() {
        guard let next = neighbours(at) else { continue }
        reached.append(at)
        for other in next where !seen[other] {
            seen[other] = true
            open.append(other)
        }
    }
    return reached
}

/// The six face neighbours of a voxel, itself in place of those outside the grid.
func faceNeighbours(of at: Int, in size: SIMD3<Int>) -> [Int] {
    let i = at % size.x
    let j = at / size.x % size.y
    let k = at / (size.x * size.y)
    let sheet = size.x * size.y
    return [
        i > 0 ? at - 1 : at, i + 1 < size.x ? at + 1 : at, j > 0 ? at - size.x : at, j + 1 < size.y ? at + size.x : at,
        k > 0 ? at - sheet : at, k + 1 < size.z ? at + sheet : at,
    ]
}

/// The largest and smallest coordinate of a label's voxel centres along a direction of the patient frame, from a point.
func extent(of labels: LabelVolume, id: UInt8, from origin: SIMD3<Double>, along direction: SIMD3<Double>) -> (low: Double, high: Double) {
    let grid = labels.geometry
    var low = Double.infinity
    var high = -Double.infinity
    for at in labels.voxels.indices where labels.voxels[at] == id {
        let index = SIMD3(at % grid.size.x, at / grid.size.x % grid.size.y, at / (grid.size.x * grid.size.y))
        let along = ((grid.point(at: index).xyz - origin) * direction).sum()
        low = min(low, along)
        high = max(high, along)
    }
    return (low, high)
}

func boneOnly(_ levels: [VertebraLevel], spacing: Double = 1) -> PhantomParameters {
    var parameters = PhantomParameters()
    parameters.levels = levels
    parameters.spacing = SIMD3(repeating: spacing)
    parameters.content = .bone
    return parameters
}
