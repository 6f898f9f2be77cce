import Anatomy
import Frames
import Volumes

/// Compares the sides that a map's other structures claim by name with where they lie.
///
/// The median left structure (lung, rib, kidney, ...) must lie to the left of the median right one; otherwise the map is mirrored. The liver
/// to the left of the spleen means that map and image are both mirrored, or situs inversus (about 1 in 10,000 people). No map can tell which,
/// so a person must have said it.
///
/// - Returns: a warning where situs inversus was said.
/// - Throws: `SegmentationError.sidesSwapped`, `.organsMirrored`, `.organsNotMirrored`. Complexity: O(voxels) for schemes with sided
///   structures, else O(1).
func checkSides(
    of labels: Volume<Int32, Patient>, census: IdCensus, scheme: LabelScheme, isSitusInversus: Bool
) throws -> [LabelWarning] {
    let sided = census.counts.filter { scheme.side(of: $0.id) != nil }.map(\.id)
    let organs = scheme.liverAndSpleen.map { [$0.liver, $0.spleen] } ?? []
    let wanted = Set(sided + organs)
    let isTold = !sided.isEmpty || (!organs.isEmpty && organs.allSatisfy { id in census.counts.contains { $0.id == id } })
    let leftward = isTold ? meanLeftward(of: wanted, in: labels) : [:]
    try compareSides(leftward, scheme: scheme)
    return try compareOrgans(leftward, scheme: scheme, isSitusInversus: isSitusInversus)
}

/// - Throws: `SegmentationError` when liver and spleen lie otherwise than was said.
private func compareOrgans(_ leftward: [Int: Double], scheme: LabelScheme, isSitusInversus: Bool) throws -> [LabelWarning] {
    let said = "said to have situs inversus (--situs-inversus)"
    guard let (liver, spleen) = scheme.liverAndSpleen, let liverX = leftward[liver], let spleenX = leftward[spleen] else {
        guard isSitusInversus else { return [] }
        return [
            LabelWarning(
                .situsInversus,
                "the patient was \(said); the labels show no liver and spleen to check it by; check the side before any use")
        ]
    }
    switch (liverX > spleenX, isSitusInversus) {
    case (true, false): throw SegmentationError.organsMirrored
    case (false, true): throw SegmentationError.organsNotMirrored
    case (false, false): return []
    case (true, true):
        return [
            LabelWarning(
                .situsInversus,
                "the patient was \(said), and the liver does lie to the left of the spleen, as it would in a mirrored scan; check the side "
                    + "before any use")
        ]
    }
}

/// - Throws: `SegmentationError.sidesSwapped` when most left structures lie to the right of the right ones.
private func compareSides(_ leftward: [Int: Double], scheme: LabelScheme) throws {
    let left = leftward.filter { scheme.side(of: $0.key) == .left }.map(\.value).sorted()
    let right = leftward.filter { scheme.side(of: $0.key) == .right }.map(\.value).sorted()
    // One structure alone has nothing to be compared with.
    guard !left.isEmpty, !right.isEmpty else { return }
    let middle = (left[left.count / 2] + right[right.count / 2]) / 2
    let swapped = left.filter { $0 < middle }.count + right.filter { $0 > middle }.count
    if left[left.count / 2] < right[right.count / 2] {
        throw SegmentationError.sidesSwapped(swapped: swapped, of: left.count + right.count)
    }
}

/// The mean x of each wanted id's voxels, LPS mm: larger lies further to the patient's left.
private func meanLeftward(of wanted: Set<Int>, in labels: Volume<Int32, Patient>) -> [Int: Double] {
    let size = 1024
    var sums = [(count: Int, index: SIMD3<Int>)](repeating: (0, SIMD3()), count: size)
    let grid = labels.geometry
    labels.voxels.withUnsafeBufferPointer { voxels in
        for k in 0..<grid.size.z {
            for j in 0..<grid.size.y {
                let row = grid.offset(0, j, k)
                var i = 0
                while i < grid.size.x {
                    let id = voxels[row + i]
                    let start = i
                    repeat { i += 1 } while i < grid.size.x && voxels[row + i] == id
                    guard id > 0, id < size else { continue }
                    let run = i - start
                    sums[Int(id)].count += run
                    sums[Int(id)].index &+= SIMD3((start + i - 1) * run / 2, j * run, k * run)
                }
            }
        }
    }
    var means: [Int: Double] = [:]
    for id in wanted where id < size && sums[id].count > 0 {
        means[id] = grid.point(at: SIMD3<Double>(sums[id].index) / Double(sums[id].count)).x
    }
    return means
}
