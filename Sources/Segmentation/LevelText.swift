import Anatomy

/// A sentence that knows which of its words are levels, so that it can be said again when those get other names.
///
/// Write it as a string literal: levels, and arrays of them, stay levels; all else becomes words.
///
/// In JSON it is an array of its parts: a string for words, an array of names for levels.
public struct LevelText: Equatable, Sendable {
    enum Part: Equatable, Sendable {
        case words(String)
        /// Said as "T9, T10, L1".
        case levels([VertebraLevel])
    }

    private(set) var parts: [Part] = []

    fileprivate init(_ parts: [Part]) { for part in parts { append(part) } }

    /// Words side by side are one part, so that equal sentences are equal values.
    fileprivate mutating func append(_ part: Part) {
        switch (parts.last, part) {
        case (_, .words("")): break
        case (.words(let before), .words(let words)): parts[parts.count - 1] = .words(before + words)
        default: parts.append(part)
        }
    }

    /// The same sentence about other levels; those without a new name keep theirs.
    public func renamed(_ newNames: [VertebraLevel: VertebraLevel]) -> LevelText {
        LevelText(
            parts.map { part in
                guard case .levels(let levels) = part else { return part }
                return .levels(levels.map { newNames[$0] ?? $0 })
            })
    }

    static func + (a: LevelText, b: LevelText) -> LevelText { LevelText(a.parts + b.parts) }
}

extension LevelText: CustomStringConvertible {
    public var description: String {
        parts.map { part in
            switch part {
            case .words(let words): words
            case .levels(let levels): levels.names
            }
        }.joined()
    }
}

extension LevelText: ExpressibleByStringInterpolation {
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = LevelText([])

        public init(literalCapacity: Int, interpolationCount: Int) {}
        public mutating func appendLiteral(_ literal: String) { text.append(.words(literal)) }
        public mutating func appendInterpolation(_ level: VertebraLevel) { text.append(.levels([level])) }
        public mutating func appendInterpolation(_ levels: [VertebraLevel]) { text.append(.levels(levels)) }
        public mutating func appendInterpolation(_ other: LevelText) { for part in other.parts { text.append(part) } }
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) { text.append(.words(value.description)) }
    }

    public init(stringLiteral words: String) { self.init([.words(words)]) }
    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.text }
}

extension LevelText: Codable {
    public init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        self.init([])
        while !list.isAtEnd {
            if let words = try? list.decode(String.self) {
                append(.words(words))
            } else {
                append(.levels(try list.decode([VertebraLevel].self)))
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for part in parts {
            switch part {
            case .words(let words): try list.encode(words)
            case .levels(let levels): try list.encode(levels)
            }
        }
    }
}

extension [LevelText] {
    func joined(separator: LevelText) -> LevelText {
        dropFirst().reduce(first ?? "") { $0 + separator + $1 }
    }
}
