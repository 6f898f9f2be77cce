/// What shapes a mask's signed distance field and its surface mesh. All lengths in millimetres.
public struct SurfaceParameters: Codable, Equatable, Sendable {
    /// Spacing of the field's isotropic grid, 0.3 to 3 mm. Nil chooses 0.7 of the mask's finest spacing, held within 0.6 and 0.8 mm:
    /// finer does not add truth that a 1 mm mask lacks, coarser blurs a 4 mm pedicle.
    public var gridSpacing: Double?
    /// Standard deviation of a Gaussian smoothing of the interpolated field, 0 to 3 mm: takes off what the voxel slots leave.
    public var smoothing: Double = 0.3
    /// How far the field reaches beyond the mask on each side, at least 1 mm.
    public var margin: Double = 4
    /// Distances up to this are refined to the true distance to the sub-voxel surface; farther ones are off by < 0.02 mm.
    public var accurateWithin: Double = 8

    /// How far the mesh may lie from the field's zero surface (root mean square over a vertex' planes), 0 to 0.5 mm. More makes fewer triangles.
    public var meshDeviation: Double = 0.02
    /// The longest edge a mesh is simplified to, 0.5 to 20 mm.
    public var longestEdge: Double = 3

    public init() {}
}

extension SurfaceParameters {
    func validate() throws {
        func check(_ name: String, _ value: Double, _ allowed: ClosedRange<Double>) throws {
            // NaN is in no range.
            guard allowed.contains(value) else {
                throw MeshError.badParameter(name: name, value: value, allowed: "\(allowed.lowerBound) to \(allowed.upperBound) mm")
            }
        }
        if let gridSpacing { try check("gridSpacing", gridSpacing, 0.3...3) }
        try check("smoothing", smoothing, 0...3)
        try check("margin", margin, 1...100)
        try check("meshDeviation", meshDeviation, 0...0.5)
        try check("longestEdge", longestEdge, 0.5...20)
        try check("accurateWithin", accurateWithin, 0...1000)
    }

    /// The field's spacing for a mask with these voxels.
    func spacing(forVoxels voxel: SIMD3<Double>) -> Double { gridSpacing ?? min(max(0.7 * voxel.min(), 0.6), 0.8) }
}
