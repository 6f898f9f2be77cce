import Frames

/// A surface of triangles in frame `F`, millimetres; each triangle's corners run anticlockwise seen from outside.
public struct TriangleMesh<F: CoordinateFrame>: Sendable, Equatable {
    public var vertices: [SIMD3<Double>]
    /// Positions in `vertices` of each triangle's corners.
    public var triangles: [SIMD3<UInt32>]

    public init(vertices: [SIMD3<Double>], triangles: [SIMD3<UInt32>]) {
        self.vertices = vertices
        self.triangles = triangles
    }

    /// The three corners of a triangle.
    @inlinable public func corners(of triangle: SIMD3<UInt32>) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
        (vertices[Int(triangle.x)], vertices[Int(triangle.y)], vertices[Int(triangle.z)])
    }

    /// The mesh in another frame.
    public func transformed<To>(by toFromF: RigidTransform<To, F>) -> TriangleMesh<To> {
        TriangleMesh<To>(vertices: vertices.map { (toFromF * Point<F>($0)).xyz }, triangles: triangles)
    }

    /// All the meshes in one, as separate components.
    public static func joined(_ meshes: [TriangleMesh]) -> TriangleMesh {
        var all = TriangleMesh(vertices: [], triangles: [])
        for mesh in meshes {
            let base = UInt32(all.vertices.count)
            all.vertices.append(contentsOf: mesh.vertices)
            all.triangles.append(contentsOf: mesh.triangles.map { $0 &+ base })
        }
        return all
    }
}

extension TriangleMesh {
    /// The volume enclosed, mm³ (divergence theorem); positive when the triangles face outward.
    public var volume: Double { plain.volume }
    /// The surface area, mm².
    public var area: Double { plain.area }
    /// The smallest and largest coordinates, or nil without vertices.
    public var bounds: (lower: Point<F>, upper: Point<F>)? {
        guard !vertices.isEmpty else { return nil }
        let (lower, upper) = plain.bounds
        return (Point(lower), Point(upper))
    }
}

extension PlainMesh {
    var volume: Double {
        guard let origin = vertices.first else { return 0 }
        // Relative to a vertex: far from the origin the tetrahedra's volumes would cancel digits.
        return triangles.reduce(0) { sum, triangle in
            let (a, b, c) = corners(of: triangle)
            return sum + ((a - origin) * (b - origin).cross(c - origin)).sum() / 6
        }
    }

    var area: Double {
        triangles.reduce(0) { sum, triangle in
            let (a, b, c) = corners(of: triangle)
            return sum + (b - a).cross(c - a).length / 2
        }
    }

    /// The smallest and largest coordinates; there must be a vertex.
    var bounds: (lower: SIMD3<Double>, upper: SIMD3<Double>) {
        vertices.reduce((vertices[0], vertices[0])) { (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1)) }
    }
}
