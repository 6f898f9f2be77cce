import Foundation
import Frames

/// What is measured of a chain of detections, whatever their names: `SpineFeature`s, one row a vertebra from head to foot.
///
/// - step: log mm from this body's centre to the next one's.
/// - width: log mm between the pedicles; behind: log mm from the body to the middle between them, across the spine.
/// - above: the same way along the spine, towards the head, over the pedicles' distance. The spine's direction is that of the step from the body above,
///   so that it is the same at a chain's lower end as within it; the first body has none, and none has one below a gap.
/// - turn: the angle in the sagittal plane between the steps to and from this body, radians, positive in lordosis.
///
/// None depends on where or how the patient lies, and only logarithms of lengths depend on size.
struct ChainFeatures {
    /// `rows[i][feature.index]`, NaN where it cannot be measured.
    let rows: [[Double]]

    /// - Parameter gapsAfter: indices after which a vertebra is missing: steps and turns across a gap are not measured.
    /// - Complexity: O(detections).
    init(_ chain: [VertebraDetection], gapsAfter: Set<Int>) {
        let bodies = chain.map(\.bodyCentre)
        rows = chain.indices.map { i in
            var row = [Double](repeating: .nan, count: SpineFeature.allCases.count)
            var leftward = Vector<Patient>(1, 0, 0)
            if let left = chain[i].leftPedicle, let right = chain[i].rightPedicle, left != right {
                let width = max((left - right).length, 5)
                leftward = (left - right) / width
                row[SpineFeature.width.index] = log(width)
                if i > 0, !gapsAfter.contains(i - 1), bodies[i] != bodies[i - 1] {
                    let down = (bodies[i] - bodies[i - 1]) / bodies[i].distance(to: bodies[i - 1])
                    let offset = (left - bodies[i] + (right - bodies[i])) / 2
                    let above = -offset.dot(down)
                    row[SpineFeature.behind.index] = log(max((offset + above * down).length, 5))
                    row[SpineFeature.above.index] = above / width
                }
            }
            guard i + 1 < bodies.count, !gapsAfter.contains(i) else { return row }
            row[SpineFeature.step.index] = logStep(bodies[i], bodies[i + 1])
            if i > 0, !gapsAfter.contains(i - 1) {
                row[SpineFeature.turn.index] = sagittalTurn(bodies[i] - bodies[i - 1], bodies[i + 1] - bodies[i], about: leftward)
            }
            return row
        }
    }
}

/// Duplicates lie at one point; a tenth of a millimetre is below any detector.
func logStep(_ a: Point<Patient>, _ b: Point<Patient>) -> Double { log(max(a.distance(to: b), 0.1)) }

/// The right-handed angle about `axis` from one step to the next, radians, -π/2 to π/2: positive in lordosis when `axis` points left.
private func sagittalTurn(_ before: Vector<Patient>, _ after: Vector<Patient>, about axis: Vector<Patient>) -> Double {
    let (u, v) = (before - before.dot(axis) * axis, after - after.dot(axis) * axis)
    let size = u.length * v.length
    return size > 0 ? asin(min(1, max(-1, u.cross(v).dot(axis) / size))) : .nan
}
