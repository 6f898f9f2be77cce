import Frames

/// Which side of the patient lies towards each edge and each corner of an image; nil where none clearly does.
public struct EdgeSides: Equatable, Sendable {
    public var left: PatientSide?
    public var right: PatientSide?
    public var top: PatientSide?
    public var bottom: PatientSide?
    public var topLeft: PatientSide?
    public var topRight: PatientSide?
    public var bottomLeft: PatientSide?
    public var bottomRight: PatientSide?
}

extension CArmCamera {
    /// The patient's sides at the image's edges, as the rows and columns of its pixels lie.
    ///
    /// Each of the patient's directions is seen as the way that a point of the patient goes when it moves along it: (x', y') = (w.x, w.y) - w.z (x, y) / z for the
    /// direction w in the C-arm frame, which has length one where w lies across the ray. It names the edge that this points to within 37 degrees, both in the image
    /// and out of it (0.8, which two directions cannot reach together), or, where it lies within 37 degrees of the image's plane but between two edges, their corner.
    ///
    /// - Parameter point: where on the patient to look, such as the middle of the vertebrae.
    public func edgeSides(of roomFromPatient: RigidTransform<Room, Patient>, at point: Point<Patient>) -> EdgeSides {
        let seen = carmFromRoom * (roomFromPatient * point)
        guard seen.z > 0 else { return EdgeSides() }
        let ways = PatientSide.allCases.map { side in
            let w = carmFromRoom.rotation(roomFromPatient.rotation(side.direction))
            let moved = SIMD2(w.x, w.y) - w.z * SIMD2(seen.x, seen.y) / seen.z
            // Columns may count against the C-arm's x.
            return (side: side, moved: moved * SIMD2(pixelSpacing.x > 0 ? 1 : -1, 1))
        }
        let least = 0.8
        func side(towards edge: SIMD2<Double>) -> PatientSide? { ways.first { ($0.moved * edge).sum() >= least }?.side }
        func side(towardsCorner corner: SIMD2<Double>) -> PatientSide? {
            ways.first { _, moved in
                (moved * corner).min() > 0 && max(abs(moved.x), abs(moved.y)) < least && (moved * moved).sum().squareRoot() >= least
            }?.side
        }
        return EdgeSides(
            left: side(towards: SIMD2(-1, 0)), right: side(towards: SIMD2(1, 0)), top: side(towards: SIMD2(0, -1)),
            bottom: side(towards: SIMD2(0, 1)), topLeft: side(towardsCorner: SIMD2(-1, -1)), topRight: side(towardsCorner: SIMD2(1, -1)),
            bottomLeft: side(towardsCorner: SIMD2(-1, 1)), bottomRight: side(towardsCorner: SIMD2(1, 1)))
    }
}
