import Concurrency
import Frames
import Synchronization
import Volumes

/// What the fine network sees around one vertebra; probabilities on a grid along the vertebra's own axes, whose i, j and k are z, y and x.
struct FineMap: Sendable {
    let pose: VertebraPose
    /// The voxel of the body centre, x, y, z.
    let centreVoxel: SIMD3<Double>
    var thisVertebra: Volume<Float, Patient>
    var sacrum: [Float]
    var otherBone: [Float]
    var canal: [Float]

    /// Calls `body` for each voxel with its offset and its place in the vertebra's frame, mm from the body centre: x left, y back, z up.
    func forEachVoxel(_ body: (_ offset: Int, _ place: SIMD3<Double>) -> Void) {
        let grid = thisVertebra.geometry
        for k in 0..<grid.size.z {
            for j in 0..<grid.size.y {
                for i in 0..<grid.size.x {
                    body(grid.offset(i, j, k), (SIMD3(Double(k), Double(j), Double(i)) - centreVoxel) * grid.spacing)
                }
            }
        }
    }
}

/// Runs the fine network for each vertebra; `mirrored`: also on the patch's mirror image, and takes the mean.
///
/// - Complexity: a third of a second of one core for each run.
func finePass(
    _ ct: CTVolume, poses: [VertebraPose], pool: NetworkPool, window: ModelDescription.Window, mirrored: Bool,
    progress: @Sendable (_ done: Int) -> Void
) throws -> [FineMap] {
    let network = pool.network
    let centre = SIMD3(network.centreVoxel![0], network.centreVoxel![1], network.centreVoxel![2])
    let done = Mutex(0)
    return try concurrentMap(poses, threads: pool.count) { pose in
        let grid = try patchGrid(
            shape: network.shape, spacing: network.spacing, centreVoxel: centre, at: pose.centre, axes: (pose.left, pose.back, pose.up))
        let image = try networkImage(of: ct, on: grid, window: window).voxels
        let straight = try pool.run(image)[0]
        // A vertebra and its mirror image are alike, so the network can be asked twice.
        let turned = mirrored ? try pool.run(mirroredSides(image, network.shape))[0] : nil
        func mean(_ which: FineClass) -> [Float] {
            let channel = network.classes.firstIndex(of: which.rawValue)!
            let first = Array(straight.channel(channel))
            guard let turned else { return first }
            return zip(first, mirroredSides(Array(turned.channel(channel)), network.shape)).map { ($0 + $1) / 2 }
        }
        progress(
            done.withLock { count in
                count += 1
                return count
            })
        return FineMap(
            pose: pose, centreVoxel: centre, thisVertebra: try Volume(geometry: grid, voxels: mean(.thisVertebra)), sacrum: mean(.sacrum),
            otherBone: mean(.otherBone), canal: mean(.canal))
    }
}

/// Values of an (X, Y, Z) patch with x reversed.
func mirroredSides(_ values: [Float], _ shape: [Int]) -> [Float] {
    let sheet = shape[1] * shape[2]
    return (0..<shape[0]).reversed().flatMap { values[($0 * sheet)..<(($0 + 1) * sheet)] }
}
