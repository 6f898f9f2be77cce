import Anatomy
import Foundation
import Frames
import RandomNumbers
import Volumes

/// What the CT is drawn from, on a fine grid.
struct PhantomScene {
    var spine: [PlacedVertebra]
    var solids: [PlacedSolid]
    /// Turns the upright spine to how the patient lies.
    var patientFromUpright: RigidTransform<Patient, Patient>
    var grid: FineGrid
    /// On the fine grid: signed distance to the nearest vertebra, and whose trabecular bone it is.
    var bone: [Float]
    var labels: [UInt8]
}

private let corticalHU: Float = 950
private let shellThickness: Float = 1.0
/// Standard deviation of the trabecular texture, HU.
private let textureHU: Float = 24

/// The CT of a scene: soft tissue, discs, ribs and bone with its shell, then blur, slice averaging and noise.
func drawCT(_ scene: PhantomScene, parameters: PhantomParameters, seed: UInt64) throws -> CTVolume {
    let full = parameters.content == .full
    var hounsfield = full ? softTissue(scene) : [Float](repeating: TissueHU.muscle, count: scene.bone.count)
    if full {
        drawDiscs(scene, on: &hounsfield)
        drawRibs(scene, on: &hounsfield)
    }
    drawVertebrae(scene, on: &hounsfield)
    let fine = scene.grid.geometry
    if full { blur(&hounsfield, size: fine.size, spacing: fine.spacing, sigma: parameters.blur) }
    var values = scene.grid.means(of: hounsfield)
    if full {
        var generator = RandomStream(seed: seed, stream: 2000)
        let noise = correlatedNoise(size: scene.grid.whole.size, generator: &generator)
        let depth = scene.grid.centres(of: scene.bone)
        for at in values.indices {
            values[at] += noise[at] * (Float(parameters.noise) + (depth[at] < -shellThickness ? textureHU : 0))
        }
    }
    return try CTVolume(geometry: scene.grid.whole, voxels: values.map { Int16(min(3071, max(-1024, $0)).rounded()) })
}

private func softTissue(_ scene: PhantomScene) -> [Float] {
    let grid = scene.grid.geometry
    let tissue = TissueMap(spine: scene.spine)
    let uprightFromPatient = scene.patientFromUpright.inverse
    let step = uprightFromPatient.rotation(grid.axes.0 * grid.spacing.x)
    var values = [Float](repeating: 0, count: grid.voxelCount)
    for k in 0..<grid.size.z {
        for j in 0..<grid.size.y {
            let start = (uprightFromPatient * grid.point(at: SIMD3(0, j, k))).xyz
            let row = grid.offset(0, j, k)
            for i in 0..<grid.size.x where scene.bone[row + i] > -2 { values[row + i] = tissue.hounsfield(start + Double(i) * step) }
        }
    }
    return values
}

private func drawVertebrae(_ scene: PhantomScene, on hounsfield: inout [Float]) {
    var trabecular = [Float](repeating: 160, count: 256)
    for solid in scene.solids { trabecular[Int(solid.level.rawValue)] = Float(solid.solid.anatomy.trabecularHU) }
    let half = Float(scene.grid.geometry.spacing.min() / 2)
    for at in hounsfield.indices where scene.bone[at] < half {
        hounsfield[at] = bone(scene.bone[at], half: half, around: hounsfield[at], inside: trabecular[Int(scene.labels[at])])
    }
}

/// The mean HU of a voxel `2 half` wide at signed distance `d` from a bone with a cortical shell, as if the surface were flat.
private func bone(_ d: Float, half: Float, around: Float, inside: Float) -> Float {
    let outside = min(1, max(0, (d + half) / (2 * half)))
    let shellOrOutside = min(1, max(0, (d + shellThickness + half) / (2 * half)))
    return outside * around + (shellOrOutside - outside) * corticalHU + (1 - shellOrOutside) * inside
}

private func drawDiscs(_ scene: PhantomScene, on hounsfield: inout [Float]) {
    let levels = Set(scene.solids.map(\.level))
    for (upper, lower) in zip(scene.spine, scene.spine.dropFirst())
    where levels.contains(upper.anatomy.level) || levels.contains(lower.anatomy.level) {
        let disc = DiscSolid(upper: upper, lower: lower)
        let patientFromUpper = scene.patientFromUpright * upper.patientFromVertebra
        let corners = boxCorners(disc.centre - disc.reach, disc.centre + disc.reach).map { (patientFromUpper * Point<Vertebra>($0)).xyz }
        let upperFromPatient = patientFromUpper.inverse
        let raster = rasterize(corners: corners, on: scene.grid.geometry) { disc.distance((upperFromPatient * Point<Patient>($0)).xyz) }
        raster.forEachNear(0.5, on: scene.grid.geometry) { at, d in
            let share = min(1, 0.5 - d)
            hounsfield[at] += share * (TissueHU.disc - hounsfield[at])
        }
    }
}

private func drawRibs(_ scene: PhantomScene, on hounsfield: inout [Float]) {
    let half = Float(scene.grid.geometry.spacing.min() / 2)
    for placed in scene.solids {
        for side in Side.allCases {
            guard let rib = RibSolid(side, of: placed.solid) else { continue }
            let points = rib.points
            let low = points.dropFirst().reduce(points[0]) { pointwiseMin($0, $1) } - 8
            let high = points.dropFirst().reduce(points[0]) { pointwiseMax($0, $1) } + 8
            let corners = boxCorners(low, high).map { (placed.patientFromVertebra * Point<Vertebra>($0)).xyz }
            let vertebraFromPatient = placed.patientFromVertebra.inverse
            let raster = rasterize(corners: corners, on: scene.grid.geometry) {
                rib.distance((vertebraFromPatient * Point<Patient>($0)).xyz)
            }
            raster.forEachNear(half, on: scene.grid.geometry) { at, d in
                // Cartilage lies between a rib and its vertebra.
                let parted = max(d, 1.3 - scene.bone[at])
                if parted < half { hounsfield[at] = bone(parted, half: half, around: hounsfield[at], inside: 140) }
            }
        }
    }
}
