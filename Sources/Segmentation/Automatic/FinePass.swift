import Concurrency
import Frames
import Synchronization
import Volumes

/// What the fine network sees around one vertebra; probabilities on a grid along the vertebra's own axes, whose i, j and k are z, y and x.
struct FineMap: Sendable {
    var thisVertebra: Volume<Float, Patient>
    var otherVertebra: [Float]
    var sacrum: [Float]
    var otherBone: [Float]
}

/// Runs the fine network for each vertebra, on the patch and on its mirror image.
///
/// - Complexity: two thirds of a second of one core a vertebra.
func finePass(
    _ ct: CTVolume, poses: [VertebraPose], pool: NetworkPool, window: ModelDescription.Window, progress: @Sendable (_ done: Int) -> Void
) throws -> [FineMap] {
    let network = pool.network
    let centre = network.centreVoxel!
    let done = Mutex(0)
    return try concurrentMap(poses, threads: pool.count) { pose in
        let grid = try patchGrid(
            shape: network.shape, spacing: network.spacing, centreVoxel: SIMD3(centre[0], centre[1], centre[2]), at: pose.centre,
            axes: (pose.left, pose.back, pose.up))
        let image = try networkImage(of: ct, on: grid, window: window).voxels
        let straight = try pool.run(image)[0]
        // A vertebra and its mirror image are alike, so the network is asked twice.
        let mirrored = try pool.run(mirroredSides(image, network.shape))[0]
        func mean(_ which: FineClass) -> [Float] {
            let channel = network.classes.firstIndex(of: which.rawValue)!
            let other = mirroredSides(Array(mirrored.channel(channel)), network.shape)
            return zip(straight.channel(channel), other).map { ($0 + $1) / 2 }
        }
        progress(
            done.withLock { count in
                count += 1
                return count
            })
        return FineMap(
            thisVertebra: try Volume(geometry: grid, voxels: mean(.thisVertebra)), otherVertebra: mean(.otherVertebra),
            sacrum: mean(.sacrum), otherBone: mean(.otherBone))
    }
}

/// Values of an (X, Y, Z) patch with x reversed.
private func mirroredSides(_ values: [Float], _ shape: [Int]) -> [Float] {
    let sheet = shape[1] * shape[2]
    return (0..<shape[0]).reversed().flatMap { values[($0 * sheet)..<(($0 + 1) * sheet)] }
}
