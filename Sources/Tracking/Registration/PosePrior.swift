import Frames

/// What is known of some vertebrae's poses before a frame is looked at: a mean each, and one joint information matrix.
///
/// Six parameters a vertebra in the order of `PoseMotion`: rotation about the room's axes through the vertebra's origin (rad), shift (mm).
struct PosePrior: Sendable {
    var means: [RigidTransform<Room, Vertebra>]
    var information: SquareMatrix
    /// The information's inverse.
    var covariance: SquareMatrix

    init(means: [RigidTransform<Room, Vertebra>], information: SquareMatrix, covariance: SquareMatrix) {
        (self.means, self.information, self.covariance) = (means, information, covariance)
    }

    /// Knows nothing.
    init(none means: [RigidTransform<Room, Vertebra>]) {
        let nothing = SquareMatrix(order: 6 * means.count)
        self.init(means: means, information: nothing, covariance: nothing)
    }

    /// One body about a place, standard deviations: its turn (rad), its shift (mm), and its shift along the rays where the cameras do not tell the depth.
    ///
    /// - Throws: `LinearAlgebraError.singular` for a deviation of 0.
    init(
        of body: RigidTransform<Room, Vertebra>, turn: Double, shift: Double, depthShift: Double, seenBy cameras: [CArmCamera]
    ) throws {
        let covariance = SquareMatrix(turn: turn, shift: shift, depthShift: depthShift, at: body.origin, seenBy: cameras)
        self.init(means: [body], information: try covariance.inverse(), covariance: covariance)
    }

    /// The same for images whose information is too large by a factor.
    func strengthened(by factor: Double) -> PosePrior {
        PosePrior(means: means, information: information.scaled(by: factor), covariance: covariance.scaled(by: 1 / factor))
    }

    /// How far `poses` lie from the means, six numbers each.
    func deviation(of poses: [RigidTransform<Room, Vertebra>]) -> [Double] {
        zip(means, poses).flatMap { PoseMotion(from: $0, to: $1).array }
    }

    /// Half the squared deviation in standard deviations.
    func cost(of poses: [RigidTransform<Room, Vertebra>]) -> Double {
        let d = deviation(of: poses)
        return zip(d, information * d).reduce(0) { $0 + $1.0 * $1.1 } / 2
    }
}

extension SquareMatrix {
    /// The covariance of a motion about a point from standard deviations: of its turn (rad), its shift (mm), and its shift along the rays where the cameras do not tell
    /// the depth.
    init(turn: Double, shift: Double, depthShift: Double, at point: Point<Room>, seenBy cameras: [CArmCamera]) {
        let depth = viewsStandApart(cameras, at: point) ? shift : depthShift
        self.init(
            turnVariance: turn * turn,
            shift: SquareMatrix(across: shift * shift, along: depth * depth, direction: rayDirection(cameras[0], to: point)))
    }
}
