import Concurrency
import Frames
import Volumes

/// The line integrals of an attenuation volume along the rays to a raster's places, row by row: a digitally reconstructed radiograph.
///
/// Joseph's method: along each ray one bilinear sample in every plane of the axis that it crosses steepest, times the ray's length between planes. Nothing lies
/// outside the grid, between the source and the detector only.
///
/// - Parameters:
///   - volume: 1/mm.
///   - carmFromVolume: where the volume stands.
///   - threads: rows are shared among so many; the result does not depend on it.
/// - Returns: `raster.count` numbers, without unit.
/// - Complexity: O(rays x planes). Accuracy: within 1 % of the mean of RTK's Joseph projector (Benchmarks/projection.py).
/// - Source: Joseph 1982, IEEE Trans. Med. Imaging 1(3).
public func project<F>(
    _ volume: AttenuationVolume<F>, at carmFromVolume: RigidTransform<CArm, F>, from camera: CArmCamera, to raster: DetectorRaster,
    threads: Int = 1
) -> [Float] {
    let bundle = RayBundle(from: camera, to: raster, through: volume.geometry, at: carmFromVolume)
    let occupied = OccupiedPlanes(volume.occupied, bundle, raster)
    let bands = rowBands(raster.size.y, parts: threads == 1 ? 1 : 4 * threads)
    // Casting a ray cannot fail.
    let parts = try! concurrentMap(bands, threads: threads) { rows in
        castRays(bundle, occupied, rows: rows, columns: raster.size.x, volume.volume.voxels)
    }
    return parts.count == 1 ? parts[0] : Array(parts.joined())
}

private func rowBands(_ rows: Int, parts: Int) -> [Range<Int>] {
    (0..<parts).map { (rows * $0 / parts)..<(rows * ($0 + 1) / parts) }.filter { !$0.isEmpty }
}

private func castRays(_ bundle: RayBundle, _ occupied: OccupiedPlanes, rows: Range<Int>, columns: Int, _ voxels: [Float]) -> [Float] {
    voxels.withUnsafeBufferPointer { voxels in
        [Float](unsafeUninitializedCapacity: rows.count * columns) { image, count in
            let voxels = voxels.baseAddress!
            for row in rows {
                for column in 0..<columns {
                    image[(row - rows.lowerBound) * columns + column] = castRay(bundle, occupied, column, row, voxels)
                }
            }
            count = rows.count * columns
        }
    }
}

@inline(__always)
private func castRay(_ bundle: RayBundle, _ occupied: OccupiedPlanes, _ column: Int, _ row: Int, _ voxels: UnsafePointer<Float>) -> Float {
    guard let ray = RayCrossings(bundle, occupied, column, row) else { return 0 }
    var sums = SIMD4<Float>()
    ray.forEachFour(voxels, bundle.stride) { four, weight in
        let one = four.corner00 + four.fractionA * (four.corner10 - four.corner00)
        let two = four.corner01 + four.fractionA * (four.corner11 - four.corner01)
        sums += weight * (one + four.fractionB * (two - one))
    }
    return sums.sum() * bundle.length(column, row) / abs(ray.direction.z)
}
