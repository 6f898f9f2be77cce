import Concurrency
import Foundation
import Frames

/// One view of a moment at one fineness: what was measured, and what of it the rest of the anatomy explains.
struct ComparedView: Sendable {
    let camera: CArmCamera
    var measured: MeasuredSlopes
    /// Slopes of the rest's radiograph, along u then v, on the same raster; nil where it is not known.
    let background: [Float]?
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

    /// - Parameter reference: the comparison whose places and noise to keep, so that costs can be compared; nil to choose them here.
    init(
        _ vertebrae: [ModelVertebra], at poses: [RigidTransform<Room, Vertebra>], in views: [ComparedView], filter: GradientFilter,
        parameters: RegistrationParameters, keeping reference: ImageComparison?, threads: Int
    ) {
        let jobs = views.indices.flatMap { view in vertebrae.indices.map { (view, $0) } }
        // Rendering cannot fail.
        let flat = try! concurrentMap(jobs, threads: threads) { view, n in
            RenderedVertebra(vertebrae[n], at: poses[n], from: views[view].camera, raster: views[view].measured.raster, filter: filter)
        }
        let rendered = views.indices.map { view in Array(flat[(view * vertebrae.count)..<((view + 1) * vertebrae.count)]) }
        let parts = try! concurrentMap(Array(views.indices), threads: threads) { view in
            let fit = ViewFit(views[view], rendered[view], keeping: reference?.fits[view], huber: Float(parameters.huber))
            return (fit, NormalEquations(fit, rendered[view]))
        }
        self.rendered = rendered
        fits = parts.map(\.0)
        information = SquareMatrix(order: 6 * vertebrae.count)
        gradient = [Double](repeating: 0, count: 6 * vertebrae.count)
        for (fit, equations) in parts {
            cost += fit.cost
            information = information + equations.information
            for n in gradient.indices { gradient[n] += equations.gradient[n] }
        }
    }
}
