import Frames
import Volumes

/// An affine map from voxel index to the patient frame (LPS+, mm), as files give it: any three columns and an origin.
struct IndexAffine: Equatable {
    /// The step of one voxel along i, j and k.
    var steps: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
    var origin: SIMD3<Double>

    init(steps: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>), origin: SIMD3<Double>) {
        self.steps = steps
        self.origin = origin
    }

    /// From a row-major 3 x 4 matrix into RAS+ with `scale` mm to its unit.
    init(ras m: [Double], scale: Double) {
        func column(_ c: Int) -> SIMD3<Double> { SIMD3(-m[c], -m[4 + c], m[8 + c]) * scale }
        self.init(steps: (column(0), column(1), column(2)), origin: column(3))
    }

    static func == (a: IndexAffine, b: IndexAffine) -> Bool { a.steps == b.steps && a.origin == b.origin }

    func point(_ index: SIMD3<Double>) -> SIMD3<Double> {
        origin + index.x * steps.0 + index.y * steps.1 + index.z * steps.2
    }

    /// The largest distance between the points where two maps put the corner voxels of a grid.
    func largestDistance(to other: IndexAffine, over size: SIMD3<Int>) -> Double {
        cornerIndices(size).map { (point($0) - other.point($0)).length }.max() ?? 0
    }

    /// The grid of this map.
    ///
    /// Axes that are perpendicular but for rounding are replaced by the nearest orthonormal ones (polar decomposition).
    /// Throws: `ImageFileError.sheared` where that would move a corner by more than 0.05 mm, a tenth of the smallest CT voxel;
    /// `.implausibleSpacing` outside 0.02 to 20 mm; `.corrupt` for numbers that are not finite or directions of no length.
    func grid(size: SIMD3<Int>, path: String) throws -> GridGeometry<Patient> {
        let spacing = SIMD3(steps.0.length, steps.1.length, steps.2.length)
        guard spacing.sum().isFinite, origin.sum().isFinite, spacing.min() > 0 else {
            throw ImageFileError.corrupt(path: path, reason: "the voxel directions or the origin are not usable numbers")
        }
        // A scanner's table is 2 m long; this is a thousand times more.
        guard origin.length < 2e6 else {
            throw ImageFileError.corrupt(path: path, reason: "the origin lies \(origin.length / 1000) m away")
        }
        guard spacing.min() >= 0.02, spacing.max() <= 20 else {
            throw ImageFileError.implausibleSpacing(path: path, spacing: spacing)
        }
        let axes = nearestOrthonormal((steps.0 / spacing.x, steps.1 / spacing.y, steps.2 / spacing.z))
        guard let axes else { throw ImageFileError.sheared(path: path, errorMM: .infinity) }
        let straight = IndexAffine(steps: (axes.0 * spacing.x, axes.1 * spacing.y, axes.2 * spacing.z), origin: origin)
        let error = largestDistance(to: straight, over: size)
        guard error <= 0.05 else { throw ImageFileError.sheared(path: path, errorMM: error) }
        return try GridGeometry(size: size, spacing: spacing, origin: Point(origin), axes: axes)
    }
}

/// The indices of the corner voxels.
private func cornerIndices(_ size: SIMD3<Int>) -> [SIMD3<Double>] {
    let last = SIMD3<Double>(size) - 1
    return (0..<8).map { SIMD3($0 & 1 == 0 ? 0 : last.x, $0 & 2 == 0 ? 0 : last.y, $0 & 4 == 0 ? 0 : last.z) }
}

/// The orthonormal axes nearest to three unit vectors, of the same handedness; nil where they are far from perpendicular.
///
/// Higham's Newton iteration for the polar factor, A <- (A + A^-T) / 2, where A^-T has the columns (b x c, c x a, a x b) / det A.
func nearestOrthonormal(
    _ axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)? {
    var (a, b, c) = axes
    guard abs((a.cross(b) * c).sum()) > 0.5 else { return nil }
    for _ in 0..<20 {
        let determinant = (a.cross(b) * c).sum()
        let next = ((a + b.cross(c) / determinant) / 2, (b + c.cross(a) / determinant) / 2, (c + a.cross(b) / determinant) / 2)
        let change = max((next.0 - a).length, (next.1 - b).length, (next.2 - c).length)
        (a, b, c) = next
        if change < 1e-15 { break }
    }
    return (a, b, c)
}

/// The patient directions that growing i, j and k point to most, such as "LPS" or "RAS".
public func orientationName(of geometry: GridGeometry<Patient>) -> String {
    let axes = [geometry.axes.0, geometry.axes.1, geometry.axes.2]
    return String(
        axes.map { axis in
            let size = SIMD3(abs(axis.x), abs(axis.y), abs(axis.z))
            if size.x >= size.y, size.x >= size.z { return axis.x > 0 ? "L" : "R" }
            if size.y >= size.z { return axis.y > 0 ? "P" : "A" }
            return axis.z > 0 ? "S" : "I"
        })
}
