import Foundation
import Frames

/// A point of the patient that somebody picked in an image.
public struct PickedPoint: Sendable {
    public var patient: Point<Patient>
    public var camera: CArmCamera
    /// u, v.
    public var pixel: SIMD2<Double>

    public init(patient: Point<Patient>, camera: CArmCamera, pixel: SIMD2<Double>) {
        (self.patient, self.camera, self.pixel) = (patient, camera, pixel)
    }
}

/// The place of the patient whose projections lie nearest to picked points, from a guess of how the patient lies.
///
/// Gauss-Newton on pixel distances, in mm at the detector, with a weak pull towards the guess for what few points in one view do not tell: 20 degrees, and half
/// a metre of shift.
///
/// - Returns: the place, and the root-mean-square distance of the points from their picks, mm at the detector.
/// - Throws: `LinearAlgebraError`.
/// - Complexity: O(points) a step, at most 50 steps.
public func placeFromLandmarks(
    _ picks: [PickedPoint], around guess: RigidTransform<Room, Patient>
) throws -> (roomFromPatient: RigidTransform<Room, Patient>, rms: Double) {
    precondition(!picks.isEmpty, "there are points")
    let middle = guess * Point.mean(of: picks.map(\.patient))!
    var place = guess
    for _ in 0..<50 {
        var information = SquareMatrix(order: 6)
        var pull = [Double](repeating: 0, count: 6)
        for pick in picks {
            guard let (residual, rows) = residual(pick, place, middle) else { continue }
            for (value, row) in zip(residual, rows) {
                for i in 0..<6 {
                    pull[i] += row[i] * value
                    for j in 0..<6 { information[i, j] += row[i] * row[j] }
                }
            }
        }
        for n in 0..<6 { information[n, n] += n < 3 ? 1 / (0.35 * 0.35) : 1 / (500.0 * 500) }
        let step = try solvePositive(information.values, pull)
        place = PoseMotion(step).applied(to: place, about: middle)
        if step.allSatisfy({ abs($0) < 1e-7 }) { break }
    }
    let squares = picks.compactMap { residual($0, place, middle)?.0 }.flatMap(\.self).map { $0 * $0 }
    let rms = squares.isEmpty ? .infinity : (squares.reduce(0, +) / Double(squares.count / 2)).squareRoot()
    return (place, rms)
}

/// Picked less projected, mm at the detector, with its derivatives by a motion about `pivot`; nil behind the source.
private func residual(
    _ pick: PickedPoint, _ place: RigidTransform<Room, Patient>, _ pivot: Point<Room>
) -> ([Double], [[Double]])? {
    let point = place * pick.patient
    let seen = pick.camera.carmFromRoom * point
    guard let pixel = pick.camera.pixel(of: seen) else { return nil }
    let difference = (pick.pixel - pixel) * pick.camera.pixelSpacing
    let distance = pick.camera.sourceDetectorDistance
    let arm = (point - pivot).xyz
    let motions = [
        SIMD3(0, -arm.z, arm.y), SIMD3(arm.z, 0, -arm.x), SIMD3(-arm.y, arm.x, 0), SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1),
    ]
    // By column w × arm for unit w, then unit shifts.
    let moved = motions.map { pick.camera.carmFromRoom.rotation($0) }
    let alongU = moved.map { distance * ($0.x - $0.z * seen.x / seen.z) / seen.z }
    let alongV = moved.map { distance * ($0.y - $0.z * seen.y / seen.z) / seen.z }
    return ([difference.x, difference.y], [alongU, alongV])
}
