import Foundation
import Frames
import Volumes

/// The largest phantom that is drawn: 1.5 GB of working memory.
private let voxelLimit = 120_000_000

/// Refuses parameters outside their ranges.
func check(_ parameters: PhantomParameters) throws {
    guard !parameters.levels.isEmpty else { throw PhantomError.noLevels }
    for level in parameters.levels where LevelAnatomy(level) == nil { throw PhantomError.unknownLevel(level) }
    func require(_ name: String, _ value: Double, _ range: ClosedRange<Double>) throws {
        guard range.contains(value) else {
            throw PhantomError.badParameter(name: name, value: value, allowed: "\(range.lowerBound) to \(range.upperBound)")
        }
    }
    for axis in 0..<3 { try require("spacing", parameters.spacing[axis], 0.2...6) }
    try require("margin", parameters.margin, 2...100)
    try require("scoliosis", parameters.scoliosisDeg, 0...15)
    try require("blur", parameters.blur, 0...3)
    try require("noise", parameters.noise, 0...200)
    for turn in [parameters.gridTurn, parameters.patientTurn].compactMap({ $0 }) {
        try require("turn", turn.angleDeg, -180...180)
        try require("turn's axis length", turn.axis.length, 1e-6...1e6)
    }
}

/// The grid with the asked spacing and axes that holds the vertebrae and the margin around them.
func phantomGrid(around vertebrae: [PlacedSolid], parameters: PhantomParameters) throws -> GridGeometry<Patient> {
    var axes = (SIMD3<Double>(1, 0, 0), SIMD3<Double>(0, 1, 0), SIMD3<Double>(0, 0, 1))
    if let turn = parameters.gridTurn, let axis = UnitVector<Patient>(Vector(turn.axis)) {
        axes = Rotation<Patient, Patient>(angle: turn.angleDeg * .pi / 180, about: axis).columns
    }
    if parameters.leftHanded { axes.2 = -axes.2 }
    let corners = vertebrae.flatMap(\.corners)
    // Room behind the spinous processes for skin and some air, in whole voxels, so that the anatomy meets the same voxel centres.
    let behind = parameters.content == .full ? vertebrae.map { 18 * $0.patientFromVertebra.rotation(SIMD3(0, 1, 0)) } : []
    func extent(_ axis: SIMD3<Double>, _ spacing: Double) -> (low: Double, count: Int) {
        let along = corners.map { dot($0, axis) }
        let low = along.min()! - parameters.margin
        let count = Int(((along.max()! + parameters.margin - low) / spacing).rounded(.up)) + 1
        let room = behind.map { dot($0, axis) }
        let before = Int((max(0, -(room.min() ?? 0)) / spacing).rounded(.up))
        let after = Int((max(0, room.max() ?? 0) / spacing).rounded(.up))
        return (low - Double(before) * spacing, before + count + after)
    }
    let extents = [extent(axes.0, parameters.spacing.x), extent(axes.1, parameters.spacing.y), extent(axes.2, parameters.spacing.z)]
    let size = SIMD3(extents[0].count, extents[1].count, extents[2].count)
    let voxels = size.x * size.y * size.z
    guard voxels <= voxelLimit else { throw PhantomError.tooLarge(voxels: voxels, limit: voxelLimit) }
    let origin = extents[0].low * axes.0 + extents[1].low * axes.1 + extents[2].low * axes.2
    return try GridGeometry(size: size, spacing: parameters.spacing, origin: Point(origin), axes: axes)
}
