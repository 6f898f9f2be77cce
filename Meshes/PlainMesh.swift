import Frames
import Volumes

// The algorithms work on these frameless twins of the public types: generic code called from another module is not specialised, and
// its metadata look-ups cost ten times the arithmetic. Frames are put on and taken off at the public functions alone.

/// A triangle mesh without its frame.
struct PlainMesh {
    var vertices: [SIMD3<Double>] = []
    var triangles: [SIMD3<UInt32>] = []

    func corners(of triangle: SIMD3<UInt32>) -> Corners {
        (vertices[Int(triangle.x)], vertices[Int(triangle.y)], vertices[Int(triangle.z)])
    }
}

/// A triangle's corners.
typealias Corners = (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)

extension TriangleMesh {
    var plain: PlainMesh { PlainMesh(vertices: vertices, triangles: triangles) }
    init(_ plain: PlainMesh) { self.init(vertices: plain.vertices, triangles: plain.triangles) }
}

/// A grid of nodes without its frame.
struct PlainGrid {
    let size: SIMD3<Int>
    let spacing: SIMD3<Double>
    private let origin: SIMD3<Double>
    /// Displacement for one node along each axis, and its inverse' rows.
    private let steps: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
    private let axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)

    init<F>(_ grid: GridGeometry<F>) {
        size = grid.size
        spacing = grid.spacing
        origin = grid.origin.xyz
        axes = grid.axes
        steps = (grid.spacing.x * axes.0, grid.spacing.y * axes.1, grid.spacing.z * axes.2)
    }

    /// A grid whose points are the indices themselves.
    init(size: SIMD3<Int>) {
        self.size = size
        spacing = SIMD3(repeating: 1)
        origin = SIMD3()
        axes = (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
        steps = axes
    }

    func offset(_ i: Int, _ j: Int, _ k: Int) -> Int { (k * size.y + j) * size.x + i }
    func point(at i: SIMD3<Double>) -> SIMD3<Double> { origin + i.x * steps.0 + i.y * steps.1 + i.z * steps.2 }
    func index(of point: SIMD3<Double>) -> SIMD3<Double> {
        let d = point - origin
        return SIMD3((d * axes.0).sum(), (d * axes.1).sum(), (d * axes.2).sum()) / spacing
    }
}
