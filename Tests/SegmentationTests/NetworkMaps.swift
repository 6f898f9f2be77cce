import Frames
import Volumes

@testable import Segmentation

/// What the coarse network would see of shapes known on paper: probabilities by place, LPS mm. 96 voxels of 2 mm along each axis around the origin.
func coarseMap(
    bony: (SIMD3<Double>) -> Bool = { _ in true }, sacrum: (SIMD3<Double>) -> Bool = { _ in false },
    canal: (SIMD3<Double>) -> Bool = { _ in false }
) throws -> CoarseMap {
    let grid = try patchGrid(shape: [96, 96, 96], spacing: 2, centreVoxel: SIMD3(47.5, 47.5, 47.5), at: Point(0, 0, 0))
    func values(_ isInside: (SIMD3<Double>) -> Bool) -> [Float] {
        (0..<grid.voxelCount).map { at in
            isInside(grid.point(at: SIMD3(at % 96, at / 96 % 96, at / 9216)).xyz) ? 1 : 0
        }
    }
    let none = [Float](repeating: 0, count: grid.voxelCount)
    return CoarseMap(
        geometry: grid, image: values(bony), bonyValue: 0.5, body: none, arch: none, sacrum: values(sacrum), canal: values(canal),
        votes: none)
}

/// What the fine network would see of shapes known on paper: probabilities by place in the vertebra's frame, mm from its body centre. 64 x 72 x 56 voxels of
/// 1.5 mm, x left, y back, z up.
func fineMap(
    pose: VertebraPose = VertebraPose(centre: Point(0, 0, 0), left: SIMD3(1, 0, 0), back: SIMD3(0, 1, 0), up: SIMD3(0, 0, 1)),
    bone: (SIMD3<Double>) -> Float = { _ in 0 }, otherBone: (SIMD3<Double>) -> Float = { _ in 0 },
    canal: (SIMD3<Double>) -> Float = { _ in 0 }, sacrum: (SIMD3<Double>) -> Float = { _ in 0 }
) throws -> FineMap {
    let middle = SIMD3(31.5, 27.5, 27.5)
    let grid = try patchGrid(
        shape: [64, 72, 56], spacing: 1.5, centreVoxel: middle, at: pose.centre, axes: (pose.left, pose.back, pose.up))
    func values(_ value: (SIMD3<Double>) -> Float) -> [Float] {
        (0..<grid.voxelCount).map { at in
            let index = SIMD3(Double(at / (56 * 72)), Double(at / 56 % 72), Double(at % 56))
            return value((index - middle) * 1.5)
        }
    }
    return FineMap(
        pose: pose, centreVoxel: middle, thisVertebra: try Volume(geometry: grid, voxels: values(bone)), sacrum: values(sacrum),
        otherBone: values(otherBone), canal: values(canal))
}

/// 1 within a box, 0 elsewhere.
func box(_ x: ClosedRange<Double>, _ y: ClosedRange<Double>, _ z: ClosedRange<Double>) -> @Sendable (SIMD3<Double>) -> Float {
    { x.contains($0.x) && y.contains($0.y) && z.contains($0.z) ? 1 : 0 }
}
