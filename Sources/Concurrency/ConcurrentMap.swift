import Dispatch
import Synchronization

/// `transform` of each element, in the elements' order, on at most `threads` threads, the caller's among them.
///
/// Blocks until all are done. Elements are taken in order and none after a failure, so the first error by the elements' order is thrown
/// whatever the number of threads.
public func concurrentMap<Element: Sendable, Mapped: Sendable>(
    _ elements: [Element], threads: Int, _ transform: @Sendable (Element) throws -> Mapped
) throws -> [Mapped] {
    let state = Mutex(Progress<Mapped>(results: Array(repeating: nil, count: elements.count)))
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, elements.count))) { _ in
        while let index = state.withLock({ $0.takeNext() }) {
            let result = Result { try transform(elements[index]) }
            state.withLock { $0.finish(index, result) }
        }
    }
    // Either every element was taken and has ended, or the ones that were not come after a failure.
    return try state.withLock { $0.results }.map { try $0!.get() }
}

private struct Progress<Mapped: Sendable>: Sendable {
    var results: [Result<Mapped, any Error>?]
    var next = 0
    var hasFailed = false

    mutating func takeNext() -> Int? {
        guard next < results.count, !hasFailed else { return nil }
        next += 1
        return next - 1
    }

    mutating func finish(_ index: Int, _ result: Result<Mapped, any Error>) {
        results[index] = result
        if case .failure = result { hasFailed = true }
    }
}
