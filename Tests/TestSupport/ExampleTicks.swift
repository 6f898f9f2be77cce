import Anatomy
import Foundation
import Frames
import Protocols

/// A tick whose every field differs from its default, and left from right: T12 OK, L1 DEGRADED, L2 LOST, a measured screw at T12's left.
public func exampleTick(
    epoch: UInt64 = 0x0102_0304_0506_0708, sequence: UInt64 = 7, source: StreamSource = .live, registration: UInt64 = 42,
    plan: String = String(repeating: "a1", count: 32), patient: String = String(repeating: "b2", count: 32),
    captureNS: UInt64 = 5_000_000_000,
    publishNS: UInt64 = 5_040_000_000, clock: StreamClock = .monoLocal, validForMS: UInt32 = 200
) -> PoseTick {
    PoseTick(
        epoch: epoch, sequence: sequence, source: source, state: .degraded,
        time: TickTime(captureNS: captureNS, publishNS: publishNS, clock: clock, clockErrorUS: 150, validForMS: validForMS),
        identity: StreamIdentity(
            planSHA256: plan, patientSHA256: patient, studySHA256: String(repeating: "c3", count: 32), levelEstimated: true, approval: .void
        ),
        registration: StreamRegistration(id: registration, rms: 0.25), frame: 11,
        bodies: [
            TickBody(
                level: .t12, pose: examplePose(turn: 0.3, x: 12.5), causes: [],
                screws: [exampleScrew(.left, measured: true), exampleScrew(.right, measured: false)]),
            TickBody(level: .l1, pose: examplePose(turn: -2.5, x: -40), causes: ["uncertain", "neighbours"], screws: []),
            TickBody(lost: .l2, causes: ["out_of_view"], screws: [lostScrew]),
        ])
}

private func examplePose(turn: Double, x: Double) -> TickBody.Pose {
    let axis = UnitVector<Room>(Vector(SIMD3(0.2, -0.5, 0.8)))!
    var covariance = [Double](repeating: 0, count: 36)
    for i in 0..<6 { for j in 0..<6 { covariance[6 * i + j] = i == j ? Double(i + 1) / 8 : Double(i + j) / 1024 } }
    return TickBody.Pose(
        roomFromVertebra: RigidTransform(asserting: Rotation(angle: turn, about: axis), origin: Point(x, 7.25, -33)),
        covariance: covariance,
        isDepthObservable: turn > 0, residual: 0.125, confidence: 0.96875)
}

private func exampleScrew(_ side: Side, measured: Bool) -> TickScrew {
    let axis = TickScrew.Axis(entry: Point(side == .left ? 20 : -20, 30, 5), direction: SIMD3(side == .left ? -0.28 : 0.28, -0.96, 0))!
    return TickScrew(
        side: side, diameterMM: 6.5, lengthMM: 45, planStatus: side == .left ? .riskAccepted : .adjusted, planned: axis,
        state: measured ? .found : .notFound,
        causes: measured ? [] : ["no_metal"],
        measured: measured
            ? TickScrew.Measured(
                axis: TickScrew.Axis(entry: Point(21, 30.5, 5), direction: SIMD3(-0.6, -0.8, 0))!, entryDeviationMM: 1.1, entrySigmaMM: 0.2,
                tipDeviationMM: 1.5, tipSigmaMM: 0.3, angleDeg: 2.25) : nil)
}

private let lostScrew = TickScrew(
    side: .right, diameterMM: 5.5, lengthMM: 40, planStatus: .planned, planned: nil, state: .notFound, causes: ["vertebra_lost"],
    measured: nil)
