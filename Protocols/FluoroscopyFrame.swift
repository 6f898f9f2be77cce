import Frames

/// One frame of a view in geometry.json: where its pixels are, when it was taken, and its place where the C-arm moves.
public struct FluoroscopyFrame: Equatable, Sendable {
    /// Relative to the folder of geometry.json, and inside it.
    public var file: String
    /// Which page or slice of the file, counted from 0; nil: the file has one.
    public var index: Int?
    /// Seconds on any clock that all views share.
    public var timeS: Double
    public var carmFromRoom: RigidTransform<CArm, Room>?
    /// As in the view.
    public var projection: [Double]?

    public init(
        file: String, index: Int? = nil, timeS: Double, carmFromRoom: RigidTransform<CArm, Room>? = nil, projection: [Double]? = nil
    ) {
        self.file = file
        self.index = index
        self.timeS = timeS
        self.carmFromRoom = carmFromRoom
        self.projection = projection
    }
}

extension FluoroscopyFrame: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case file, index
        case timeS = "time_s"
        case carmFromRoom = "carm_from_room"
        case projection
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        file = try object.decode(String.self, forKey: .file)
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        guard !file.isEmpty, !file.hasPrefix("/"), !parts.contains(".."), !file.contains("\0") else {
            throw object.error(
                .file,
                "a frame's file is named relative to geometry.json and lies in or below its folder, "
                    + "found '\(file)'; move it there")
        }
        index = try object.wholeNumberIfPresent(.index)
        if let index, index < 0 { throw object.error(.index, "pages and slices count from 0, found \(index)") }
        timeS = try object.decode(Double.self, forKey: .timeS)
        carmFromRoom = try object.rigidTransformIfPresent(.carmFromRoom)
        projection = try object.numbersIfPresent(.projection, 12)
        guard carmFromRoom == nil || projection == nil else {
            throw object.error(.projection, "a frame has carm_from_room or projection, not both; take one out")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(file, forKey: .file)
        try object.encodeIfPresent(index, forKey: .index)
        try object.encode(timeS, forKey: .timeS)
        try object.encodeIfPresent(carmFromRoom?.rowMajor4x4, forKey: .carmFromRoom)
        try object.encodeIfPresent(projection, forKey: .projection)
    }
}
