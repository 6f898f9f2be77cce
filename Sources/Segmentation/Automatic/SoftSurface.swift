import Frames
import Volumes

/// The share of a bone's surface, in one piece, where soft tissue lies in place of the bone's wall, 0 to 1: bone that was made up.
///
/// Every bone has a wall that is denser than what lies on either side of it, thin as it may be; spongy bone may have the HU of muscle and proves nothing.
/// So the brightest place from 4 mm inside the surface to 1 mm outside is looked for at each point. Profiles are averaged over the surface within 2.5 mm
/// first, since noise would pass for a wall. The wall is missing where that place is darker than a quarter of the way from soft tissue (50 HU) to the
/// bone's own median wall, because thick slices and osteoporosis dim the whole bone. That is at least 60 HU, and at most 100 HU unless what lies 3 to 4 mm
/// inside is soft, too: then a brighter rim may be what blur has left of a wall that is gone.
///
/// Made-up bone less than 4 mm thick, and a hole that leaves the wall whole, are not seen. Near the edge of the image nothing is looked for, because there
/// the surface is the cut's.
///
/// - Parameter surface: with its shifts.
/// - Complexity: O(points · neighbours within 2.5 mm).
/// - Accuracy: see `TrustParameters.mostSoft`.
func softShare(of surface: [SurfacePoint], in ct: CTVolume) -> Double {
    let seen = surface.compactMap { wallProfile(at: $0, in: ct) }
    guard seen.count >= fewestPoints else { return 0 }
    let neighbours = neighbours(of: seen)
    let profiles = seen.indices.map { n in
        neighbours[n].reduce(seen[n].profile) { $0 + seen[$1].profile } / Double(neighbours[n].count + 1)
    }
    let walls = profiles.map { $0.max() }
    let bone = walls.sorted()[walls.count / 2]
    let least = max(softHU + wallShare * (bone - softHU), leastWall)
    let isSoft = zip(profiles, walls).map { profile, wall in
        // The first three values lie 3 to 4 mm inside.
        wall < (profile[0] + profile[1] + profile[2] < 3 * softInside ? least : min(least, sureWall))
    }
    return Double(largestPatch(isSoft, neighbours: neighbours)) / Double(seen.count)
}

/// Soft tissue, HU, and how far from it towards the bone's own wall a wall begins.
private let (softHU, wallShare) = (50.0, 0.25)
/// Below the first nothing is a wall, and above the second everything is, unless what lies inside is darker than the third, HU.
private let (leastWall, sureWall, softInside) = (60.0, 100.0, 60.0)
/// Profiles this close, mm, are one.
private let spread = 2.5
/// So close to the edge of the image, mm along the normal, nothing is looked for.
private let rim = 6.0
private let fewestPoints = 50

private struct WallProfile {
    let at: Point<Patient>
    let normal: SIMD3<Double>
    /// HU every half millimetre from 4 mm inside to 1 mm outside; the last five repeat the first.
    let profile: SIMD16<Double>
}

/// Nil near the edge of the image.
private func wallProfile(at point: SurfacePoint, in ct: CTVolume) -> WallProfile? {
    let place = point.at + Vector(point.shift * point.normal)
    func value(_ depth: Double) -> Double? { ct.linear(at: place + Vector(depth * point.normal)) }
    guard value(-rim) != nil, value(rim) != nil else { return nil }
    var profile = SIMD16<Double>()
    for n in 0..<16 {
        guard let here = value(n < 11 ? 0.5 * Double(n) - 4 : -4) else { return nil }
        profile[n] = here
    }
    return WallProfile(at: place, normal: point.normal, profile: profile)
}

/// For each point the others within `spread` whose normals agree with its own.
private func neighbours(of points: [WallProfile]) -> [[Int]] {
    let cells = PointCells(points.map(\.at), width: spread)
    return points.indices.map { n in
        var near: [Int] = []
        cells.forEach(near: points[n].at) { other in
            if other != n, points[other].at.distance(to: points[n].at) < spread, (points[other].normal * points[n].normal).sum() > 0.5 {
                near.append(other)
            }
        }
        return near
    }
}

/// How many points the largest connected set of those with `mask` has.
private func largestPatch(_ mask: [Bool], neighbours: [[Int]]) -> Int {
    var open = mask
    var largest = 0
    for seed in mask.indices where open[seed] {
        open[seed] = false
        var patch = [seed]
        var next = 0
        while next < patch.count {
            for other in neighbours[patch[next]] where open[other] {
                open[other] = false
                patch.append(other)
            }
            next += 1
        }
        largest = max(largest, patch.count)
    }
    return largest
}
