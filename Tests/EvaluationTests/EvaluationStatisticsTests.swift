import Testing

@testable import Evaluation

@Suite struct EvaluationStatisticsTests {
    @Test func meanAndMedian() {
        #expect(EvaluationStatistics.Spread([4, 1, 1])?.mean == 2 && EvaluationStatistics.Spread([4, 1, 1])?.median == 1)
        #expect(EvaluationStatistics.Spread([4, 1, 2, 9])?.median == 3)
        #expect(EvaluationStatistics.Spread([]) == nil)
    }

    @Test func ofNothingThereIsNoRate() {
        let none = EvaluationStatistics(of: [])
        #expect(none.vertebraCount == 0 && none.identificationRate == nil && none.dice == nil)
    }
}
