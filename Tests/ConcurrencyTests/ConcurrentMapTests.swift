import Synchronization
import Testing

@testable import Concurrency

@Suite struct ConcurrentMapTests {
    private struct Bad: Error, Equatable { var index: Int }

    @Test(arguments: [1, 2, 7]) func keepsTheOrder(threads: Int) throws {
        #expect(try concurrentMap(Array(0..<100), threads: threads) { $0 * $0 } == (0..<100).map { $0 * $0 })
        #expect(try concurrentMap([Int](), threads: threads) { $0 }.isEmpty)
    }

    @Test(arguments: [1, 2, 7]) func throwsTheFirstErrorByOrder(threads: Int) {
        #expect(throws: Bad(index: 3)) {
            try concurrentMap(Array(0..<50), threads: threads) { n in
                if n >= 3 { throw Bad(index: n) }
                return n
            }
        }
    }

    @Test func takesNothingAfterAFailure() {
        let taken = Mutex(0)
        _ = try? concurrentMap(Array(0..<50), threads: 1) { n in
            taken.withLock { $0 += 1 }
            if n == 4 { throw Bad(index: n) }
        }
        #expect(taken.withLock { $0 } == 5)
    }
}
