/// A named convention of label ids in a segmentation. It is always named by the user and never guessed: 27 is L5 in one, coccyx in another.
public enum LabelScheme: String, Codable, CaseIterable, Sendable {
    case totalsegmentatorV2 = "totalsegmentator-v2"
    case totalsegmentatorV1 = "totalsegmentator-v1"
    case verse = "verse"
    /// The ids this project writes: the same as VerSe's.
    case lamina = "lamina"

    /// The vertebra of a label id, or nil when the id is not a vertebra in this scheme.
    public func level(of id: Int) -> VertebraLevel? {
        switch self {
        case .verse, .lamina:
            UInt8(exactly: id).flatMap(VertebraLevel.init(rawValue:))
        case .totalsegmentatorV2:
            // 26 is S1; 25, the rest of the sacrum, is joined to it, because VerSe's 26 is the whole sacrum.
            id == 25 || id == 26 ? .s1 : level(of: id, l5: 27, c1: 50)
        case .totalsegmentatorV1:
            id == 92 ? .s1 : level(of: id, l5: 18, c1: 41)
        }
    }

    /// Ids that this scheme defines for something other than a vertebra, and so are passed over without a warning.
    public func isOtherStructure(_ id: Int) -> Bool {
        switch self {
        case .verse, .lamina: id == 0 || id == 27  // 27 is the coccyx
        // 117 structures; some of its maps number the costal cartilages 118 and leave 117 out.
        case .totalsegmentatorV2: (0...118).contains(id) && level(of: id) == nil
        case .totalsegmentatorV1: (0...104).contains(id) && level(of: id) == nil
        }
    }

    /// Both TotalSegmentator versions count upwards from L5 to C1 in one run.
    private func level(of id: Int, l5: Int, c1: Int) -> VertebraLevel? {
        guard (l5...c1).contains(id) else { return nil }
        let upwardsFromL5 = VertebraLevel.craniocaudal.filter { $0 != .t13 && $0 <= .l5 }.reversed()
        return Array(upwardsFromL5)[id - l5]
    }
}
