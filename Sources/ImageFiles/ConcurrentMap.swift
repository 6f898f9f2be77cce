import Dispatch
import Foundation

/// The results of `body` for 0 ..< count, computed by up to `threads` threads that each take the next index.
///
/// Throws: the error of the lowest failing index that was reached.
func concurrentMap<Result: Sendable>(
    count: Int, threads: Int, _ body: @Sendable (Int) throws -> Result
) throws -> [Result] {
    let collected = Collected<Result>(count: count)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
        while let index = collected.next() {
            do { collected.store(try body(index), at: index) } catch { collected.fail(error, at: index) }
        }
    }
    return try collected.results()
}

/// `@unchecked Sendable`: every access to its state holds the lock.
private final class Collected<Result: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var upcoming = 0
    private var values: [Result?]
    private var failure: (index: Int, error: any Error)?

    init(count: Int) { values = Array(repeating: nil, count: count) }

    func next() -> Int? {
        lock.withLock {
            guard upcoming < values.count, failure == nil else { return nil }
            upcoming += 1
            return upcoming - 1
        }
    }
    func store(_ value: Result, at index: Int) { lock.withLock { values[index] = value } }
    func fail(_ error: any Error, at index: Int) {
        lock.withLock { if index < failure?.index ?? .max { failure = (index, error) } }
    }
    func results() throws -> [Result] {
        try lock.withLock {
            if let failure { throw failure.error }
            return values.map { $0! }
        }
    }
}
