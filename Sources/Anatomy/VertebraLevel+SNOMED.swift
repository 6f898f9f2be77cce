/// A concept of SNOMED CT.
public struct SNOMEDConcept: Equatable, Sendable {
    public let code: String
    public let meaning: String

    public init(_ code: String, _ meaning: String) { (self.code, self.meaning) = (code, meaning) }

    public static let anatomicalStructure = SNOMEDConcept("123037004", "Anatomical Structure")
}

extension VertebraLevel {
    /// The level's concept in SNOMED CT, meanings as DICOM has them. T13 and L6 have none of their own and are "Vertebra"; `s1` stands for the whole sacrum.
    ///
    /// - Source: DICOM PS3.16, Context Group 7602 and 4031, and Annex L.
    public var snomed: SNOMEDConcept {
        switch self {
        case .s1: return SNOMEDConcept("54735007", "Sacrum")
        case .l6, .t13: return SNOMEDConcept("51282000", "Vertebra")
        default: return SNOMEDConcept(VertebraLevel.snomedCodes[Int(rawValue) - 1], "\(name) vertebra")
        }
    }

    /// C1 to L5, in the order of raw values.
    private static let snomedCodes = [
        "14806007", "39976000", "113205007", "5329002", "36978003", "36054005", "87391001",
        "64864005", "53733008", "1626008", "73071006", "56401006", "45296009", "62487009", "11068009", "82687006", "7610001", "12989004",
        "23215003",
        "66794005", "14293000", "36470004", "11994002", "49668003",
    ]
}
