import Foundation
import Frames
import Volumes

/// A place where bone agrees that a vertebral body's centre lies.
struct BodyCentre: Equatable, Sendable {
    var point: Point<Patient>
    /// Voxels of bone that vote for it, weighed by their distance.
    var support: Double
    /// The share of sacrum among the bone at the centre, 0 to 1.
    var sacrumShare: Double

    /// How sure it is that this is a vertebra, 0 to 1. On CTs that were never shown, bodies from T5 to L5 had a support of 10 to 65, T1, the faintest, of 2 to 5, and
    /// everything else below 1.
    var score: Double { support / (support + 5) }
}

/// Votes are spread by this much, and centres lie at least so far apart, mm.
private let voteSpread = 3.0
private let leastDistance = 10.0
/// A centre with less than this share of the support of another one within this distance, mm, is an echo of it: neighbours in a spine are alike.
private let (echoShare, echoDistance) = (0.4, 24.0)
/// Less support than this is noise.
private let leastSupport = 1.0

/// The peaks of the votes that have a canal beside them, as every vertebra has, the strongest first.
///
/// - Complexity: O(voxels).
func bodyCentres(in map: CoarseMap) -> [BodyCentre] {
    let grid = map.geometry
    let smooth = smoothed(map.votes, size: grid.size, sigma: voteSpread / grid.spacing.x)
    var centres: [BodyCentre] = []
    for peak in peaks(of: smooth, size: grid.size) {
        let point = grid.point(at: refined(peak, in: smooth, size: grid.size))
        let support = Double(smooth[grid.offset(peak.x, peak.y, peak.z)])
        // Stronger ones come first.
        let isEcho = centres.contains { other in
            let distance = other.point.distance(to: point)
            return distance < leastDistance || (distance < echoDistance && support < echoShare * other.support)
        }
        guard !isEcho, canal(near: point, in: map) != nil else { continue }
        centres.append(BodyCentre(point: point, support: support, sacrumShare: sacrumShare(around: peak, in: map)))
    }
    return centres
}

private func peaks(of values: [Float], size: SIMD3<Int>) -> [SIMD3<Int>] {
    let steps = [1, size.x, size.x * size.y]
    var found: [(at: SIMD3<Int>, value: Float)] = []
    for k in 1..<(size.z - 1) {
        for j in 1..<(size.y - 1) {
            for i in 1..<(size.x - 1) {
                let at = (k * size.y + j) * size.x + i
                guard values[at] > Float(leastSupport) else { continue }
                let isPeak = steps.allSatisfy { values[at] >= values[at - $0] && values[at] > values[at + $0] }
                if isPeak { found.append((SIMD3(i, j, k), values[at])) }
            }
        }
    }
    return found.sorted { ($0.value, $0.at.z) > ($1.value, $1.at.z) }.map(\.at)
}

/// The vertex of the parabola through a peak and its neighbours along each axis.
private func refined(_ peak: SIMD3<Int>, in values: [Float], size: SIMD3<Int>) -> SIMD3<Double> {
    let at = (peak.z * size.y + peak.y) * size.x + peak.x
    var index = SIMD3<Double>(peak)
    for (axis, step) in [1, size.x, size.x * size.y].enumerated() {
        let (before, here, after) = (Double(values[at - step]), Double(values[at]), Double(values[at + step]))
        let bend = before - 2 * here + after
        if bend < 0 { index[axis] += min(max(0.5 * (before - after) / bend, -0.5), 0.5) }
    }
    return index
}

/// Within 8 mm.
private func sacrumShare(around peak: SIMD3<Int>, in map: CoarseMap) -> Double {
    let (size, reach) = (map.geometry.size, Int((8 / map.geometry.spacing.x).rounded()))
    var (sacrum, all): (Float, Float) = (0, 1e-6)
    for k in max(0, peak.z - reach)...min(size.z - 1, peak.z + reach) {
        for j in max(0, peak.y - reach)...min(size.y - 1, peak.y + reach) {
            for i in max(0, peak.x - reach)...min(size.x - 1, peak.x + reach) {
                let at = map.geometry.offset(i, j, k)
                sacrum += map.sacrum[at]
                all += map.sacrum[at] + map.body[at] + map.arch[at]
            }
        }
    }
    return Double(sacrum / all)
}

/// Gaussian smoothing along the three axes, `sigma` in voxels; what lies outside counts as 0.
func smoothed(_ values: [Float], size: SIMD3<Int>, sigma: Double) -> [Float] {
    let reach = Int((3 * sigma).rounded(.up))
    let kernel = (-reach...reach).map { Float(exp(-0.5 * Double($0 * $0) / (sigma * sigma))) }
    let scale = 1 / kernel.reduce(0, +)
    var result = values
    var line: [Float] = []
    for (axis, step) in [1, size.x, size.x * size.y].enumerated() {
        let length = size[axis]
        line = [Float](repeating: 0, count: length + 2 * reach)
        for start in lineStarts(of: size, axis: axis) {
            var isEmpty = true
            for n in 0..<length {
                line[reach + n] = result[start + n * step]
                if line[reach + n] != 0 { isEmpty = false }
            }
            if isEmpty { continue }
            for n in 0..<length {
                var sum: Float = 0
                for m in kernel.indices { sum += kernel[m] * line[n + m] }
                result[start + n * step] = sum * scale
            }
        }
    }
    return result
}

/// Where the lines along an axis begin.
func lineStarts(of size: SIMD3<Int>, axis: Int) -> [Int] {
    let steps = [1, size.x, size.x * size.y]
    let (a, b) = axis == 0 ? (1, 2) : axis == 1 ? (0, 2) : (0, 1)
    return (0..<size[b]).flatMap { m in (0..<size[a]).map { $0 * steps[a] + m * steps[b] } }
}
