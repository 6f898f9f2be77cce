import Testing

@testable import Tracking

struct JudgePoseTests {
    private let limits = TrustLimits()

    /// Evidence that nothing speaks against.
    private var good: PoseEvidence {
        var evidence = PoseEvidence()
        (evidence.contrast, evidence.contrastRatio, evidence.contrastDeviation) = (1, 1, 0.05)
        (evidence.agreement, evidence.visible, evidence.outliers) = (1, 1, 0.01)
        (evidence.innovation, evidence.neighbours) = (0.8, 0.7)
        (evidence.turnDeviation, evidence.shiftDeviation) = (0.005, 0.2)
        return evidence
    }

    @Test func goodEvidenceIsOK() {
        let (state, causes) = judge(good, limits)
        #expect(state == .ok && causes.isEmpty)
    }

    @Test(
        arguments: [
            (\PoseEvidence.visible, 0.7, 0.3, TrackingCause.cutByEdge, TrackingCause.outOfView),
            (\.outliers, 0.3, 0.6, .covered, .covered), (\.covered, 0.6, 0.9, .covered, .covered),
            (\.agreement, 0.8, 0.6, .lowSimilarity, .lowSimilarity),
            (\.contrastDeviation, 1.0 / 6, 1.0 / 3, .lowSimilarity, .lowSimilarity), (\.contrastRatio, 0.6, 0.3, .contrast, .contrast),
            (\.contrastRatio, 1.8, 3, .contrast, .contrast), (\.innovation, 3, 5, .innovation, .innovation),
            (\.neighbours, 3, 5, .neighbours, .neighbours), (\.turnDeviation, 0.04, 0.1, .uncertain, .uncertain),
            (\.shiftDeviation, 2, 4, .uncertain, .uncertain),
        ] as [(WritableKeyPath<PoseEvidence, Double> & Sendable, Double, Double, TrackingCause, TrackingCause)])
    func eachPieceDegradesAndThenLoses(
        path: WritableKeyPath<PoseEvidence, Double> & Sendable, doubtful: Double, hopeless: Double, doubt: TrackingCause, end: TrackingCause
    ) {
        var evidence = good
        evidence[keyPath: path] = doubtful
        #expect(judge(evidence, limits) == (.degraded, [doubt]))
        evidence[keyPath: path] = hopeless
        #expect(judge(evidence, limits) == (.lost, [end]))
        evidence[keyPath: path] = .nan
        #expect(judge(evidence, limits).state == .lost)
    }

    @Test func theGravestCauseComesFirstAndNoneTwice() {
        var evidence = good
        (evidence.visible, evidence.outliers, evidence.agreement, evidence.contrastDeviation) = (0.7, 0.6, 0.8, 1.0 / 6)
        #expect(judge(evidence, limits) == (.lost, [.covered, .cutByEdge, .lowSimilarity]))
    }
}
