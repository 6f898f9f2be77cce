import Dispatch
import Synchronization

/// Work on another thread, whose result is fetched later.
public final class BackgroundJob<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let end = DispatchGroup()

    /// Begins at once.
    public init(_ work: @escaping @Sendable () throws -> Value) {
        DispatchQueue.global().async(group: end) { [self] in
            let value = Result { try work() }
            result.withLock { $0 = value }
        }
    }

    public var isDone: Bool { result.withLock { $0 != nil } }

    /// The result; waits for it where the work has not ended.
    public func value() throws -> Value {
        end.wait()
        return try result.withLock { $0! }.get()
    }
}
