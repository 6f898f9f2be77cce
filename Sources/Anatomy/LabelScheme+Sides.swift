extension LabelScheme {
    /// The patient's side that this scheme's name for an id claims ("kidney_left"), or nil when the structure has no side.
    ///
    /// Structures that a disease seldom pushes across the midline: lungs, kidneys, ribs, hips, femora, scapulae, clavicles, humeri and
    /// the muscles beside the spine. Source: TotalSegmentator's class map (`total` and `total_v1`). VerSe has no paired structures.
    public func side(of id: Int) -> Side? {
        switch self {
        case .verse, .lamina: nil
        case .totalsegmentatorV2:
            switch id {
            case 3, 10, 11, 69, 71, 73, 75, 77, 80, 82, 84, 86, 88, 92...103: .left
            case 2, 12...14, 70, 72, 74, 76, 78, 81, 83, 85, 87, 89, 104...115: .right
            default: nil
            }
        case .totalsegmentatorV1:
            switch id {
            case 3, 13, 14, 58...69, 82, 84, 86, 88, 90, 94, 96, 98, 100, 102: .left
            case 2, 15...17, 70...81, 83, 85, 87, 89, 91, 95, 97, 99, 101, 103: .right
            default: nil
            }
        }
    }

    /// Ids of organs that lie on one side in nearly everyone: the liver on the right, the spleen on the left.
    public var liverAndSpleen: (liver: Int, spleen: Int)? {
        switch self {
        case .verse, .lamina: nil
        case .totalsegmentatorV1, .totalsegmentatorV2: (liver: 5, spleen: 1)
        }
    }
}
