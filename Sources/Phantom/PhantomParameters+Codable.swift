import Anatomy

// Levels are written as names ("T12"), because a bare number could be read in any label scheme.
extension PhantomParameters {
    enum CodingKeys: String, CodingKey {
        case levels
        case spacing = "spacing_mm"
        case gridTurn = "grid_turn"
        case patientTurn = "patient_turn"
        case leftHanded = "left_handed"
        case margin = "margin_mm"
        case scoliosisDeg = "scoliosis_deg"
        case blur = "blur_mm"
        case noise = "noise_hu"
        case content
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        levels = try values.decode([String].self, forKey: .levels).map { name in
            guard let level = VertebraLevel(name: name) else {
                throw DecodingError.dataCorruptedError(forKey: .levels, in: values, debugDescription: "'\(name)' is not a level")
            }
            return level
        }
        spacing = try values.decode(SIMD3<Double>.self, forKey: .spacing)
        gridTurn = try values.decodeIfPresent(Turn.self, forKey: .gridTurn)
        patientTurn = try values.decodeIfPresent(Turn.self, forKey: .patientTurn)
        leftHanded = try values.decode(Bool.self, forKey: .leftHanded)
        margin = try values.decode(Double.self, forKey: .margin)
        scoliosisDeg = try values.decode(Double.self, forKey: .scoliosisDeg)
        blur = try values.decode(Double.self, forKey: .blur)
        noise = try values.decode(Double.self, forKey: .noise)
        content = try values.decode(Content.self, forKey: .content)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(levels.map(\.name), forKey: .levels)
        try values.encode(spacing, forKey: .spacing)
        try values.encodeIfPresent(gridTurn, forKey: .gridTurn)
        try values.encodeIfPresent(patientTurn, forKey: .patientTurn)
        try values.encode(leftHanded, forKey: .leftHanded)
        try values.encode(margin, forKey: .margin)
        try values.encode(scoliosisDeg, forKey: .scoliosisDeg)
        try values.encode(blur, forKey: .blur)
        try values.encode(noise, forKey: .noise)
        try values.encode(content, forKey: .content)
    }
}
