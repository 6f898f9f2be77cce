import Frames

/// The rigid motion that several vertebrae share, and what each does beside it.
///
/// A group motion is six numbers: a rotation vector (rad) about `centre` and a shift (mm), in the room's axes.
struct GroupMotion {
    let centre: Point<Room>
    /// The vertebrae's origins.
    let origins: [Point<Room>]

    init(of poses: [RigidTransform<Room, Vertebra>]) {
        origins = poses.map(\.origin)
        centre = Point.mean(of: origins)!
    }

    /// How a vertebra's six parameters follow the group's: its turn is the group's, its shift the group's and what the turn makes at its arm.
    func columns(of vertebra: Int) -> SquareMatrix {
        let arm = origins[vertebra] - centre
        var matrix = SquareMatrix(order: 6)
        for n in 0..<6 { matrix[n, n] = 1 }
        // w × arm
        (matrix[3, 1], matrix[3, 2]) = (arm.z, -arm.y)
        (matrix[4, 0], matrix[4, 2]) = (-arm.z, arm.x)
        (matrix[5, 0], matrix[5, 1]) = (arm.y, -arm.x)
        return matrix
    }

    /// The joint covariance of all vertebrae: the group's through `columns`, and each one's own on the diagonal.
    func covariance(group: SquareMatrix, own: [SquareMatrix]) -> SquareMatrix {
        var sum = SquareMatrix(order: 6 * own.count)
        let carried = own.indices.map { columns(of: $0) * group }
        for a in own.indices {
            sum.add(own[a], atRow: 6 * a, column: 6 * a)
            for b in own.indices { sum.add(carried[a] * columns(of: b).transposed, atRow: 6 * a, column: 6 * b) }
        }
        return sum
    }
}

extension SquareMatrix {
    var transposed: SquareMatrix {
        var other = SquareMatrix(order: order)
        for i in 0..<order { for j in 0..<order { other[j, i] = self[i, j] } }
        return other
    }

    /// Diagonal: three variances of turns (rad²) and the 3 x 3 covariance of a shift (mm²).
    init(turnVariance: Double, shift: SquareMatrix) {
        self.init(order: 6)
        for n in 0..<3 { self[n, n] = turnVariance }
        add(shift, atRow: 3, column: 3)
    }

    /// A 3 x 3 covariance that is `along` in one direction and `across` in the others.
    init(across: Double, along: Double, direction: SIMD3<Double>) {
        self.init(order: 3)
        for i in 0..<3 {
            for j in 0..<3 { self[i, j] = (i == j ? across : 0) + (along - across) * direction[i] * direction[j] }
        }
    }
}

/// The rigid motion that best takes the vertebrae from where the CT has them to where they are.
///
/// - Throws: `LinearAlgebraError`, for poses that are not finite.
public func groupPose(of vertebrae: [ModelVertebra], at poses: [RigidTransform<Room, Vertebra>]) throws -> RigidTransform<Room, Patient> {
    try rigidFit(from: tips(of: vertebrae.map(\.patientFromVertebra)), to: tips(of: poses)).transform
}

/// The rigid motion within the room that best takes some poses to others. One pose alone shifts: its turn may be its own, and would carry far-off ones away.
///
/// - Throws: `LinearAlgebraError`, for poses that are not finite.
func sharedMotion(
    from old: [RigidTransform<Room, Vertebra>], to new: [RigidTransform<Room, Vertebra>]
) throws -> RigidTransform<Room, Room> {
    if old.count == 1 { return RigidTransform(asserting: .identity(), origin: Point(new[0].origin.xyz - old[0].origin.xyz)) }
    return try rigidFit(from: tips(of: old), to: tips(of: new)).transform
}

/// The origin and the tips of the axes stand for a vertebra: 20 mm, so that turns and shifts weigh as they do for its bone.
private func tips<To>(of poses: [RigidTransform<To, Vertebra>]) -> [Point<To>] {
    let tips = [SIMD3(0.0, 0, 0), SIMD3(20, 0, 0), SIMD3(-20, 0, 0), SIMD3(0, 20, 0), SIMD3(0, -20, 0), SIMD3(0, 0, 20), SIMD3(0, 0, -20)]
    return poses.flatMap { pose in tips.map { pose * Point<Vertebra>($0) } }
}
