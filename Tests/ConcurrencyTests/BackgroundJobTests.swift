import Dispatch
import Testing

@testable import Concurrency

struct BackgroundJobTests {
    private struct Failure: Error {}

    @Test func theResultIsFetchedLater() throws {
        let gate = DispatchSemaphore(value: 0)
        let job = BackgroundJob {
            gate.wait()
            return 42
        }
        #expect(!job.isDone)
        gate.signal()
        #expect(try job.value() == 42)
        #expect(job.isDone)
        #expect(try job.value() == 42)
    }

    @Test func anErrorComesWithTheResult() {
        let job = BackgroundJob<Int> { throw Failure() }
        #expect(throws: Failure.self) { try job.value() }
    }
}
