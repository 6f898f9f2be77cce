import Anatomy
import Concurrency
import Foundation
import Frames

/// Finds placed screws of a plan in the views of a moment.
///
/// Each screw is looked for about its planned place in its vertebra, as the tracked pose carries it, or about where it was last found in the vertebra. Every moment is
/// measured anew; the last one is only where the search begins.
public struct ScrewFinder: Sendable {
    public let plans: [PlannedShaft]
    public let parameters: ScrewParameters
    private var lastFound: [Int: RigidTransform<Vertebra, Screw>] = [:]
    /// Levels whose screws were last fitted without their tulips: tried first, since tulips stay.
    private var withTulips: Set<VertebraLevel> = []

    public init(_ plans: [PlannedShaft], parameters: ScrewParameters = .init()) { (self.plans, self.parameters) = (plans, parameters) }

    /// - Parameters:
    ///   - vertebrae: the moment's.
    ///   - views: of the same moment, those with a signal.
    /// - Returns: one estimate for each plan whose level is among the vertebrae.
    /// - Throws: `LinearAlgebraError`.
    /// - Complexity: about ten renderings of each screw a view where there is metal; a few microseconds where there is none.
    public mutating func find(_ vertebrae: [VertebraEstimate], in views: [MetalView], threads: Int) throws -> [ScrewEstimate] {
        let jobs = vertebrae.map { vertebra in (vertebra, plans.indices.filter { plans[$0].level == vertebra.level }) }
        let finder = self
        let found = try concurrentMap(jobs, threads: threads) { vertebra, numbers in try finder.search(numbers, of: vertebra, in: views) }
        lastFound = [:]
        withTulips = Set(found.flatMap(\.self).filter(\.hasTulip).map(\.estimate.level))
        for ((vertebra, numbers), estimates) in zip(jobs, found) {
            for (number, estimate) in zip(numbers, estimates) {
                guard estimate.state == .found, let pose = vertebra.roomFromVertebra, let shaft = estimate.shaft else { continue }
                lastFound[number] = pose.inverse * shaft.roomFromScrew
            }
        }
        return tellingApart(found.flatMap(\.self), views).map(\.estimate)
    }

    /// An estimate with what only the finder needs.
    private struct Candidate {
        var estimate: ScrewEstimate
        var plan: PosedShaft?
        var shaft: PosedShaft?
        /// Views that show its place.
        var showing: [Int] = []
        var hasTulip = false
        var state: ScrewState { estimate.state }
    }

    private func search(_ numbers: [Int], of vertebra: VertebraEstimate, in views: [MetalView]) throws -> [Candidate] {
        var candidates = numbers.map { number in
            Candidate(estimate: ScrewEstimate(level: plans[number].level, side: plans[number].side, state: .notFound, causes: []))
        }
        guard let pose = vertebra.roomFromVertebra else {
            for n in candidates.indices { candidates[n].estimate.causes = [.vertebraLost] }
            return candidates
        }
        for (n, number) in numbers.enumerated() { look(for: plans[number].posed(at: pose), &candidates[n], views) }
        let present = candidates.indices.filter { candidates[$0].estimate.causes.isEmpty }
        guard !present.isEmpty else { return candidates }
        let used = views.indices.filter { view in present.contains { candidates[$0].showing.contains(view) } }
        let starts = present.map { n -> PosedShaft in
            var start = candidates[n].plan!
            if let last = lastFound[numbers[n]] { start.roomFromScrew = pose * last }
            return start
        }
        let isClose = present.allSatisfy { lastFound[numbers[$0]] != nil }
        let fitted = used.map { views[$0] }
        let goals = present.map { candidates[$0].plan! }
        var hasTulips = withTulips.contains(vertebra.level)
        var best = try bestFit(goals, starts, fitted, isClose: isClose, hasTulips: hasTulips)
        if !hasTulips, leastAgreement(best.fit, fitted) < parameters.agreement {
            // Where the tulips are is known only once the shafts are.
            let rough = try bestFit(goals, starts, fitted, isClose: isClose, hasTulips: true)
            let fine = try bestFit(goals, rough.fit.shafts, fitted, isClose: true, hasTulips: true)
            hasTulips = leastAgreement(fine.fit, fitted) > leastAgreement(best.fit, fitted)
            if hasTulips { best = fine }
        }
        for n in present { candidates[n].hasTulip = hasTulips }
        for (m, n) in present.enumerated() {
            try judge(
                &candidates[n], plans[numbers[n]], best.fit, shaft: m, fitted, showing: used.map(candidates[n].showing.contains), vertebra,
                isExchangeable: best.isExchangeable)
        }
        return candidates
    }

