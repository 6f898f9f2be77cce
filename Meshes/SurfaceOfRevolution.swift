import Foundation
import Frames

/// The closed surface swept by a profile turned about the +z axis of frame `F`.
///
/// - Parameters:
///   - profile: (radius, z) in mm; z must not fall; the first and last radius are 0, all others positive.
///   - segments: facets round the axis, at least 8.
public func surfaceOfRevolution<F>(profile: [(radius: Double, z: Double)], segments: Int = 48) -> TriangleMesh<F> {
    precondition(segments >= 8 && profile.count >= 3, "a solid of revolution needs three profile points and eight segments")
    precondition(profile[0].radius == 0 && profile[profile.count - 1].radius == 0, "the profile must start and end on the axis")
    precondition(profile.dropFirst().dropLast().allSatisfy { $0.radius > 0 }, "the profile must not touch the axis between its ends")
    precondition(zip(profile, profile.dropFirst()).allSatisfy { $0.z <= $1.z }, "the profile must not go back along the axis")
    let rings = profile.count - 2
    var vertices = [SIMD3(0, 0, profile[0].z)]
    for (radius, z) in profile[1...rings] {
        for s in 0..<segments {
            let angle = 2 * Double.pi * Double(s) / Double(segments)
            vertices.append(SIMD3(radius * cos(angle), radius * sin(angle), z))
        }
    }
    vertices.append(SIMD3(0, 0, profile[rings + 1].z))
    let end = UInt32(vertices.count - 1)
    func at(_ ring: Int, _ s: Int) -> UInt32 { UInt32(1 + ring * segments + s % segments) }
    var triangles: [SIMD3<UInt32>] = []
    for s in 0..<segments {
        triangles.append(SIMD3(0, at(0, s + 1), at(0, s)))
        for ring in 0..<(rings - 1) {
            triangles.append(SIMD3(at(ring, s), at(ring, s + 1), at(ring + 1, s + 1)))
            triangles.append(SIMD3(at(ring, s), at(ring + 1, s + 1), at(ring + 1, s)))
        }
        triangles.append(SIMD3(at(rings - 1, s), at(rings - 1, s + 1), end))
    }
    return TriangleMesh(vertices: vertices, triangles: triangles)
}

/// A screw's envelope: a shaft of `diameter` from z = 0 to the tip at z = `length`, its last part tapering to a rounded tip, and a head before
/// z = 0. It is a plain solid for planning and printing, without thread.
///
/// - Parameters: millimetres, all positive; the tip's taper is as long as the diameter, at most half the length.
public func screwMesh<F>(
    diameter: Double, length: Double, headDiameter: Double = 13, headLength: Double = 14, segments: Int = 48
) -> TriangleMesh<F> {
    precondition(min(min(diameter, length), min(headDiameter, headLength)) > 0, "a screw's sizes must be positive")
    let r = diameter / 2
    let head = max(headDiameter / 2, r)
    let chamfer = min(1, headLength / 4, head / 4)
    let tip = min(diameter, length / 2)
    // A quarter ellipse from the shaft to the point.
    let taper = (1..<8).map { n -> (radius: Double, z: Double) in
        let angle = Double(n) / 8 * Double.pi / 2
        return (radius: r * cos(angle), z: length - tip + tip * sin(angle))
    }
    let shoulder: [(radius: Double, z: Double)] = head > r ? [(head, 0), (r, 0)] : [(r, 0)]
    let top: [(radius: Double, z: Double)] = [(0, -headLength), (head - chamfer, -headLength), (head, chamfer - headLength)]
    return surfaceOfRevolution(profile: top + shoulder + [(r, length - tip)] + taper + [(0, length)], segments: segments)
}

/// A cylinder of `diameter` about +z from z = 0 to z = `length` with half-sphere ends inside that length; millimetres.
public func capsuleMesh<F>(diameter: Double, length: Double, segments: Int = 48) -> TriangleMesh<F> {
    precondition(diameter > 0 && length > diameter, "a capsule is longer than wide")
    let r = diameter / 2
    let arc = (1...8).map { n in (sin(Double(n) / 8 * Double.pi / 2), 1 - cos(Double(n) / 8 * Double.pi / 2)) }
    let start = arc.map { (radius: r * $0.0, z: r * $0.1) }
    let end = arc.reversed().map { (radius: r * $0.0, z: length - r * $0.1) }
    return surfaceOfRevolution(profile: [(radius: 0, z: 0)] + start + end + [(radius: 0, z: length)], segments: segments)
}
