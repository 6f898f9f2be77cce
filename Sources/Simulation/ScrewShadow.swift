import Anatomy
import Frames
import Tracking

/// Titanium at 65 keV, 1/mm: 0.634 cm²/g times 4.51 g/cm³.
///
/// - Source: Hubbell and Seltzer, NIST X-ray mass attenuation coefficients (0.766 cm²/g at 60 keV, 0.405 at 80 keV); at 65 keV from Elam, Ravel and Sieber 2002.
let titaniumPerMillimetre = 0.286

/// A screw's shaft in its vertebra: a cylinder of titanium with flat ends, from the entry point to the tip. The head is not drawn.
public struct SimulatedScrew: Equatable, Sendable {
    public let level: VertebraLevel
    public let vertebraFromScrew: RigidTransform<Vertebra, Screw>
    /// mm.
    public let diameter: Double
    public let length: Double

    public init(level: VertebraLevel, vertebraFromScrew: RigidTransform<Vertebra, Screw>, diameter: Double, length: Double) {
        self.level = level
        self.vertebraFromScrew = vertebraFromScrew
        self.diameter = diameter
        self.length = length
    }
}

/// Adds a screw's line integrals to an image's: exact chords. The bone that the screw takes the place of is left in, a tenth of the screw's own.
///
/// - Parameter integrals: one number for each pixel of the camera, row by row.
/// - Complexity: O(pixels of the screw's box on the image).
func addShadow(
    of screw: SimulatedScrew, at roomFromVertebra: RigidTransform<Room, Vertebra>, to integrals: inout [Float], from camera: CArmCamera
) {
    let screwFromCarm = (camera.carmFromRoom * roomFromVertebra * screw.vertebraFromScrew).inverse
    let source = screwFromCarm.origin.xyz
    let radius = screw.diameter / 2
    let corners = [-radius, radius].flatMap { x in
        [-radius, radius].flatMap { y in [0, screw.length].map { Point<Screw>(x, y, $0) } }
    }
    let box = pixelBox(of: corners.map { screwFromCarm.inverse * $0 }, from: camera)
    guard box.lower.x <= box.upper.x, box.lower.y <= box.upper.y else { return }
    for v in box.lower.y...box.upper.y {
        for u in box.lower.x...box.upper.x {
            let ray = (screwFromCarm * camera.detectorPoint(at: SIMD2(Double(u), Double(v)))).xyz - source
            let chord = cylinderChord(from: source, along: ray / ray.length, radius: radius, length: screw.length)
            integrals[v * camera.size.x + u] += Float(titaniumPerMillimetre * chord)
        }
    }
}

/// The length, mm, of a line inside the cylinder about the z axis between z = 0 and z = `length`.
///
/// - Parameter direction: of length 1.
func cylinderChord(from start: SIMD3<Double>, along direction: SIMD3<Double>, radius: Double, length: Double) -> Double {
    var (near, far) = (-Double.infinity, Double.infinity)
    let across = direction.x * direction.x + direction.y * direction.y
    let off = start.x * start.x + start.y * start.y - radius * radius
    if across > 1e-14 {
        let half = start.x * direction.x + start.y * direction.y
        let root = half * half - across * off
        guard root > 0 else { return 0 }
        near = (-half - root.squareRoot()) / across
        far = (-half + root.squareRoot()) / across
    } else if off > 0 {
        return 0
    }
    if abs(direction.z) > 1e-14 {
        let ends = (-start.z / direction.z, (length - start.z) / direction.z)
        near = max(near, min(ends.0, ends.1))
        far = min(far, max(ends.0, ends.1))
    } else if start.z < 0 || start.z > length {
        return 0
    }
    return max(0, far - near)
}

/// The pixels that points lie among, both ends in it, no further than the image; all of the image where one lies behind the source.
func pixelBox(of points: [Point<CArm>], from camera: CArmCamera) -> (lower: SIMD2<Int>, upper: SIMD2<Int>) {
    let last = camera.size &- 1
    let pixels = points.compactMap { camera.pixel(of: $0) }
    guard pixels.count == points.count, var lower = pixels.first, var upper = pixels.first else { return (.zero, last) }
    for pixel in pixels {
        lower = pointwiseMin(lower, pixel)
        upper = pointwiseMax(upper, pixel)
    }
    let end = SIMD2<Double>(last) + 1
    // Clamped before they become integers, which hold no more than so much.
    let first = lower.rounded(.down).clamped(lowerBound: .zero, upperBound: end)
    let final = upper.rounded(.up).clamped(lowerBound: SIMD2(-1, -1), upperBound: SIMD2<Double>(last))
    return (SIMD2(Int(first.x), Int(first.y)), SIMD2(Int(final.x), Int(final.y)))
}