    /// Where the plan is seen, and whether there is metal.
    private func look(for plan: PosedShaft, _ candidate: inout Candidate, _ views: [MetalView]) {
        candidate.plan = plan
        candidate.estimate.planned = views.compactMap { view in
            guard let entry = view.camera.pixel(of: plan.entry), let tip = view.camera.pixel(of: plan.tip) else { return nil }
            return PlannedShadow(view: view.name, entry: entry, tip: tip)
        }
        let evidence = views.map { PlannedEvidence(plan, in: $0, reach: parameters.reach) }
        candidate.showing = views.indices.filter { evidence[$0].seen >= 0.7 }
        if candidate.showing.isEmpty {
            candidate.estimate.causes = [.notInView]
        } else if candidate.showing.contains(where: { evidence[$0].metal < parameters.leastMetal }) {
            candidate.estimate.causes = [.noMetal]
        }
    }

    /// The fit, or the one with the screws' shadows exchanged in a view where they lie together, whichever is better; and whether the other is nearly as good.
    private func bestFit(
        _ plans: [PosedShaft], _ starts: [PosedShaft], _ views: [MetalView], isClose: Bool, hasTulips: Bool
    ) throws -> (fit: ScrewFit, isExchangeable: Bool) {
        let fit = try ScrewFit(plans, startingAt: starts, in: views, parameters: parameters, isClose: isClose, hasTulips: hasTulips)
        guard plans.count == 2, let exchanged = exchanged(fit.shafts, views) else { return (fit, false) }
        let other = try ScrewFit(plans, startingAt: exchanged, in: views, parameters: parameters, isClose: true, hasTulips: hasTulips)
        let apart = zip(fit.shafts, other.shafts).map { max($0.entry.distance(to: $1.entry), $0.tip.distance(to: $1.tip)) }.max()!
        let isExchangeable = apart > 1 && abs(fit.cost - other.cost) < 5
        return (other.cost < fit.cost ? other : fit, isExchangeable)
    }

    private func leastAgreement(_ fit: ScrewFit, _ views: [MetalView]) -> Double {
        fit.shafts.indices.flatMap { agreements(fit, shaft: $0, views).map(\.all) }.min() ?? 0
    }

    /// Of one screw in each view that it was fitted in.
    private func agreements(_ fit: ScrewFit, shaft number: Int, _ views: [MetalView]) -> [ShadowAgreement] {
        views.indices.map { n in ShadowAgreement(fit.shafts[number], fit.rendered[n], without: fit.tulips[n], in: views[n]) }
    }

    /// Both screws with the place of the other's shadow in the view where they lie together, and their own in the view that parts them.
    private func exchanged(_ shafts: [PosedShaft], _ views: [MetalView]) -> [PosedShaft]? {
        func distance(_ view: MetalView) -> Double { shadowDistance(shafts[0], shafts[1], in: view) ?? 0 }
        guard let together = views.min(by: { distance($0) < distance($1) }), let parting = views.max(by: { distance($0) < distance($1) }),
            distance(together) > 0.5, distance(together) < parameters.apart, distance(parting) >= parameters.apart
        else { return nil }
        return zip(shafts, [shafts[1], shafts[0]]).map { shaft, other in
            let entry = shaft.entry.slid(alongRayOf: parting, to: other.entry, in: together)
            let tip = shaft.tip.slid(alongRayOf: parting, to: other.tip, in: together)
            var moved = shaft
            let (old, new) = (shaft.roomFromScrew.rotation(SIMD3(0, 0, 1)), (tip - entry).xyz / (tip - entry).xyz.length)
            let rotation = roomTurn(by: old.cross(new)) * shaft.roomFromScrew.rotation
            let middle = (entry.xyz + tip.xyz) / 2
            moved.roomFromScrew = RigidTransform(
                asserting: rotation, origin: Point(middle - rotation(SIMD3(0, 0, Double(shaft.shaft.length) / 2))))
            return moved
        }
    }
}

