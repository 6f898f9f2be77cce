import Foundation
import Frames

/// The turn about z and the shift along x that make the vertebra most alike its own mirror image.
///
/// The cost is the mean squared difference of the signed distance at mirrored points near the bone's surface, each difference
/// clipped at 3 mm, so that one long transverse process or a bent spinous process does not turn the plane.
///
/// - Returns: yaw in radians (right-hand rule about z) and the plane's x in mm, both in the present vertebra frame.
func midsagittalPlane(of bone: PosedBone, bodyHalfDepth: Double) -> (yaw: Double, x: Double) {
    let samples = symmetrySamples(of: bone, bodyHalfDepth: bodyHalfDepth)
    let best = minimise(from: [0, 0], step: [0.05, 1.5], tolerance: 2e-3, maximumEvaluations: 150) { p in
        let (c, s) = (cos(p[0]), sin(p[0]))
        var cost = 0.0
        for q in samples {
            // (across, along) are coordinates relative to the candidate plane.
            func at(_ across: Double) -> Double {
                bone.distance(SIMD3(p[1] + c * across - s * q.y, s * across + c * q.y, q.z))
            }
            let difference = min(3, abs(at(q.x) - at(-q.x)))
            cost += difference * difference
        }
        return cost / Double(max(1, samples.count))
    }
    return (best.x[0], best.x[1])
}

/// Lattice points on the frame's left half, from the front of the body to behind the canal, within 6 mm of a surface on either side.
private func symmetrySamples(of bone: PosedBone, bodyHalfDepth: Double) -> [SIMD3<Double>] {
    var samples: [SIMD3<Double>] = []
    for x in stride(from: 1.25, through: 30, by: 2.5) {
        for y in stride(from: -bodyHalfDepth - 4, through: bodyHalfDepth + 26, by: 2.5) {
            for z in stride(from: -16.0, through: 18, by: 2.5) {
                if min(abs(bone.distance(SIMD3(x, y, z))), abs(bone.distance(SIMD3(-x, y, z)))) < 6 { samples.append(SIMD3(x, y, z)) }
            }
        }
    }
    return samples
}
