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

    /// Two others with a pose check one another, whatever the views; one alone needs views that stand apart.
    @Test func theOnlyOneWithAPoseIsUncheckedInOneView() {
        var (seen, lost, doubted) = (good, good, good)
        lost.visible = 0
        doubted.innovation = 3
        #expect(judge([seen, seen], limits).map(\.state) == [.ok, .ok])
        #expect(judge([seen], limits).map(\.causes) == [[.unchecked]] && judge([seen], limits)[0].state == .degraded)
        #expect(judge([lost, seen, lost], limits).map(\.causes) == [[.outOfView], [.unchecked], [.outOfView]])
        #expect(judge([doubted], limits)[0] == (.degraded, [.innovation, .unchecked]))
        #expect(judge([seen, doubted], limits).map(\.causes) == [[], [.innovation]])
        #expect(judge([lost], limits).map(\.causes) == [[.outOfView]])
        seen.isDepthMeasured = true
        #expect(judge([seen], limits)[0] == (.ok, []) && judge([lost, seen], limits)[1] == (.ok, []))
        #expect(judge([PoseEvidence](), limits).isEmpty)
    }

    @Test func theGravestCauseComesFirstAndNoneTwice() {
        var evidence = good
        (evidence.visible, evidence.outliers, evidence.agreement, evidence.contrastDeviation) = (0.7, 0.6, 0.8, 1.0 / 6)
        #expect(judge(evidence, limits) == (.lost, [.covered, .cutByEdge, .lowSimilarity]))
    }
}
