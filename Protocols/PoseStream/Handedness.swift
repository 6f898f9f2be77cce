import Frames

/// A pose's numbers as another program's world has them.
public struct ForeignPose: Equatable, Sendable {
    public var position: SIMD3<Double>
    /// x, y, z, w.
    public var quaternion: SIMD4<Double>
}

extension TickBody.Pose {
    /// Millimetres, right-handed, x to the patient's right, y to the front, z to the head: as 3D Slicer has it. A half turn about z.
    public var ras: ForeignPose {
        ForeignPose(
            position: SIMD3(-origin.x, -origin.y, origin.z), quaternion: SIMD4(-quaternion.x, -quaternion.y, quaternion.z, quaternion.w))
    }

    /// Metres, left-handed, for Unity: y turned over. A mirror image, so the quaternion's axis is turned over within the plane of the mirror.
    public var unity: ForeignPose {
        ForeignPose(
            position: SIMD3(origin.x, -origin.y, origin.z) / 1000,
            quaternion: SIMD4(-quaternion.x, quaternion.y, -quaternion.z, quaternion.w))
    }
}
