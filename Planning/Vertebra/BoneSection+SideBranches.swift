extension BoneSection {
    /// A region without what hangs on it by a bridge less than half as thick, such as a lamina or a facet on an L5 pedicle; all of it where it has no thick core.
    ///
    /// An opening, in terms of morphology: the core is what lies deeper than 0.45 of the region's depth near the middle, and what lies as near to the core as the
    /// core lies deep is kept. It leaves an ellipse of up to 2.2 times its width whole.
    ///
    /// - Parameters:
    ///   - offset: of a pixel from the middle, in any measure.
    ///   - reach: how far from the middle the region's depth is taken.
    /// - Complexity: linear in the pixels, and in the core's times the square of its depth.
    func withoutSideBranches(_ region: [Int], offset: (Int) -> Int, reach: Int) -> [Int] {
        let depth = -0.45 * (region.filter { offset($0) <= reach }.map { values[$0] }.min() ?? 0)
        guard depth > step, let core = nearestRegion(where: { $0 < -depth }, to: offset)?.region else { return region }
        // A pixel and a half more, for the core's rim is half a pixel off and the region's another.
        let isNear = pixels(near: core, within: depth / step + 1.5)
        return region.filter { isNear[$0] }
    }

    /// The region that comes nearest to the middle, and how near; nil when there is none.
    func nearestRegion(where belongs: (Double) -> Bool, to offset: (Int) -> Int) -> (region: [Int], offset: Int)? {
        regions(where: belongs).map { region in (region, region.map(offset).min()!) }.min { $0.1 < $1.1 }
    }

    /// Which pixels lie within `radius` pixels of a region.
    private func pixels(near region: [Int], within radius: Double) -> [Bool] {
        let reach = Int(radius)
        let disc = (-reach...reach).flatMap { y in (-reach...reach).map { x in SIMD2(x, y) } }.filter {
            Double(($0 &* $0).wrappedSum()) <= radius * radius
        }
        var isNear = [Bool](repeating: false, count: values.count)
        for pixel in region {
            for step in disc {
                let (column, row) = (pixel % columns + step.x, pixel / columns + step.y)
                guard (0..<columns).contains(column), (0..<rows).contains(row) else { continue }
                isNear[row * columns + column] = true
            }
        }
        return isNear
    }
}
