import Anatomy
import Frames
import Volumes

/// A synthetic CT with its labels and everything that is known about it on paper.
public struct Phantom: Sendable {
    public let ct: CTVolume
    /// VerSe ids, on the CT's grid.
    public let labels: LabelVolume
    public let truth: PhantomTruth
}

/// Draws a phantom: the same bytes for the same parameters and seed on every run.
///
/// A vertebra is a signed distance made of simple solids. Where two vertebrae come near each other (facet joints) both are cut back to
/// half a gap from the surface of equal distance, so they never touch.
/// - Throws: `PhantomError` when a parameter is out of its range or a level has no anatomy here.
/// - Complexity: linear in voxels and in levels; about 0.2 s a level at 1 mm.
public func makePhantom(parameters: PhantomParameters = .init(), seed: UInt64) throws -> Phantom {
    try check(parameters)
    let spine = stackSpine(parameters: parameters, seed: seed)
    let upright = placeSolids(on: spine, levels: parameters.levels)
    let turn = patientFromUpright(parameters.patientTurn, of: upright)
    let vertebrae = upright.map { PlacedSolid(solid: $0.solid, patientFromVertebra: turn * $0.patientFromVertebra) }
    let grid = try FineGrid(phantomGrid(around: vertebrae, parameters: parameters))
    let (labels, bone) = compose(vertebrae.map { $0.raster(on: grid.geometry) }, of: vertebrae, on: grid.geometry)
    let scene = PhantomScene(spine: spine, solids: vertebrae, patientFromUpright: turn, grid: grid, bone: bone, labels: labels)
    return Phantom(
        ct: try drawCT(scene, parameters: parameters, seed: seed),
        labels: try LabelVolume(geometry: grid.whole, voxels: grid.centres(of: labels)),
        truth: PhantomTruth(
            seed: seed, parameters: parameters, vertebrae: vertebrae.map { truth(of: $0.solid, at: $0.patientFromVertebra) }))
}
