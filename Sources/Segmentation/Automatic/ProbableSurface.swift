import Frames
import Volumes

/// A point of a bone's surface: where it is, which way is out, and how far out the image puts it.
struct SurfacePoint: Equatable, Sendable {
    var at: Point<Patient>
    /// Unit normal, outward, in the patient's frame.
    var normal: SIMD3<Double>
    /// How far along the normal the image's edge lies, mm; 0 until it was looked for.
    var shift = 0.0
    /// 0 to 1: how clear that edge is.
    var clarity = 0.0
}

/// What a probability map says of one bone: its surface, and its inside as far as the map's own voxels tell.
struct ProbableBone: Sendable {
    let probability: Volume<Float, Patient>
    /// The largest piece with a probability above one half, on the map's grid.
    let inside: [Bool]
    /// The share of all such voxels that it holds.
    let shareOfLargestPiece: Double
    let surface: [SurfacePoint]

    /// Nil where nothing is probable.
    init?(_ probability: Volume<Float, Patient>) {
        let (inside, voxels, total) = largestPiece(of: probability.voxels.map { $0 > 0.5 }, size: probability.geometry.size)
        guard voxels > 0 else { return nil }
        self.probability = probability
        self.inside = inside
        shareOfLargestPiece = Double(voxels) / Double(total)
        surface = crossings(of: probability, inside: inside)
    }
}

/// Where the lines between neighbouring voxel centres cross probability one half on the way out of `inside`.
private func crossings(of probability: Volume<Float, Patient>, inside: [Bool]) -> [SurfacePoint] {
    let grid = probability.geometry
    let size = grid.size
    let steps = [1, size.x, size.x * size.y]
    var points: [SurfacePoint] = []
    for k in 1..<(size.z - 1) {
        for j in 1..<(size.y - 1) {
            for i in 1..<(size.x - 1) where inside[grid.offset(i, j, k)] {
                let at = grid.offset(i, j, k)
                for axis in 0..<3 {
                    for sign in [-1, 1] where !inside[at + sign * steps[axis]] {
                        let (here, there) = (Double(probability.voxels[at]), Double(probability.voxels[at + sign * steps[axis]]))
                        // Beyond another piece's border the probability may be above one half again.
                        let share = there < 0.5 ? (here - 0.5) / (here - there) : 0.5
                        var index = SIMD3(Double(i), Double(j), Double(k))
                        index[axis] += Double(sign) * share
                        guard let normal = outward(at, at + sign * steps[axis], share, probability) else { continue }
                        points.append(SurfacePoint(at: grid.point(at: index), normal: normal))
                    }
                }
            }
        }
    }
    return points
}

/// Against the gradient of the probability, interpolated between two voxels; nil where it is flat. `there` may lie on the grid's face.
private func outward(_ here: Int, _ there: Int, _ share: Double, _ probability: Volume<Float, Patient>) -> SIMD3<Double>? {
    let grid = probability.geometry
    let steps = [1, grid.size.x, grid.size.x * grid.size.y]
    func gradient(_ at: Int) -> SIMD3<Double> {
        let index = [at % grid.size.x, at / grid.size.x % grid.size.y, at / steps[2]]
        var slope = SIMD3<Double>()
        for axis in 0..<3 {
            let before = index[axis] > 0 ? at - steps[axis] : at
            let after = index[axis] + 1 < grid.size[axis] ? at + steps[axis] : at
            slope[axis] = Double(probability.voxels[after] - probability.voxels[before])
        }
        return slope
    }
    let slope = gradient(here) * (1 - share) + gradient(there) * share
    let (a, b, c) = grid.axes
    return UnitVector<Patient>(Vector(-(slope.x * a + slope.y * b + slope.z * c)))?.xyz
}
