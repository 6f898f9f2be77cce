import Dispatch
import Synchronization

/// `transform` of each element, in the elements' order, on at most `threads` threads, the caller's among them.
///
/// Blocks until all are done. The first error, by the elements' order, is thrown after the others have ended.
public func concurrentMap<Element: Sendable, Mapped: Sendable>(
    _ elements: [Element], threads: Int, _ transform: @Sendable (Element) throws -> Mapped
) throws -> [Mapped] {
    let state = Mutex(Progress<Mapped>(results: Array(repeating: nil, count: elements.count)))
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, elements.count))) { _ in
        while let index = state.withLock({ $0.takeNext() }) {
            let result = Result { try transform(elements[index]) }
            state.withLock { $0.results[index] = result }
        }
    }
    // Every element was taken by one of the iterations, and all of them have ended.
    return try state.withLock { $0.results }.map { try $0!.get() }
}

private struct Progress<Mapped: Sendable>: Sendable {
    var results: [Result<Mapped, any Error>?]
    var next = 0

    mutating func takeNext() -> Int? {
        guard next < results.count else { return nil }
        next += 1
        return next - 1
    }
}
