import Concurrency
import Frames

extension SpineTracker {
    /// The frames as they are compared: by fineness, then by view.
    func measuredSlopes(_ frames: [XRayFrame]) -> [[MeasuredSlopes]] {
        let filter = GradientFilter(sigma: parameters.registration.sigma)
        return byLevelAndView(frames.count) { level, view in
            let step = frames[view].camera.pixels(spanning: parameters.registration.fineness[level])
            return MeasuredSlopes(frames[view], blocksOf: step, filter: filter)
        }
    }

    func comparedViews(
        _ measured: [[MeasuredSlopes]], _ cameras: [CArmCamera], _ rest: FollowedRest, at group: RigidTransform<Room, Patient>,
        after gap: Double
    ) -> [[ComparedView]] {
        let filter = GradientFilter(sigma: parameters.registration.sigma)
        return byLevelAndView(cameras.count) { level, view in
            let raster = measured[level][view].raster
            let standing = slopes(of: model.neighbours.map { ($0, group) }, from: cameras[view], raster: raster, filter: filter)
            let background = rest.background(
                level: level, view: view, raster: raster, standing: standing, centre: model.centre, after: gap, inflation: inflation,
                parameters)
            return ComparedView(camera: cameras[view], measured: measured[level][view], background: background)
        }
    }

    /// The line integrals of a view as the CT explains them: the rest where it was last drawn, and the spine where it is expected.
    func explainedIntegrals(
        _ view: ComparedView, _ rest: [Float], at poses: [RigidTransform<Room, Vertebra>], _ group: RigidTransform<Room, Patient>
    ) -> [Float] {
        let tracked = zip(model.vertebrae, poses).map { ($0.attenuation, $1) }
        let spine = [
            lineIntegrals(of: tracked, from: view.camera, raster: view.measured.raster),
            lineIntegrals(of: model.neighbours.map { ($0, group) }, from: view.camera, raster: view.measured.raster),
        ]
        return spine.compactMap { $0?.image }.reduce(rest) { sum, image in zip(sum, image).map { $0 + $1 } }
    }

    /// What the rest's place is found from.
    func restMoment(_ measured: [MeasuredSlopes], _ cameras: [CArmCamera], _ poses: [RigidTransform<Room, Vertebra>]) -> RestMoment {
        RestMoment(model: model, parameters: parameters, cameras: cameras, measured: measured, poses: poses, threads: 1)
    }

    private func byLevelAndView<Made: Sendable>(_ views: Int, _ make: @Sendable (_ level: Int, _ view: Int) -> Made) -> [[Made]] {
        let levels = parameters.registration.fineness.indices
        let jobs = levels.flatMap { level in (0..<views).map { (level, $0) } }
        // `make` cannot fail.
        let flat = try! concurrentMap(jobs, threads: threads, make)
        return levels.map { Array(flat[($0 * views)..<(($0 + 1) * views)]) }
    }
}
