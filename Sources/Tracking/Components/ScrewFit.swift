import Foundation
import Frames

/// Screws of one vertebra fitted to the views together: places, the metal's shadow in each view, and how surely.
///
/// Minimises robust squares of slope differences, (measured - anatomy) - shadow, over the places near the screws, plus how far each screw is from its plan and the
/// metal from what it should be; by Levenberg-Marquardt. A turn about a screw's axis is no parameter: a cylinder does not show it.
struct ScrewFit: Sendable {
    private(set) var shafts: [PosedShaft]
    private(set) var metal: [MetalShadow]
    /// Of images and priors, at the sharp search's end.
    private(set) var cost = Double.infinity
    /// Of the shafts' parameters, five a shaft in the order of `ShaftMotion`.
    private(set) var covariance: SquareMatrix
    /// By view; nil where no screw lies on the image.
    private(set) var rendered: [RenderedShafts?] = []

    private let plans: [PosedShaft]
    private let views: [MetalView]
    private let parameters: ScrewParameters
    /// What was left out, by view.
    private(set) var tulips: [[ShadowSegment]]

    /// - Parameters:
    ///   - plans: one or two, where the plan has them.
    ///   - start: where the search begins.
    ///   - views: those that show metal.
    ///   - isClose: whether the start needs no smoothed search.
    ///   - hasTulips: whether to leave out where the start's tulips would be.
    /// - Throws: `LinearAlgebraError`.
    init(
        _ plans: [PosedShaft], startingAt start: [PosedShaft], in views: [MetalView], parameters: ScrewParameters, isClose: Bool,
        hasTulips: Bool
    )
        throws
    {
        (self.plans, self.views, self.parameters) = (plans, views, parameters)
        shafts = start
        metal = views.map { MetalShadow(gain: $0.gain) }
        tulips = views.map { view in hasTulips ? start.compactMap { ShadowSegment(tulipOf: $0, in: view, parameters) } : [] }
        covariance = SquareMatrix(order: ShaftMotion.count * plans.count)
        for stage in (isClose ? 1 : 0)..<parameters.sigmas.count { try descend(stage) }
    }

    private mutating func descend(_ stage: Int) throws {
        let sigma = parameters.sigmas[stage]
        let filter = GradientFilter(sigma: sigma)
        let patches = views.indices.map {
            ViewPatch(
                of: shafts, in: views[$0], reach: parameters.reach, tulips: tulips[$0], sigma: sigma, shapeError: parameters.shapeError)
        }
        var current = try equations(shafts, metal, patches, filter)
        var damping = 1e-3
        for _ in 0..<parameters.iterations[stage] {
            var matrix = current.information
            for n in 0..<matrix.order { matrix[n, n] += damping * matrix[n, n] }
            let step = try solvePositive(matrix.values, current.gradient)
            let (moved, other) = applied(step)
            let candidate = try equations(moved, other, patches, filter)
            if candidate.cost < current.cost {
                let gained = current.cost - candidate.cost
                (shafts, metal, current) = (moved, other, candidate)
                damping = max(1e-6, damping / 5)
                if gained < 1e-3 * current.cost || step.allSatisfy({ abs($0) < 1e-3 }) { break }
            } else {
                damping *= 10
                if damping > 1e6 { break }
            }
        }
        cost = current.cost
        rendered = current.rendered
        covariance = try current.information.inverse().block(0, 0, size: ShaftMotion.count * shafts.count)
    }

    private func applied(_ step: [Double]) -> ([PosedShaft], [MetalShadow]) {
        let five = ShaftMotion.count
        let moved = shafts.indices.map { n in
            var shaft = shafts[n]
            shaft.roomFromScrew = ShaftMotion(step[(five * n)..<(five * (n + 1))]).applied(
                to: shaft.roomFromScrew, length: Double(shaft.shaft.length))
            return shaft
        }
        let first = five * shafts.count
        let other = metal.indices.map { v in
            MetalShadow(
                logAttenuation: metal[v].logAttenuation + step[first + 2 * v], logitScatter: metal[v].logitScatter + step[first + 2 * v + 1]
            )
        }
        return (moved, other)
    }

    private struct Equations {
        var cost = 0.0
        var information: SquareMatrix
        var gradient: [Double]
        var rendered: [RenderedShafts?] = []
    }

    private func equations(
        _ shafts: [PosedShaft], _ metal: [MetalShadow], _ patches: [ViewPatch], _ filter: GradientFilter
    ) throws -> Equations {
        let screws = ShaftMotion.count * shafts.count
        let order = screws + 2 * views.count
        var sum = Equations(information: SquareMatrix(order: order), gradient: [Double](repeating: 0, count: order))
        for (v, view) in views.enumerated() {
            guard !patches[v].window.isEmpty else {
                sum.rendered.append(nil)
                continue
            }
            let rendered = RenderedShafts(shafts, metal[v], in: view, window: patches[v].window, filter: filter)
            sum.rendered.append(rendered)
            let part = patches[v].products(rendered, huber: Float(parameters.huber))
            let indices = Array(0..<screws) + [screws + 2 * v, screws + 2 * v + 1]
            sum.cost += part.cost / parameters.inflation
            for (a, i) in indices.enumerated() {
                sum.gradient[i] += part.gradient[a] / parameters.inflation
                for (b, j) in indices.enumerated() { sum.information[i, j] += part.information[a, b] / parameters.inflation }
            }
        }
        addPriors(&sum, shafts, metal)
        return sum
    }

    private func addPriors(_ sum: inout Equations, _ shafts: [PosedShaft], _ metal: [MetalShadow]) {
        func add(_ index: Int, _ deviation: Double, _ spread: Double) {
            sum.cost += deviation * deviation / (2 * spread * spread)
            sum.gradient[index] -= deviation / (spread * spread)
            sum.information[index, index] += 1 / (spread * spread)
        }
        let p = parameters
        for n in shafts.indices {
            let deviation = shafts[n].motion(from: plans[n])
            for (m, spread) in [p.turn, p.turn, p.across, p.across, p.along].enumerated() {
                add(ShaftMotion.count * n + m, deviation[m], spread)
            }
        }
        let first = ShaftMotion.count * shafts.count
        for (v, view) in views.enumerated() {
            let usual = MetalShadow(gain: view.gain)
            add(first + 2 * v, metal[v].logAttenuation - usual.logAttenuation, p.attenuationSpread)
            add(first + 2 * v + 1, metal[v].logitScatter - usual.logitScatter, p.scatterSpread)
        }
    }
}

extension PosedShaft {
    /// Five numbers in this shaft's axes, in the order of `ShaftMotion`: how it stands from another of the same length.
    func motion(from other: PosedShaft) -> [Double] {
        let axes = roomFromScrew.rotation
        let turn = axes.inverse(other.roomFromScrew.rotation(SIMD3(0, 0, 1)).cross(axes(SIMD3(0, 0, 1))))
        let shift = axes.inverse(middle.xyz - other.middle.xyz)
        return [turn.x, turn.y, shift.x, shift.y, shift.z]
    }

    /// The angle between two axes, radians.
    func angle(to other: PosedShaft) -> Double {
        let (a, b) = (roomFromScrew.rotation(SIMD3(0, 0, 1)), other.roomFromScrew.rotation(SIMD3(0, 0, 1)))
        return atan2(a.cross(b).length, (a * b).sum())
    }
}
