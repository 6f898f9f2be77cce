import Anatomy

/// landmarks.json: points of vertebrae that somebody picked in the first frame (Specification/fluoroscopy.md, landmarks.schema.json).
public struct FluoroscopyLandmarks: Equatable, Sendable {
    /// Of two vertebrae or more; each point once a view.
    public var landmarks: [FluoroscopyLandmark]

    public init(landmarks: [FluoroscopyLandmark]) { self.landmarks = landmarks }
}

/// One picked point.
public struct FluoroscopyLandmark: Equatable, Sendable {
    public enum Place: String, Codable, Sendable, CaseIterable {
        case bodyCentre = "body_centre"
        /// The isthmus of the pedicle on the patient's left.
        case leftPedicle = "left_pedicle"
        case rightPedicle = "right_pedicle"
    }

    /// The view's name in geometry.json.
    public var view: String
    public var level: VertebraLevel
    public var point: Place
    /// u, v.
    public var pixel: SIMD2<Double>

    public init(view: String, level: VertebraLevel, point: Place, pixel: SIMD2<Double>) {
        self.view = view
        self.level = level
        self.point = point
        self.pixel = pixel
    }
}

extension FluoroscopyLandmarks: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case schema
        case schemaVersion = "schema_version"
        case landmarks
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        try object.checkSchema("lamina.landmarks", .schema, .schemaVersion)
        landmarks = try object.decode([FluoroscopyLandmark].self, forKey: .landmarks)
        guard Set(landmarks.map(\.level)).count >= 2 else {
            throw object.error(.landmarks, "points of two vertebrae are needed at the least; pick more")
        }
        for (n, mark) in landmarks.enumerated() {
            guard !landmarks[..<n].contains(where: { $0.view == mark.view && $0.level == mark.level && $0.point == mark.point }) else {
                throw object.error(.landmarks, "\(mark.level) \(mark.point.rawValue) is picked twice in \(mark.view); keep one")
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode("lamina.landmarks", forKey: .schema)
        try object.encode("1.0.0", forKey: .schemaVersion)
        try object.encode(landmarks, forKey: .landmarks)
    }
}

extension FluoroscopyLandmark: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case view, level, point, pixel
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        view = try object.decode(String.self, forKey: .view)
        level = try object.decode(VertebraLevel.self, forKey: .level)
        point = try object.decode(Place.self, forKey: .point)
        let numbers = try object.numbers(.pixel, 2)
        pixel = SIMD2(numbers[0], numbers[1])
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(view, forKey: .view)
        try object.encode(level, forKey: .level)
        try object.encode(point, forKey: .point)
        try object.encode([pixel.x, pixel.y], forKey: .pixel)
    }
}
