import Anatomy
import Foundation
import Frames
import Protocols

/// Times how a tick of five vertebrae with two screws each, all found, is written and read: median of 200 rounds of 500 ticks.
@main struct PoseTickBenchmark {
    static func main() throws {
        let tick = try tick()
        let bytes = try tick.encoded()
        let encode = try microseconds { _ = try tick.encoded() }
        let decode = try microseconds { _ = try PoseTick(decoding: bytes) }
        let json = try microseconds { _ = tick.encodedJSON() }
        print("{\"bytes\": \(bytes.count), \"encode_us\": \(encode), \"decode_us\": \(decode), \"encode_json_us\": \(json)}")
    }

    private static func microseconds(_ body: () throws -> Void) throws -> Double {
        let clock = ContinuousClock()
        let times = try (0..<200).map { _ in try clock.measure { for _ in 0..<500 { try body() } } / .microseconds(500) }
        return times.sorted()[100]
    }

    private static func tick() throws -> PoseTick {
        let axis = TickScrew.Axis(entry: Point(18.5, 30.25, -4.125), direction: SIMD3(-0.28, -0.96, 0))
        let screws = [Side.left, .right].map { side in
            TickScrew(
                side: side, diameterMM: 6.5, lengthMM: 45, planStatus: .planned, planned: axis, state: .found, causes: [],
                measured: axis.map {
                    TickScrew.Measured(
                        axis: $0, entryDeviationMM: 0.75, entrySigmaMM: 0.25, tipDeviationMM: 1.25, tipSigmaMM: 0.5, angleDeg: 1.5)
                })
        }
        let rotation = Rotation<Room, Vertebra>(columns: SIMD3(0.8, 0.6, 0), SIMD3(-0.6, 0.8, 0), SIMD3(0, 0, 1))
        let bodies = [VertebraLevel.t12, .l1, .l2, .l3, .l4].map { level in
            TickBody(
                level: level,
                pose: TickBody.Pose(
                    // What a measurement would have found.
                    roomFromVertebra: RigidTransform(asserting: rotation, origin: Point(31.25, -8, 140.5)),
                    covariance: (0..<36).map { $0 % 7 == 0 ? 0.5 : 0.01 }, isDepthObservable: true, residual: 0.0625, confidence: 0.9375),
                causes: [], screws: screws)
        }
        let digest = String(repeating: "0f", count: 32)
        return PoseTick(
            epoch: 5, sequence: 1000, source: .live, state: .ok,
            time: TickTime(
                captureNS: 1_800_000_000_000_000_000, publishNS: 1_800_000_000_041_000_001, clock: .utcNTP, clockErrorUS: 2500,
                validForMS: 300),
            identity: StreamIdentity(planSHA256: digest, patientSHA256: digest, studySHA256: digest, levelEstimated: false, approval: .trusted),
            registration: StreamRegistration(id: 9, rms: 0.125), frame: 5, bodies: bodies)
    }
}
