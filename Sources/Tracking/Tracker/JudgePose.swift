import Foundation

/// The states of all vertebrae of a moment.
///
/// Beside what speaks against each by itself, see below: the only one with a pose has no neighbour that it could stand wrongly to, and one view agrees with a turn
/// or a shift that a second would contradict. So it is OK only where views that stand apart show it.
func judge(_ evidence: [PoseEvidence], _ limits: TrustLimits) -> [(state: TrackingState, causes: [TrackingCause])] {
    var judged = evidence.map { judge($0, limits) }
    let posed = judged.indices.filter { judged[$0].state != .lost }
    if posed.count == 1, !evidence[posed[0]].isDepthMeasured {
        judged[posed[0]] = (.degraded, judged[posed[0]].causes + [.unchecked])
    }
    return judged
}

/// The state that evidence leads to, with every cause that speaks against trust, the gravest first.
func judge(_ evidence: PoseEvidence, _ limits: TrustLimits) -> (state: TrackingState, causes: [TrackingCause]) {
    var lost: [TrackingCause] = []
    var doubts: [TrackingCause] = []
    // Written so that NaN counts as beyond both limits.
    func atLeast(_ value: Double, _ limit: TrustLimits.Pair, _ cause: TrackingCause, gone: TrackingCause? = nil) {
        if !(value >= limit.lost) { lost.append(gone ?? cause) } else if !(value >= limit.degraded) { doubts.append(cause) }
    }
    func atMost(_ value: Double, _ limit: TrustLimits.Pair, _ cause: TrackingCause) {
        if !(value <= limit.lost) { lost.append(cause) } else if !(value <= limit.degraded) { doubts.append(cause) }
    }
    atLeast(evidence.visible, limits.visible, .cutByEdge, gone: .outOfView)
    // What is not seen cannot agree, and its reason has been given.
    if evidence.visible >= limits.visible.lost {
        atMost(evidence.covered, limits.covered, .covered)
        atMost(evidence.outliers, limits.outliers, .covered)
        atLeast(evidence.agreement, limits.agreement, .lowSimilarity)
        atLeast(evidence.contrast / evidence.contrastDeviation, limits.significance, .lowSimilarity)
        atMost(evidence.contrastRatio > 0 ? abs(log2(evidence.contrastRatio)) : .infinity, limits.contrast, .contrast)
        atMost(evidence.innovation, limits.innovation, .innovation)
        atMost(evidence.neighbours, limits.neighbours, .neighbours)
        atMost(evidence.viewsApart, limits.viewsApart, .viewsDisagree)
        atMost(evidence.turnDeviation, limits.turnDeviation, .uncertain)
        atMost(evidence.shiftDeviation, limits.shiftDeviation, .uncertain)
    }
    if !lost.isEmpty { return (.lost, unique(lost + doubts)) }

    return doubts.isEmpty ? (.ok, []) : (.degraded, unique(doubts))
}

private func unique(_ causes: [TrackingCause]) -> [TrackingCause] {
    causes.indices.filter { !causes[..<$0].contains(causes[$0]) }.map { causes[$0] }
}
