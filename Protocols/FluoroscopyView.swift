import Frames

/// What the numbers of an image mean.
public enum FluoroscopyValues: String, Codable, Sendable, CaseIterable {
    /// More means more X-rays, linear.
    case intensity
    /// More means fewer X-rays, linear, counted down from a full scale.
    case inverted
    /// -ln of the transmitted share.
    case lineIntegral = "line_integral"
}

/// One view of geometry.json: its detector, what its pixels mean, and its frames in the order of time.
public struct FluoroscopyView: Equatable, Sendable {
    /// AP, LAT or another short name: letters, digits, - and _.
    public var name: String
    /// Columns, rows.
    public var sizePx: SIMD2<Int>
    /// At the detector: u, v. v is positive; the sign of u counts only without a projection matrix, which has its own.
    public var pixelSpacingMM: SIMD2<Double>
    /// Both or neither; neither where there is a projection.
    public var sourceDetectorMM: Double?
    public var principalPointPx: SIMD2<Double>?
    /// Of all frames that have none of their own.
    public var carmFromRoom: RigidTransform<CArm, Room>?
    /// 12 numbers, row-major 3x4: (u w, v w, w) = P (x, y, z, 1), room mm, w > 0 before the source. Of all frames that have none of their own.
    public var projection: [Double]?
    public var values: FluoroscopyValues
    /// The pixel value where nothing stands in the way; nil: estimated from each frame.
    public var airValue: Double?
    /// The value of no X-rays at all, with `inverted` only.
    public var fullScale: Double?
    /// nil: X-rays reach all of the image.
    public var field: FluoroscopyField?
    public var frames: [FluoroscopyFrame]

    public init(
        name: String, sizePx: SIMD2<Int>, pixelSpacingMM: SIMD2<Double>, sourceDetectorMM: Double? = nil,
        principalPointPx: SIMD2<Double>? = nil, carmFromRoom: RigidTransform<CArm, Room>? = nil, projection: [Double]? = nil,
        values: FluoroscopyValues, airValue: Double? = nil,
        fullScale: Double? = nil, field: FluoroscopyField? = nil, frames: [FluoroscopyFrame]
    ) {
        self.name = name
        self.sizePx = sizePx
        self.pixelSpacingMM = pixelSpacingMM
        self.sourceDetectorMM = sourceDetectorMM
        self.principalPointPx = principalPointPx
        self.carmFromRoom = carmFromRoom
        self.projection = projection
        self.values = values
        self.airValue = airValue
        self.fullScale = fullScale
        self.field = field
        self.frames = frames
    }
}

