import Anatomy
import Frames
import Volumes

/// A connected part of one level.
struct LabelPiece {
    var voxelCount = 0
    var index = SIMD3<Int>()
}

/// Warns about levels in several pieces and levels with too little bone.
///
/// - Throws: `SegmentationError.duplicateLevel` when a level's pieces lie as far apart along the spine as two vertebrae do.
/// - Complexity: O(voxels inside the levels' bounding boxes).
func checkPieces(of labels: LabelVolume, regions: [LabelledRegion], parameters: LabelImportParameters) throws -> [LabelWarning] {
    var warnings: [LabelWarning] = []
    let spine = spineDirection(of: regions)
    let voxel = labels.geometry.voxelVolume
    for region in regions {
        let pieces = connectedPieces(of: region, in: labels)
        // The sacrum is long, and its parts come from more than one id.
        if region.level != .s1 { try checkDuplicate(region.level, pieces: pieces, grid: labels.geometry, spine: spine) }
        let loose = pieces.dropFirst()
        let volume = Double(loose.reduce(0) { $0 + $1.voxelCount }) * voxel
        if volume > parameters.smallestFragment {
            let sizes = pieces.prefix(4).map { "\(Int((Double($0.voxelCount) * voxel).rounded()))" }.joined(separator: ", ")
            warnings.append(
                LabelWarning(
                    .fragmented, levels: [region.level],
                    "\(region.level) is in \(pieces.count) pieces of \(sizes)\(pieces.count > 4 ? ", ..." : "") mm³; check that each belongs to it"
                ))
        }
        if region.volume < parameters.smallestVertebra {
            warnings.append(
                LabelWarning(
                    .incomplete, levels: [region.level],
                    "\(region.level) has only \(Int(region.volume.rounded())) mm³ of label, less than a whole vertebra has"))
        }
    }
    return warnings
}

/// The connected parts (26 neighbours) of a level, the largest first.
///
/// - Complexity: O(voxels of the level's bounding box).
func connectedPieces(of region: LabelledRegion, in labels: LabelVolume) -> [LabelPiece] {
    let size = region.upper &- region.lower
    let id = region.level.rawValue
    var open = [Bool](repeating: false, count: size.x * size.y * size.z)
    func at(_ p: SIMD3<Int>) -> Int { (p.z * size.y + p.y) * size.x + p.x }
    for k in 0..<size.z {
        for j in 0..<size.y {
            let row = labels.geometry.offset(region.lower.x, region.lower.y + j, region.lower.z + k)
            for i in 0..<size.x { open[(k * size.y + j) * size.x + i] = labels.voxels[row + i] == id }
        }
    }
    var pieces: [LabelPiece] = []
    var stack: [SIMD3<Int>] = []
    for k in 0..<size.z {
        for j in 0..<size.y {
            for i in 0..<size.x where open[at(SIMD3(i, j, k))] {
                var piece = LabelPiece()
                open[at(SIMD3(i, j, k))] = false
                stack.append(SIMD3(i, j, k))
                while let p = stack.popLast() {
                    piece.voxelCount += 1
                    piece.index &+= p &+ region.lower
                    for z in max(0, p.z - 1)...min(size.z - 1, p.z + 1) {
                        for y in max(0, p.y - 1)...min(size.y - 1, p.y + 1) {
                            for x in max(0, p.x - 1)...min(size.x - 1, p.x + 1) where open[at(SIMD3(x, y, z))] {
                                open[at(SIMD3(x, y, z))] = false
                                stack.append(SIMD3(x, y, z))
                            }
                        }
                    }
                }
                pieces.append(piece)
            }
        }
    }
    return pieces.sorted { $0.voxelCount > $1.voxelCount }
}

/// The second piece must hold this share of the largest to count as a vertebra of its own, and lie this far along the spine, mm.
///
/// Body and arch, parted where a coarse map loses the pedicles, lie in front of and behind each other, within about 15 mm along the
/// spine; the smallest step between two vertebrae that the development data shows is 10 mm (neck) and 17 mm (below C7).
private let duplicateShare = 0.25
private let duplicateDistance = 17.0

private func checkDuplicate(_ level: VertebraLevel, pieces: [LabelPiece], grid: GridGeometry<Patient>, spine: UnitVector<Patient>) throws {
    guard let largest = pieces.first else { return }
    func centre(_ piece: LabelPiece) -> Point<Patient> { grid.point(at: SIMD3<Double>(piece.index) / Double(piece.voxelCount)) }
    for piece in pieces.dropFirst() where Double(piece.voxelCount) >= duplicateShare * Double(largest.voxelCount) {
        let along = abs((centre(piece) - centre(largest)).dot(spine))
        if along > duplicateDistance { throw SegmentationError.duplicateLevel(level, distance: along) }
    }
}

/// From head to foot: the mean direction of the labelled levels, or straight down with fewer than two.
func spineDirection(of regions: [LabelledRegion]) -> UnitVector<Patient> {
    guard let first = regions.first, let last = regions.last, let down = UnitVector(last.centroid - first.centroid) else {
        return -UnitVector<Patient>.z
    }
    return down
}
