import Anatomy
import Foundation
import Frames
import RandomNumbers
import Tracking

/// Where everything stands at one moment.
public struct SimulatedMoment: Sendable {
    public let timeS: Double
    /// All that is no vertebra of the model.
    public let roomFromRest: RigidTransform<Room, Patient>
    /// The model's vertebrae, in its order.
    public let roomFromVertebrae: [RigidTransform<Room, Vertebra>]
}

/// The moments of a sequence.
///
/// A vertebra that is followed has the group's motion and its own; the model's others have the group's alone. With `breathing` organs and other bones stand still,
/// as the tracker's model has it too; with `step` they jump along.
///
/// - Parameters:
///   - roomFromPatient: where the patient lies at rest.
///   - followed: levels that move on their own.
public func simulatedMoments(
    of model: SpineModel, restingAt roomFromPatient: RigidTransform<Room, Patient>, followed: [VertebraLevel],
    _ parameters: SimulationParameters
) -> [SimulatedMoment] {
    var random = RandomStream(seed: parameters.seed, stream: RandomUse.motion)
    let breath = Breath(rms: parameters.motion.breath, random: &random)
    let jump = Jump(length: parameters.motion.jump, frames: parameters.frames, random: &random)
    let own = OwnMotions(parameters, followed)
    return (0..<parameters.frames).map { frame in
        let time = Double(frame) / parameters.framesPerSecond
        let jumped = moved(roomFromPatient, by: jump.shift(at: frame))
        let group = moved(jumped, by: breath.shift(at: time))
        return SimulatedMoment(
            timeS: time, roomFromRest: jumped,
            roomFromVertebrae: model.vertebrae.map { vertebra in
                let pose = group * vertebra.patientFromVertebra
                return own.motion(of: vertebra.level, at: time).applied(to: pose, about: pose.origin)
            })
    }
}

private func moved(_ pose: RigidTransform<Room, Patient>, by shift: SIMD3<Double>) -> RigidTransform<Room, Patient> {
    PoseMotion(rotation: .zero, shift: shift).applied(to: pose, about: pose.origin)
}

/// A sine along the spine with half as much of it up and down, once in four seconds.
private struct Breath {
    private let amplitude: SIMD3<Double>
    private let phase: Double

    init(rms: Double, random: inout RandomStream) {
        // The room's x points to the head, z to the back. Of a sine's square half is left over time, and 1 + 1/4 over the two directions.
        amplitude = rms * 1.6.squareRoot() * SIMD3(1, 0, 0.5)
        phase = random.signed() * .pi
    }

    func shift(at time: Double) -> SIMD3<Double> { amplitude * sin(2 * .pi * time / 4 + phase) }
}

/// Once, from one frame to the next, in the middle third of the sequence.
private struct Jump {
    private let frame: Int
    private let shift: SIMD3<Double>

    init(length: Double, frames: Int, random: inout RandomStream) {
        let third = max(1, frames / 3)
        frame = third + Int(random.uniform() * Double(third))
        shift = length * random.direction()
    }

    func shift(at now: Int) -> SIMD3<Double> { now >= frame ? shift : .zero }
}

/// What each vertebra does by itself: the same for a level of a seed whatever others are followed.
private struct OwnMotions {
    private var walks: [VertebraLevel: (turn: SmoothWalk, shift: SmoothWalk)] = [:]

    init(_ parameters: SimulationParameters, _ followed: [VertebraLevel]) {
        let own = parameters.motion.own
        for level in followed {
            var random = RandomStream(seed: parameters.seed, stream: RandomUse.motion << 32 + UInt64(level.rawValue))
            // A second or two from one side to the other.
            let turn = SmoothWalk(rms: own.degrees * .pi / 180, memory: 1, random: &random)
            walks[level] = (turn, SmoothWalk(rms: own.millimetres, memory: 1, random: &random))
        }
    }

    func motion(of level: VertebraLevel, at time: Double) -> PoseMotion {
        guard let walk = walks[level] else { return PoseMotion(rotation: .zero, shift: .zero) }
        return PoseMotion(rotation: walk.turn.value(at: time), shift: walk.shift.value(at: time))
    }
}
