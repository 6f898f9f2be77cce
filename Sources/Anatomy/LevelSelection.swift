/// Reads a list of levels such as "T10-L2", "T9,T11,L1-L3" or "L4": ranges run from head to sacrum.
///
/// T13 and L6 are variants most people lack, so a range holds one only when it is named as one of the range's ends.
///
/// - Throws: `LevelSelectionError` naming the part that is not understood.
public func parseLevels(_ text: String) throws -> [VertebraLevel] {
    var chosen: Set<VertebraLevel> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { end in
            VertebraLevel(name: end.filter { !$0.isWhitespace })
        }
        guard let first = ends.first, let from = first, let last = ends.last, let to = last, ends.count <= 2 else {
            throw LevelSelectionError.notALevel(String(part))
        }
        guard from <= to else { throw LevelSelectionError.backwards(String(part)) }
        chosen.formUnion(
            VertebraLevel.craniocaudal.filter { level in
                from <= level && level <= to && ((level != .t13 && level != .l6) || level == from || level == to)
            })
    }
    return chosen.sorted()
}

public enum LevelSelectionError: Error, Equatable, CustomStringConvertible {
    case notALevel(String)
    case backwards(String)

    public var description: String {
        switch self {
        case .notALevel(let part):
            "'\(part)' is not a level or a range of levels; write for example T10-L2 or T9,L1 (C1-C7, T1-T13, L1-L6, S1)"
        case .backwards(let part): "'\(part)' runs upwards; name the cranial level first, for example T10-L2"
        }
    }
}
