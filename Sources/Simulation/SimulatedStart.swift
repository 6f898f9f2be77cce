import Frames
import RandomNumbers
import Tracking

/// Roughly where the patient lies: where a vertebra's true pose puts them, turned about that vertebra and shifted as far as the parameters say.
public func roughStart(
    from roomFromVertebra: RigidTransform<Room, Vertebra>, of vertebra: ModelVertebra, _ parameters: SimulationParameters
) -> RigidTransform<Room, Patient> {
    var random = RandomStream(seed: parameters.seed, stream: RandomUse.start)
    let off = PoseMotion(
        rotation: random.direction() * parameters.startDegrees * .pi / 180, shift: random.direction() * parameters.startMillimetres)
    return off.applied(to: roomFromVertebra, about: roomFromVertebra.origin) * vertebra.patientFromVertebra.inverse
}

/// Where a careful hand clicks on points of the first frame, to a tenth of a pixel; nil for a point that the image does not show.
public func pickedPixels(
    of points: [Point<Room>], in camera: CArmCamera, view: ProjectionView, _ parameters: SimulationParameters
) -> [SIMD2<Double>?] {
    var random = RandomStream(seed: parameters.seed, stream: RandomUse.landmarks << 32 + RandomUse.camera(view))
    return points.map { point -> SIMD2<Double>? in
        let error = SIMD2(random.standardNormal(), random.standardNormal()) * parameters.landmarkPixels
        guard let pixel = camera.pixel(of: point), camera.shows(pixel + error) else { return nil }
        return ((pixel + error) * 10).rounded(.toNearestOrAwayFromZero) / 10
    }
}
