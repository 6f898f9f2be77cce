import Frames
import Volumes

/// The spinal canal's cross-section at one height of the vertebra frame.
struct CanalSlice: Sendable {
    var z: Double
    /// Centre in the vertebra frame's x and y, mm.
    var centre: SIMD2<Double>
    var area: Double
    /// Half-extents of the hole along x and y at its centre, mm, `closing` added.
    var halfSize: SIMD2<Double>
    /// The hole's pixel centres in the vertebra frame's x and y, mm: those more than `closing` off bone.
    var pixels: [SIMD2<Double>]
    /// How much bone had to be thickened, mm, for the ring to close; 0 for a whole ring.
    var closing: Double
}

/// Where the canal is looked for, in the vertebra frame: half-extents round a centre and steps, mm.
struct CanalWindow: Sendable {
    var centre: SIMD3<Double>
    var half: SIMD3<Double>
    var step: Double
    var sliceStep: Double

    /// Round the body's core, when nothing is known of how the vertebra is turned.
    static let unposed = CanalWindow(centre: .zero, half: SIMD3(46, 46, 40), step: 1.5, sliceStep: 2)
    /// Behind the body of a posed vertebra. On whole millimetres, as `canalField` needs.
    static let posed = CanalWindow(centre: SIMD3(0, 18, 0), half: SIMD3(28, 28, 32), step: 1, sliceStep: 1)
}

/// The slices, perpendicular to the vertebra frame's z, in which bone closes a ring round the canal; one chain, by height.
///
/// The canal is the only hole of the right size: background that bone parts from the slice's outside. A label whose lamina has a gap
/// closes only when bone is thickened, so the gap is closed by 0, 0.5, 1 and at last 1.5 mm, and the least that works is taken.
///
/// - Complexity: O(slices x pixels), about 0.2 M distance samples when posed.
func findCanal(in bone: PosedBone, window: CanalWindow, areas: ClosedRange<Double>) -> [CanalSlice] {
    let sections = stride(from: -window.half.z, through: window.half.z, by: window.sliceStep).map { dz in
        BoneSection(
            of: bone, centre: window.centre + SIMD3(0, 0, dz), u: SIMD3(1, 0, 0), v: SIMD3(0, 1, 0),
            half: SIMD2(window.half.x, window.half.y), step: window.step)
    }
    for closing in [0.0, 0.5, 1.0, 1.5] {
        let slices = sections.compactMap { closedSlice($0, areas: areas, closing: closing) }
        let chain = longestChain(of: slices, gap: 3 + window.sliceStep / 2)
        if Double(chain.count) * window.sliceStep >= 3 { return chain }
    }
    return []
}

private func closedSlice(_ section: BoneSection, areas: ClosedRange<Double>, closing: Double) -> CanalSlice? {
    let pixelArea = section.step * section.step
    let holes = section.regions { $0 > closing }.filter { region in
        areas.contains(Double(region.count) * pixelArea) && !region.contains(where: section.touchesEdge)
    }
    return holes.max { $0.count < $1.count }.map { canalSlice($0, of: section, closing: closing) }
}

private func canalSlice(_ hole: [Int], of section: BoneSection, closing: Double) -> CanalSlice {
    let positions = hole.map { section.position(of: $0) }
    let mean = positions.reduce(SIMD3<Double>(), +) / Double(positions.count)
    let pixels = positions.map { SIMD2($0.x, $0.y) }
    // Extents through the centre, so that a spur of the hole into a foramen does not count.
    let across = pixels.filter { abs($0.y - mean.y) <= 1.5 }.map(\.x)
    let along = pixels.filter { abs($0.x - mean.x) <= 1.5 }.map(\.y)
    func half(_ values: [Double]) -> Double { values.isEmpty ? 0 : (values.max()! - values.min()! + section.step) / 2 + closing }
    return CanalSlice(
        z: mean.z, centre: SIMD2(mean.x, mean.y), area: Double(hole.count) * section.step * section.step,
        halfSize: SIMD2(half(across), half(along)), pixels: pixels,
        closing: closing)
}

/// The run of slices with the largest hole area in all, with gaps up to `gap` mm, whose centres move by at most 5 mm from one to the next.
private func longestChain(of slices: [CanalSlice], gap: Double) -> [CanalSlice] {
    var best: [CanalSlice] = []
    var chain: [CanalSlice] = []
    for slice in slices {
        if let last = chain.last {
            let shift = slice.centre - last.centre
            if slice.z - last.z > gap || (shift * shift).sum() > 25 { chain = [] }
        }
        chain.append(slice)
        if chain.reduce(0, { $0 + $1.area }) > best.reduce(0, { $0 + $1.area }) { best = chain }
    }
    return best
}
