import Frames
import Volumes

/// A radiograph of a volume and how it changes when the volume moves: seven images, one after another.
///
/// Plane 0 holds the line integrals; planes 1 to 3 their change per radian of rotation about the room's x, y and z axes through `pivot`, planes 4 to 6 that per
/// millimetre of shift along them. Each has `raster.count` numbers, row by row.
public struct MovingProjection: Sendable {
    public static let planes = 7
    public var values: [Float]
    public let raster: DetectorRaster

    public func plane(_ n: Int) -> ArraySlice<Float> { values[(n * raster.count)..<((n + 1) * raster.count)] }
}

/// The radiograph of an attenuation volume and its exact derivative by the volume's pose, in one pass.
///
/// A point x of the volume moves by w × (x - pivot) + t, so the line integral p changes by -∫ grad mu · (w × (x - pivot) + t). Of grad mu only its two parts across the
/// main axis are sampled (the bilinear sample has them at hand), once plain and once times the place along the ray; the third follows from
/// ∫ grad mu · d = 0 and ∫ s grad mu · d = -∫ mu along a ray x = source + s d that begins and ends outside the volume.
///
/// - Parameters:
///   - volume: 1/mm, with a border of zeros: without it the identities do not hold at the edge.
///   - carmFromVolume: where the volume stands.
///   - pivot: the room point that rotations turn about.
/// - Complexity: O(rays x planes), about 1.3 times `project`.
public func projectMoving<F>(
    _ volume: AttenuationVolume<F>, at carmFromVolume: RigidTransform<CArm, F>, about pivot: Point<Room>, from camera: CArmCamera,
    to raster: DetectorRaster
) -> MovingProjection {
    let bundle = RayBundle(from: camera, to: raster, through: volume.geometry, at: carmFromVolume)
    let occupied = OccupiedPlanes(volume.occupied, bundle, raster)
    let lever = MotionLever(bundle, volume.geometry, carmFromVolume, pivot, camera, raster)
    let count = raster.count
    let values = volume.volume.voxels.withUnsafeBufferPointer { voxels in
        [Float](unsafeUninitializedCapacity: MovingProjection.planes * count) { image, filled in
            let voxels = voxels.baseAddress!
            for row in 0..<raster.size.y {
                for column in 0..<raster.size.x {
                    let sums = castMovingRay(bundle, occupied, column, row, voxels)
                    lever.write(sums, bundle, column, row, to: image.baseAddress! + (row * raster.size.x + column), planeStride: count)
                }
            }
            filled = MovingProjection.planes * count
        }
    }
    return MovingProjection(values: values, raster: raster)
}

/// Sums over the planes that a ray crosses: of the attenuation, of its slopes along a and b, and of these times the plane's number.
private struct RaySums {
    var value: Float = 0
    var slopes = SIMD2<Float>()
    var slopesTimesPlane = SIMD2<Float>()
}

@inline(__always)
private func castMovingRay(
    _ bundle: RayBundle, _ occupied: OccupiedPlanes, _ column: Int, _ row: Int, _ voxels: UnsafePointer<Float>
) -> RaySums? {
    guard let ray = RayCrossings(bundle, occupied, column, row) else { return nil }
    var sum = SIMD4<Float>()
    var (slopesA, slopesB, planesA, planesB) = (sum, sum, sum, sum)
    ray.forEachFour(voxels, bundle.stride) { four, weight in
        let near = four.corner10 - four.corner00
        let far = four.corner11 - four.corner01
        let one = four.corner00 + four.fractionA * near
        let alongB = weight * (four.corner01 + four.fractionA * far - one)
        let alongA = weight * (near + four.fractionB * (far - near))
        sum += weight * one + four.fractionB * alongB
        slopesA += alongA
        slopesB += alongB
        planesA += four.planes * alongA
        planesB += four.planes * alongB
    }
    return RaySums(
        value: sum.sum(), slopes: SIMD2(slopesA.sum(), slopesB.sum()), slopesTimesPlane: SIMD2(planesA.sum(), planesB.sum()))
}

/// What turns a ray's sums into derivatives by the pose.
private struct MotionLever {
    /// Room gradients of the indices along a, b and main: columns of the transposed index-from-room matrix.
    let gradients: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)
    /// From the pivot to the source, and from the source to the detector's places, mm in the room.
    let sourceArm: SIMD3<Float>
    let corner: SIMD3<Float>
    let alongRow: SIMD3<Float>
    let alongColumn: SIMD3<Float>

    init<F>(
        _ bundle: RayBundle, _ grid: GridGeometry<F>, _ carmFromVolume: RigidTransform<CArm, F>, _ pivot: Point<Room>, _ camera: CArmCamera,
        _ raster: DetectorRaster
    ) {
        let roomFromCarm = camera.carmFromRoom.inverse
        let roomFromVolume = roomFromCarm * carmFromVolume
        func gradient(_ axis: Int) -> SIMD3<Float> {
            let directions = [grid.axes.0, grid.axes.1, grid.axes.2]
            return SIMD3<Float>(roomFromVolume.rotation(directions[axis] / grid.spacing[axis]))
        }
        gradients = (gradient(bundle.axes.a), gradient(bundle.axes.b), gradient(bundle.axes.main))
        func place(_ column: Double, _ row: Double) -> SIMD3<Double> {
            (roomFromCarm * camera.detectorPoint(at: raster.first + raster.step * SIMD2(column, row))).xyz
        }
        let source = roomFromCarm.origin.xyz
        sourceArm = SIMD3<Float>(source - pivot.xyz)
        corner = SIMD3<Float>(place(0, 0) - source)
        alongRow = SIMD3<Float>(place(1, 0) - place(0, 0))
        alongColumn = SIMD3<Float>(place(0, 1) - place(0, 0))
    }

    @inline(__always)
    func write(_ sums: RaySums?, _ bundle: RayBundle, _ column: Int, _ row: Int, to image: UnsafeMutablePointer<Float>, planeStride: Int) {
        guard let sums else {
            for n in 0..<MovingProjection.planes { image[n * planeStride] = 0 }
            return
        }
        let direction = bundle.direction(column, row)
        // Sums over planes become integrals over s from 0 at the source to 1 at the detector, times the ray's length.
        let scale = bundle.length(column, row) / abs(direction.z)
        let plain = sums.slopes
        let weighted = (sums.slopesTimesPlane - bundle.source.z * sums.slopes) / direction.z
        let plainMain = -(direction.x * plain.x + direction.y * plain.y) / direction.z
        let weightedMain = -(sums.value + direction.x * weighted.x + direction.y * weighted.y) / direction.z
        let flow = plain.x * gradients.0 + plain.y * gradients.1 + plainMain * gradients.2
        let weightedFlow = weighted.x * gradients.0 + weighted.y * gradients.1 + weightedMain * gradients.2
        let ray = corner + Float(column) * alongRow + Float(row) * alongColumn
        let shift = -scale * flow
        let turn = -scale * (cross(sourceArm, flow) + cross(ray, weightedFlow))
        image[0] = scale * sums.value
        image[planeStride] = turn.x
        image[2 * planeStride] = turn.y
        image[3 * planeStride] = turn.z
        image[4 * planeStride] = shift.x
        image[5 * planeStride] = shift.y
        image[6 * planeStride] = shift.z
    }
}