extension FluoroscopyView: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case sizePx = "size_px"
        case pixelSpacingMM = "pixel_spacing_mm"
        case sourceDetectorMM = "source_detector_mm"
        case principalPointPx = "principal_point_px"
        case carmFromRoom = "carm_from_room"
        case projection, values
        case airValue = "air_value"
        case fullScale = "full_scale"
        case field, frames
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        try self.init(object, frames: object.decode([FluoroscopyFrame].self, forKey: .frames))
    }

    /// The view of a message, which brings one frame and no list of them.
    ///
    /// - Parameter frame: the one that it brings; its place is the view's.
    init(from decoder: any Decoder, bringing frame: FluoroscopyFrame) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        guard !object.contains(.frames) else {
            throw object.error(.frames, "a message brings one frame, whose keys are its own; take this out")
        }
        try self.init(object, frames: [frame])
    }

    private init(_ object: KeyedDecodingContainer<CodingKeys>, frames: [FluoroscopyFrame]) throws {
        name = try object.decode(String.self, forKey: .name)
        guard (1...32).contains(name.count), name.allSatisfy(\.isPlain) else {
            throw object.error(.name, "a view's name is short, of letters, digits, - and _; rename it")
        }
        let size = try object.numbers(.sizePx, 2).compactMap(Int.init(exactly:))
        guard size.count == 2, size.allSatisfy((1...16384).contains) else {
            throw object.error(.sizePx, "this needs two whole numbers from 1 to 16384: columns, rows")
        }
        sizePx = SIMD2(size[0], size[1])
        let spacing = try object.numbers(.pixelSpacingMM, 2)
        guard spacing[1] > 0, spacing[0] != 0, spacing.allSatisfy({ (0.001...20).contains(abs($0)) }) else {
            throw object.error(
                .pixelSpacingMM,
                "this needs the pixels' spacing at the detector, u then v, 0.001 to 20 mm; v is positive, found "
                    + "\(spacing[0]), \(spacing[1])")
        }
        pixelSpacingMM = SIMD2(spacing[0], spacing[1])
        sourceDetectorMM = try object.decodeIfPresent(Double.self, forKey: .sourceDetectorMM)
        principalPointPx = try object.numbersIfPresent(.principalPointPx, 2).map { SIMD2($0[0], $0[1]) }
        carmFromRoom = try object.rigidTransformIfPresent(.carmFromRoom)
        projection = try object.numbersIfPresent(.projection, 12)
        values = try object.decode(FluoroscopyValues.self, forKey: .values)
        airValue = try object.decodeIfPresent(Double.self, forKey: .airValue)
        fullScale = try object.decodeIfPresent(Double.self, forKey: .fullScale)
        field = try object.decodeIfPresent(FluoroscopyField.self, forKey: .field)
        self.frames = frames
        try checkPlaces(object)
        try checkValues(object)
        try checkFrames(object)
    }

    /// Each frame must have exactly one place: a pinhole with its 4x4, or a 3x4.
    private func checkPlaces(_ object: KeyedDecodingContainer<CodingKeys>) throws {
        if let distance = sourceDetectorMM, !(distance > 0 && distance < 100_000) {
            throw object.error(.sourceDetectorMM, "the source cannot stand \(distance) mm from the detector; give a positive number of mm")
        }
        guard (sourceDetectorMM == nil) == (principalPointPx == nil) else {
            throw object.error(nil, "source_detector_mm and principal_point_px come together; give both, or a projection")
        }
        guard projection == nil || (sourceDetectorMM == nil && carmFromRoom == nil) else {
            throw object.error(
                .projection,
                "a projection stands in place of source_detector_mm, principal_point_px and carm_from_room; give one or the other")
        }
        guard carmFromRoom == nil || sourceDetectorMM != nil else {
            throw object.error(.carmFromRoom, "this needs source_detector_mm and principal_point_px beside it; add them")
        }
        for (n, frame) in frames.enumerated() {
            if frame.carmFromRoom != nil, sourceDetectorMM == nil {
                throw object.error(
                    .frames, "carm_from_room of frame \(n) needs source_detector_mm and principal_point_px in the view; add them")
            }
            if frame.carmFromRoom == nil, frame.projection == nil, carmFromRoom == nil, projection == nil {
                throw object.error(
                    .frames, "frame \(n) has no geometry; give carm_from_room or projection, in the frame or in the view")
            }
        }
    }

    private func checkValues(_ object: KeyedDecodingContainer<CodingKeys>) throws {
        switch values {
        case .lineIntegral:
            guard airValue == nil, fullScale == nil else {
                throw object.error(.values, "line_integral has no air_value and no full_scale; take them out")
            }
        case .intensity:
            guard fullScale == nil else { throw object.error(.fullScale, "full_scale belongs to values inverted; take it out") }
            if let airValue, !(airValue > 0 && airValue.isFinite) {
                throw object.error(.airValue, "air must be brighter than 0, found \(airValue)")
            }
        case .inverted:
            guard let fullScale, fullScale > 0, fullScale.isFinite else {
                throw object.error(.fullScale, "values inverted need full_scale, the value of no X-rays at all; add it")
            }
            if let airValue, !(airValue < fullScale && airValue.isFinite) {
                throw object.error(.airValue, "air must be below full_scale in an inverted image, found \(airValue) of \(fullScale)")
            }
        }
    }

    private func checkFrames(_ object: KeyedDecodingContainer<CodingKeys>) throws {
        guard !frames.isEmpty else { throw object.error(.frames, "there are no frames; list one or more") }
        for n in 1..<max(1, frames.count) where frames[n].timeS <= frames[n - 1].timeS {
            throw object.error(
                .frames,
                "frame \(n) (\(frames[n].timeS) s) is not later than the one before it (\(frames[n - 1].timeS) s); "
                    + "list frames in the order of time")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        try encodeWithoutFrames(to: encoder)
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(frames, forKey: .frames)
    }

    /// As it stands in a message.
    func encodeWithoutFrames(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(name, forKey: .name)
        try object.encode([sizePx.x, sizePx.y], forKey: .sizePx)
        try object.encode([pixelSpacingMM.x, pixelSpacingMM.y], forKey: .pixelSpacingMM)
        try object.encodeIfPresent(sourceDetectorMM, forKey: .sourceDetectorMM)
        try object.encodeIfPresent(principalPointPx.map { [$0.x, $0.y] }, forKey: .principalPointPx)
        try object.encodeIfPresent(carmFromRoom?.rowMajor4x4, forKey: .carmFromRoom)
        try object.encodeIfPresent(projection, forKey: .projection)
        try object.encode(values, forKey: .values)
        try object.encodeIfPresent(airValue, forKey: .airValue)
        try object.encodeIfPresent(fullScale, forKey: .fullScale)
        try object.encodeIfPresent(field, forKey: .field)
    }
}
