import Frames
import RandomNumbers
import Tracking

/// A usual direction to look at a spine from.
public enum ProjectionView: String, Codable, Sendable, CaseIterable {
    /// The patient's left is on the right of the image; the source lies under the table that the patient lies prone on.
    case ap = "AP"
    /// The rays run from the patient's right to the left; the belly is on the right of the image.
    case lat = "LAT"

    /// Where the C-arm's axes (along rows, along columns, along the beam) point in the patient. Columns run towards the feet: the head is up.
    fileprivate var carmFromPatient: Rotation<CArm, Patient> {
        switch self {
        case .ap: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 0, 1), SIMD3(0, -1, 0))
        case .lat: Rotation(columns: SIMD3(0, 0, 1), SIMD3(-1, 0, 0), SIMD3(0, -1, 0))
        }
    }
}

/// How the patient lies on the table: prone, the room's x pointing to the head, y to the patient's left, z up, which is the back.
private let proneRoomFromPatient = Rotation<Room, Patient>(columns: SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(1, 0, 0))

/// The patient prone with a point of theirs at the room's origin, which is the C-arm's isocentre.
public func pronePatient(around isocentre: Point<Patient>) -> RigidTransform<Room, Patient> {
    // Here the room is chosen: this is what its axes mean.
    RigidTransform(asserting: proneRoomFromPatient, origin: Point(-proneRoomFromPatient(isocentre.xyz)))
}

/// The camera of a view, a little askew and a little off the middle.
///
/// - Throws: `CameraError` for distances, sizes or spacings that no detector has.
public func simulatedCamera(_ view: ProjectionView, _ parameters: SimulationParameters) throws -> CArmCamera {
    var random = RandomStream(seed: parameters.seed, stream: RandomUse.camera(view))
    let most = parameters.askewDegrees * .pi / 180
    let skew = SIMD3(random.signed(), random.signed(), random.signed()) * most
    let offset = SIMD2(random.signed(), random.signed()) * parameters.offCentrePixels
    let upright = view.carmFromPatient * proneRoomFromPatient.inverse
    // The isocentre lies on the central ray, whatever the skew.
    let carmFromRoom = RigidTransform<CArm, Room>(
        asserting: turn(by: skew) * upright, origin: Point(0, 0, parameters.sourceIsocentre))
    return try CArmCamera(
        size: SIMD2(repeating: parameters.pixels), pixelSpacing: SIMD2(repeating: parameters.pixelSpacing),
        sourceDetectorDistance: parameters.sourceDetector,
        principalPoint: SIMD2(repeating: Double(parameters.pixels - 1) / 2) + offset, carmFromRoom: carmFromRoom)
}

private func turn(by vector: SIMD3<Double>) -> Rotation<CArm, CArm> {
    UnitVector<CArm>(Vector(vector)).map { Rotation(angle: vector.length, about: $0) } ?? .identity()
}
