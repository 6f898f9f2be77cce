import Concurrency
import Foundation
import Frames

/// One view of a moment at one fineness: what was measured, and what of it the rest of the anatomy explains.
struct ComparedView: Sendable {
    let camera: CArmCamera
    var measured: MeasuredSlopes
    /// Everything but the tracked vertebrae, on the same raster; nil where it is not known.
    let background: MovableBackground?
}

/// The model beside the images at given poses: the misfit, and the normal equations of its least squares.
struct ImageComparison: Sendable {
    /// Half the sum of robust squared residuals, each over its view's noise.
    private(set) var cost = 0.0
    /// J^T W J and J^T W r of all vertebrae, in units of the noise.
    private(set) var information: SquareMatrix
    private(set) var gradient: [Double]
    /// By view, then by vertebra; nil where a vertebra is not seen.
    let rendered: [[RenderedVertebra?]]
    let fits: [ViewFit]
    /// By view, each in units of its own noise.
    let equations: [NormalEquations]
    /// By view; nil where the background has not moved.
    let backgroundTerms: [BackgroundTerms?]

    /// - Parameters:
    ///   - motions: of the background, by view.
    ///   - reference: the comparison whose places and noise to keep, so that costs can be compared; nil to choose them here.
    /// - Throws: `LinearAlgebraError.singular`.
    init(
        _ vertebrae: [AttenuationVolume<Vertebra>], at poses: [RigidTransform<Room, Vertebra>], _ motions: [ImageMotion],
        in views: [ComparedView],
        filter: GradientFilter, parameters: RegistrationParameters, keeping reference: ImageComparison?, threads: Int
    ) throws {
        let jobs = views.indices.flatMap { view in vertebrae.indices.map { (view, $0) } }
        // Rendering cannot fail.
        let flat = try! concurrentMap(jobs, threads: threads) { view, n in
            RenderedVertebra(vertebrae[n], at: poses[n], from: views[view].camera, raster: views[view].measured.raster, filter: filter)
        }
        let rendered = views.indices.map { view in Array(flat[(view * vertebrae.count)..<((view + 1) * vertebrae.count)]) }
        let parts = try concurrentMap(Array(views.indices), threads: threads) { view in
            try Self.compared(
                views[view], rendered[view], motions[view], keeping: reference?.fits[view], huber: Float(parameters.huber))
        }
        self.rendered = rendered
        fits = parts.map(\.fit)
        equations = parts.map(\.equations)
        backgroundTerms = parts.map(\.background)
        information = SquareMatrix(order: 6 * vertebrae.count)
        gradient = [Double](repeating: 0, count: 6 * vertebrae.count)
        for part in parts {
            cost += part.cost
            information = information + part.equations.information
            for n in gradient.indices { gradient[n] += part.equations.gradient[n] }
        }
    }

    private static func compared(
        _ view: ComparedView, _ rendered: [RenderedVertebra?], _ motion: ImageMotion, keeping reference: ViewFit?, huber: Float
    ) throws -> (cost: Double, fit: ViewFit, equations: NormalEquations, background: BackgroundTerms?) {
        let moved = view.background?.moved(by: motion)
        let background = moved.map { moved in view.background!.standing.map { zip(moved, $0).map { $0 + $1 } } ?? moved }
        let fit = ViewFit(view.measured, rendered, background: background, keeping: reference, huber: huber)
        var equations = NormalEquations(fit, rendered)
        guard let moved, let prior = view.background?.prior, !fit.looked.window.isEmpty else { return (fit.cost, fit, equations, nil) }
        let derivatives = view.background!.derivatives(of: moved, at: motion, in: fit.looked.window)
        let terms = try BackgroundTerms(derivatives, fit.looked.window, fit, rendered, prior, at: motion)
        terms.eliminate(from: &equations)
        return (fit.cost + prior.cost(of: motion), fit, equations, terms)
    }
}