/// The mean distance of entries and tips as seen, mm in the patient.
func shadowDistance(_ one: PosedShaft, _ other: PosedShaft, in view: MetalView) -> Double? {
    guard let a = view.place(of: one.entry), let b = view.place(of: other.entry), let c = view.place(of: one.tip),
        let d = view.place(of: other.tip)
    else { return nil }
    func length(_ x: SIMD2<Double>) -> Double { (x * x).sum().squareRoot() }
    return (length(a - b) + length(c - d)) / 2 * view.placeSize(at: one.middle)
}

extension Point<Room> {
    /// The point of one view's ray through this that is seen nearest to another point in another view.
    fileprivate func slid(alongRayOf view: MetalView, to other: Point<Room>, in second: MetalView) -> Point<Room> {
        let ray = rayDirection(view.camera, to: self)
        guard let here = second.place(of: self), let there = second.place(of: other),
            let further = second.place(of: Point<Room>(xyz + ray))
        else { return self }
        let step = further - here
        let square = (step * step).sum()
        return square > 1e-6 ? Point<Room>(xyz + ((there - here) * step).sum() / square * ray) : self
    }
}

extension ScrewFinder {
    private func judge(
        _ candidate: inout Candidate, _ plan: PlannedShaft, _ fit: ScrewFit, shaft number: Int, _ views: [MetalView],
        showing: [Bool], _ vertebra: VertebraEstimate, isExchangeable: Bool
    ) throws {
        let shaft = fit.shafts[number]
        let agreements = zip(agreements(fit, shaft: number, views), showing).filter(\.1).map(\.0)
        let least = agreements.map(\.all).min() ?? 0
        let tip = agreements.compactMap(\.tip).max() ?? 0
        guard least >= parameters.leastAgreement else {
            candidate.estimate.causes = [.lowSimilarity]
            return
        }
        let place = try self.place(shaft, plan, fit, number, zip(views, showing).filter(\.1).map(\.0.camera), vertebra, (least, tip))
        var causes: [ScrewCause] = []
        if least < parameters.agreement { causes.append(.lowSimilarity) }
        if tip < parameters.tipAgreement { causes.append(.tipNotSeen) }
        if isExchangeable { causes.append(.ambiguous) }
        let isFar = max(place.deviation.entry.distance, place.deviation.tip.distance) > parameters.farthest
        if isFar || place.deviation.angle > parameters.farthestTurn { causes.append(.farFromPlan) }
        if !(max(place.deviation.entrySigma, place.deviation.tipSigma) <= parameters.leastCertain) { causes.append(.uncertain) }
        if vertebra.state == .degraded { causes.append(.vertebraDegraded) }
        candidate.shaft = shaft
        candidate.estimate.place = place
        candidate.estimate.causes = causes
        candidate.estimate.state = causes.isEmpty ? .found : .uncertain
    }

    private func place(
        _ shaft: PosedShaft, _ plan: PlannedShaft, _ fit: ScrewFit, _ number: Int, _ cameras: [CArmCamera], _ vertebra: VertebraEstimate,
        _ agreement: (least: Double, tip: Double)
    ) throws -> ScrewPlace {
        let vertebraFromRoom = vertebra.roomFromVertebra!.inverse
        let isDepthObservable = viewsStandApart(cameras, at: shaft.middle)
        let ray = rayDirection(cameras[0], to: shaft.middle)
        var ends = endCovariance(fit.covariance.block(5 * number, 5 * number, size: 5), of: shaft).scaled(
            by: parameters.deviationMargin * parameters.deviationMargin)
        if !isDepthObservable { ends.widenEnds(along: ray, to: parameters.leastDepthDeviation) }
        var deviation = ScrewDeviation(of: (vertebraFromRoom * shaft.entry, vertebraFromRoom * shaft.tip), from: plan)
        func sigma(_ first: Int, _ point: Point<Room>) throws -> Double {
            var sum = ends.block(first, first, size: 3) + vertebra.covariance(at: point)
            if !isDepthObservable { sum.flatten(along: ray) }
            return try sum.largestDeviation()
        }
        deviation.entrySigma = try sigma(0, shaft.entry)
        deviation.tipSigma = try sigma(3, shaft.tip)
        return ScrewPlace(
            entry: shaft.entry, tip: shaft.tip, entryInVertebra: vertebraFromRoom * shaft.entry,
            tipInVertebra: vertebraFromRoom * shaft.tip,
            covariance: ends.values, isDepthObservable: isDepthObservable, deviation: deviation, agreement: agreement.least,
            tipAgreement: agreement.tip)
    }

