import Foundation
import ZeroMQ

/// Why a live stream brings nothing more.
public enum FrameStreamEnding: Equatable, Sendable {
    /// The sender said so.
    case finished
    /// No whole moment came for so many seconds.
    case silent(seconds: Double)
    /// Somebody called `stopper`.
    case stopped
    case failed(ZeroMQError)
}

extension FrameStreamEnding {
    fileprivate var reason: String {
        switch self {
        case .finished: "the sender ended the stream"
        case .silent(let seconds): "nothing to track came for \(seconds.formatted()) s"
        case .stopped: "it was stopped"
        case .failed(let error): "\(error)"
        }
    }
}

/// Why a live stream gave nothing to track.
public enum FrameStreamError: Error, Equatable, Sendable {
    case noMoment(address: TCPAddress, ending: FrameStreamEnding, counts: FrameStreamCounts)
}

extension FrameStreamError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noMoment(let address, let ending, let counts): "\(address): \(ending.reason), and no whole moment had come (\(counts))"
        }
    }
}
