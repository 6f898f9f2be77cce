import Testing

@testable import Planning

@Suite struct ConcurrentMapTests {
    @Test(arguments: [1, 2, 7]) func keepsTheOrder(threads: Int) throws {
        #expect(try concurrentMap(Array(0..<100), threads: threads) { $0 * $0 } == (0..<100).map { $0 * $0 })
        #expect(try concurrentMap([Int](), threads: threads) { $0 }.isEmpty)
    }

    @Test func throwsTheFirstErrorByOrder() {
        #expect(throws: PlanningError.levelNotInLabels(.t3)) {
            try concurrentMap(Array(0..<10), threads: 2) { n in
                if n >= 3 { throw PlanningError.levelNotInLabels(n == 3 ? .t3 : .t4) }
                return n
            }
        }
    }
}