    /// Takes `found` from a screw that no view parts from another screw of the plan: the same shadow might be either.
    private func tellingApart(_ candidates: [Candidate], _ views: [MetalView]) -> [Candidate] {
        candidates.indices.map { n in
            var one = candidates[n]
            guard let shaft = one.shaft, let own = one.plan else { return one }
            let rivals = candidates.indices.filter { $0 != n }.compactMap { candidates[$0].plan }
            let isAlone = rivals.allSatisfy { rival in
                one.showing.contains { view in
                    guard let away = shadowDistance(shaft, rival, in: views[view]), let near = shadowDistance(shaft, own, in: views[view])
                    else {
                        return false
                    }
                    return away >= parameters.apart && away > 2 * near
                }
            }
            if !isAlone, !one.estimate.causes.contains(.ambiguous) {
                one.estimate.state = .uncertain
                one.estimate.causes.append(.ambiguous)
            }
            return one
        }
    }
}

/// The covariance of entry and tip, in the room, from that of a shaft's five parameters.
private func endCovariance(_ five: SquareMatrix, of shaft: PosedShaft) -> SquareMatrix {
    let (x, y, z) = shaft.roomFromScrew.rotation.columns
    let half = Double(shaft.shaft.length) / 2
    // A turn about x moves the tip along -y and the entry along y; about y the tip along x and the entry along -x.
    let columns: [[SIMD3<Double>]] = [[half * y, -half * y], [-half * x, half * x], [x, x], [y, y], [z, z]]
    var ends = SquareMatrix(order: 6)
    for a in 0..<5 {
        for b in 0..<5 {
            for i in 0..<6 { for j in 0..<6 { ends[i, j] += columns[a][i / 3][i % 3] * five[a, b] * columns[b][j / 3][j % 3] } }
        }
    }
    return ends
}

extension SquareMatrix {
    /// Makes the variance of the shift of both ends along a direction at least `deviation` squared.
    fileprivate mutating func widenEnds(along direction: SIMD3<Double>, to deviation: Double) {
        func variance(_ first: Int) -> Double {
            (0..<9).reduce(0) { $0 + direction[$1 / 3] * self[first + $1 / 3, first + $1 % 3] * direction[$1 % 3] }
        }
        let missing = max(0, deviation * deviation - min(variance(0), variance(3)))
        for i in 0..<6 { for j in 0..<6 { self[i, j] += missing * direction[i % 3] * direction[j % 3] } }
    }
}

extension VertebraEstimate {
    /// The covariance of a point that is bound to the vertebra, mm², in the room.
    fileprivate func covariance(at point: Point<Room>) -> SquareMatrix {
        var point3 = SquareMatrix(order: 3)
        guard let pose = roomFromVertebra, let covariance else { return point3 }
        let arm = (point - pose.origin).xyz
        // turn x arm, then the shift.
        let rows: [[Double]] = [[0, arm.z, -arm.y, 1, 0, 0], [-arm.z, 0, arm.x, 0, 1, 0], [arm.y, -arm.x, 0, 0, 0, 1]]
        for i in 0..<3 {
            for j in 0..<3 {
                for a in 0..<6 where rows[i][a] != 0 { for b in 0..<6 { point3[i, j] += rows[i][a] * covariance[6 * a + b] * rows[j][b] } }
            }
        }
        return point3
    }
}
