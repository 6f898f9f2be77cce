import Testing

@testable import ImageFiles

@Suite struct ConcurrentMapTests {
    private struct Odd: Error, Equatable { var index: Int }

    @Test(arguments: [1, 2, 7]) func keepsOrder(threads: Int) throws {
        #expect(try concurrentMap(count: 100, threads: threads) { $0 * $0 } == (0..<100).map { $0 * $0 })
        #expect(try concurrentMap(count: 0, threads: threads) { $0 }.isEmpty)
    }

    @Test func throwsTheFirstError() {
        #expect(throws: Odd(index: 3)) {
            try concurrentMap(count: 10, threads: 1) { index in
                if index >= 3 { throw Odd(index: index) }
            }
        }
    }
}
