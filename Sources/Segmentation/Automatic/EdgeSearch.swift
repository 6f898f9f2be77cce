import Foundation
import Frames
import Volumes

/// How the surface is brought to the image's own edges.
public struct EdgeParameters: Codable, Equatable, Sendable {
    /// How far to each side of the network's surface an edge is looked for, mm.
    public var reach = 2.5
    /// An edge so far off counts 0.6 of one on the surface (standard deviation), mm.
    public var trust = 1.2
    /// Bone must fall by so much over 1 mm to its outside to be an edge at all, and is a clear one from `clearDrop` on, HU.
    public var leastDrop = 60.0
    public var clearDrop = 250.0
    /// Shifts are averaged over the neighbouring surface with this standard deviation, mm.
    public var smoothing = 1.5

    public init() {}
}

/// Moves each point of a surface along its normal to where the image falls from bone to what lies outside, as far as it does: the steepest place is
/// the edge's half height, whatever the HU of either side. Where no edge is seen the surface stays.
///
/// - Complexity: O(points) samples of the image.
func shiftedToEdges(_ surface: [SurfacePoint], in ct: CTVolume, parameters: EdgeParameters) -> [SurfacePoint] {
    let found = surface.map { edge(at: $0, in: ct, parameters: parameters) }
    return averaged(found, spread: parameters.smoothing)
}

private let step = 0.25

private func edge(at point: SurfacePoint, in ct: CTVolume, parameters: EdgeParameters) -> SurfacePoint {
    let count = Int(parameters.reach / step)
    // Drops are taken over 1 mm, so half a millimetre more is needed at either end.
    let lead = Int(0.5 / step)
    var profile: [Double] = []
    profile.reserveCapacity(2 * (count + lead) + 1)
    for n in -(count + lead)...(count + lead) {
        guard let value = ct.linear(at: point.at + Vector(Double(n) * step * point.normal)) else { return point }
        profile.append(value)
    }
    var best = (score: 0.0, drop: 0.0, index: -1)
    func drop(_ n: Int) -> Double { profile[n] - profile[n + 2 * lead] }
    // Only peaks of the drop are edges: elsewhere on a blurred edge's slope the trust would pull the answer back to the network's surface.
    for n in 1..<(2 * count) where drop(n) >= drop(n - 1) && drop(n) > drop(n + 1) {
        let shift = Double(n - count) * step
        let score = drop(n) * exp(-0.5 * (shift / parameters.trust) * (shift / parameters.trust))
        if score > best.score { best = (score, drop(n), n) }
    }
    guard best.drop >= parameters.leastDrop else { return point }
    var result = point
    result.shift = Double(best.index - count) * step + vertex(best.index, drop) * step
    result.clarity = min(1, (best.drop - parameters.leastDrop) / (parameters.clearDrop - parameters.leastDrop))
    return result
}

/// The vertex of the parabola through three drops, as a part of a step from the middle one.
private func vertex(_ n: Int, _ drop: (Int) -> Double) -> Double {
    let (before, here, after) = (drop(n - 1), drop(n), drop(n + 1))
    let bend = before - 2 * here + after
    return bend < 0 ? min(max(0.5 * (before - after) / bend, -0.5), 0.5) : 0
}

/// Each shift as the mean of those nearby whose normals agree, weighed by clarity. Unclear surroundings pull it to 0.
private func averaged(_ points: [SurfacePoint], spread: Double) -> [SurfacePoint] {
    let cells = PointCells(points.map(\.at), width: 2 * spread)
    return points.map { point in
        var (sum, weight) = (0.0, 0.05)
        cells.forEach(near: point.at) { index in
            let other = points[index]
            let agreement = (other.normal * point.normal).sum()
            guard other.clarity > 0, agreement > 0.5 else { return }
            let way = other.at - point.at
            let share = exp(-0.5 * way.dot(way) / (spread * spread)) * other.clarity * agreement
            sum += share * other.shift
            weight += share
        }
        var result = point
        result.shift = sum / weight
        return result
    }
}
