import Foundation
import Frames

/// What the place of the rest of the anatomy is found from: the images of one moment, and the spine as it was found in them.
struct RestMoment: Sendable {
    let model: SpineModel
    let parameters: TrackerParameters
    let cameras: [CArmCamera]
    /// At the coarsest fineness, by view.
    let measured: [MeasuredSlopes]
    let poses: [RigidTransform<Room, Vertebra>]
    let threads: Int

    /// The rest where it explains the images best beside the spine, drawn in each view.
    ///
    /// - Parameters:
    ///   - place: where it is believed to lie.
    ///   - turn, shift: by how much it may lie otherwise, standard deviations, rad and mm.
    /// - Throws: `LinearAlgebraError`.
    /// - Complexity: about four projections with derivatives of the CT a view at the coarsest fineness, and one without at the finest.
    func found(around place: RigidTransform<Room, Patient>, turn: Double, shift: Double) throws -> RestImages {
        let filter = GradientFilter(sigma: parameters.registration.sigma)
        let group = try groupPose(of: model.vertebrae, at: poses)
        let views = cameras.indices.map { view in
            let spine = spineSlopes(of: model, at: poses, group, from: cameras[view], raster: measured[view].raster, filter: filter)
            return ComparedView(
                camera: cameras[view], measured: measured[view],
                background: spine.map { MovableBackground(still: $0, measured[view].raster) })
        }
        let patientFromBody = model.restBody.patientFromBody
        let start = place * patientFromBody
        let prior = try PosePrior(
            of: start, turn: turn, shift: shift, depthShift: min(shift, parameters.groupDepthShift), seenBy: cameras)
        let result = try registerVertebrae(
            [model.restBody.attenuation], startingAt: [start], in: [views], prior: prior.strengthened(by: usualInflation),
            parameters: parameters.registration, threads: threads)
        return RestImages(
            of: model, withNeighbours: false, at: result.poses[0] * patientFromBody.inverse, in: cameras,
            parameters: parameters.registration,
            threads: threads)
    }
}

/// Slopes of the tracked vertebrae and of their neighbours, which move with the group.
private func spineSlopes(
    of model: SpineModel, at poses: [RigidTransform<Room, Vertebra>], _ group: RigidTransform<Room, Patient>, from camera: CArmCamera,
    raster: DetectorRaster, filter: GradientFilter
) -> [Float]? {
    let tracked = slopes(of: zip(model.vertebrae, poses).map { ($0.attenuation, $1) }, from: camera, raster: raster, filter: filter)
    let beside = slopes(of: model.neighbours.map { ($0, group) }, from: camera, raster: raster, filter: filter)
    guard let tracked, let beside else { return tracked ?? beside }
    return zip(tracked, beside).map { $0 + $1 }
}
