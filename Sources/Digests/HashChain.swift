import Foundation

/// Lines of which each holds its number, from 0, and the SHA-256 of the line before, so that none can be changed, taken out or put in unseen but at the end.
public struct HashChain: Equatable, Sendable {
    /// What the first line says of the line before it.
    public static let beginning = String(repeating: "0", count: 64)

    /// What the next line must say.
    public private(set) var number = 0
    public private(set) var previous = HashChain.beginning

    public init() {}

    /// Takes the next line, without its end.
    public mutating func add(_ line: Data) {
        number += 1
        previous = sha256(of: line)
    }
}
