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

/// Runs the fine network once for each vertebra.
///
/// - Complexity: a third of a second of one core a vertebra.
func finePass(
    _ ct: CTVolume, poses: [VertebraPose], pool: NetworkPool, window: ModelDescription.Window, progress: @Sendable (_ done: Int) -> Void
) throws -> [FineMap] {
    let network = pool.network
    let centre = network.centreVoxel!
    let channels = FineClass.allCases.map { network.classes.firstIndex(of: $0.rawValue)! }
    let done = Mutex(0)
    return try concurrentMap(poses, threads: pool.count) { pose in
        let grid = try patchGrid(
            shape: network.shape, spacing: network.spacing, centreVoxel: SIMD3(centre[0], centre[1], centre[2]), at: pose.centre,
            axes: (pose.left, pose.back, pose.up))
        let output = try pool.run(networkImage(of: ct, on: grid, window: window).voxels)[0]
        progress(done.withLock { count in
            count += 1
            return count
        })
        return FineMap(
            thisVertebra: try Volume(geometry: grid, voxels: Array(output.channel(channels[0]))),
            otherVertebra: Array(output.channel(channels[1])), sacrum: Array(output.channel(channels[2])),
            otherBone: Array(output.channel(channels[3])))
    }
}
