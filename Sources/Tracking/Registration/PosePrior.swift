import Frames

/// What is known of some vertebrae's poses before a frame is looked at: a mean each, and one joint information matrix.
///
/// Six parameters a vertebra in the order of `PoseMotion`: rotation about the room's axes through the vertebra's origin (rad), shift (mm).
struct PosePrior: Sendable {
    var means: [RigidTransform<Room, Vertebra>]
    var information: SquareMatrix

    /// Knows nothing.
    init(none means: [RigidTransform<Room, Vertebra>]) {
        self.means = means
        information = SquareMatrix(order: 6 * means.count)
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
