import Anatomy

/// Whether a planned screw was seen in its vertebra.
public enum ScrewPoseState: String, Codable, Sendable, CaseIterable {
    case found
    case uncertain
    case notFound = "not_found"
}

/// One planned screw at one moment (Specification/fluoroscopy.md, poses.schema.json). One that was not found has no place at all.
public struct ScrewPose: Equatable, Sendable {
    public var level: VertebraLevel
    /// The patient's.
    public var side: Side
    public var state: ScrewPoseState
    /// Machine-readable reasons why it is not found; empty exactly when found.
    public var causes: [String]
    /// Where the plan would have it in each view; empty without the vertebra's pose.
    public var planned: [PlannedPixels]
    /// nil exactly when not found.
    public var measured: Measured?

    public struct PlannedPixels: Equatable, Codable, Sendable {
        public var view: String
        /// u, v.
        public var entry: [Double]
        public var tip: [Double]

        public init(view: String, entry: [Double], tip: [Double]) { (self.view, self.entry, self.tip) = (view, entry, tip) }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case view
            case entry = "entry_px"
            case tip = "tip_px"
        }

        public init(from decoder: any Decoder) throws {
            let object = try decoder.strictContainer(CodingKeys.self)
            self.init(
                view: try object.decode(String.self, forKey: .view), entry: try object.numbers(.entry, 2), tip: try object.numbers(.tip, 2))
        }
    }

    /// Ends in millimetres.
    public struct Measured: Equatable, Sendable {
        public var roomEntry: [Double]
        public var roomTip: [Double]
        public var vertebraEntry: [Double]
        public var vertebraTip: [Double]
        /// 36 numbers, row-major 6x6, symmetric, mm²: entry x, y, z, then tip x, y, z, in the room.
        public var covariance: [Double]
        /// Whether the views tell the shift along the ray.
        public var depthObservable: Bool
        public var deviation: Deviation

        public init(
            roomEntry: [Double], roomTip: [Double], vertebraEntry: [Double], vertebraTip: [Double], covariance: [Double],
            depthObservable: Bool, deviation: Deviation
        ) {
            (self.roomEntry, self.roomTip, self.vertebraEntry, self.vertebraTip) = (roomEntry, roomTip, vertebraEntry, vertebraTip)
            (self.covariance, self.depthObservable, self.deviation) = (covariance, depthObservable, deviation)
        }
    }

    /// From the plan, in the vertebra's frame: positive towards the midline, the head and the back.
    public struct Deviation: Equatable, Codable, Sendable {
        public var entryMM: Double
        public var entryMedialMM: Double
        public var entryCranialMM: Double
        public var entryDorsalMM: Double
        public var entrySigmaMM: Double
        public var tipMM: Double
        public var tipMedialMM: Double
        public var tipCranialMM: Double
        public var tipDorsalMM: Double
        public var tipSigmaMM: Double
        public var angleDeg: Double

        public init(
            entry: (distance: Double, medial: Double, cranial: Double, dorsal: Double, sigma: Double),
            tip: (distance: Double, medial: Double, cranial: Double, dorsal: Double, sigma: Double), angleDeg: Double
        ) {
            (entryMM, entryMedialMM, entryCranialMM, entryDorsalMM, entrySigmaMM) = entry
            (tipMM, tipMedialMM, tipCranialMM, tipDorsalMM, tipSigmaMM) = tip
            self.angleDeg = angleDeg
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case entryMM = "entry_mm"
            case entryMedialMM = "entry_medial_mm"
            case entryCranialMM = "entry_cranial_mm"
            case entryDorsalMM = "entry_dorsal_mm"
            case entrySigmaMM = "entry_sigma_mm"
            case tipMM = "tip_mm"
            case tipMedialMM = "tip_medial_mm"
            case tipCranialMM = "tip_cranial_mm"
            case tipDorsalMM = "tip_dorsal_mm"
            case tipSigmaMM = "tip_sigma_mm"
            case angleDeg = "angle_deg"
        }

        public init(from decoder: any Decoder) throws {
            let object = try decoder.strictContainer(CodingKeys.self)
            func number(_ key: CodingKeys) throws -> Double { try object.decode(Double.self, forKey: key) }
            self.init(
                entry: (
                    try number(.entryMM), try number(.entryMedialMM), try number(.entryCranialMM), try number(.entryDorsalMM),
                    try number(.entrySigmaMM)
                ),
                tip: (
                    try number(.tipMM), try number(.tipMedialMM), try number(.tipCranialMM), try number(.tipDorsalMM),
                    try number(.tipSigmaMM)
                ), angleDeg: try number(.angleDeg))
        }
    }

    /// - Precondition: a screw without a place has a cause.
    public init(level: VertebraLevel, side: Side, causes: [String], planned: [PlannedPixels], measured: Measured?) {
        precondition(measured != nil || !causes.isEmpty, "a screw that was not found has a cause")
        (self.level, self.side, self.causes, self.planned, self.measured) = (level, side, causes, planned, measured)
        state = measured == nil ? .notFound : causes.isEmpty ? .found : .uncertain
    }
}

extension ScrewPose: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case level, side, state, causes, planned, covariance, deviation
        case roomEntry = "room_entry_mm"
        case roomTip = "room_tip_mm"
        case vertebraEntry = "vertebra_entry_mm"
        case vertebraTip = "vertebra_tip_mm"
        case depthObservable = "depth_observable"
    }

    private static let measuredKeys: [CodingKeys] = [
        .roomEntry, .roomTip, .vertebraEntry, .vertebraTip, .covariance, .depthObservable, .deviation,
    ]

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        level = try object.decode(VertebraLevel.self, forKey: .level)
        side = try object.decode(Side.self, forKey: .side)
        state = try object.decode(ScrewPoseState.self, forKey: .state)
        causes = try object.decode([String].self, forKey: .causes)
        planned = try object.decode([PlannedPixels].self, forKey: .planned)
        guard causes.isEmpty == (state == .found) else {
            throw object.error(.causes, causes.isEmpty ? "\(state.rawValue) needs a cause" : "a found screw has no causes")
        }
        let isMeasured = state != .notFound
        for key in Self.measuredKeys where object.contains(key) != isMeasured {
            throw object.error(key, isMeasured ? "it is missing; add it" : "a screw that was not found has no place; take it out")
        }
        guard isMeasured else { return }
        measured = Measured(
            roomEntry: try object.numbers(.roomEntry, 3), roomTip: try object.numbers(.roomTip, 3),
            vertebraEntry: try object.numbers(.vertebraEntry, 3), vertebraTip: try object.numbers(.vertebraTip, 3),
            covariance: try object.numbers(.covariance, 36), depthObservable: try object.decode(Bool.self, forKey: .depthObservable),
            deviation: try object.decode(Deviation.self, forKey: .deviation))
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(level, forKey: .level)
        try object.encode(side, forKey: .side)
        try object.encode(state, forKey: .state)
        try object.encode(causes, forKey: .causes)
        try object.encode(planned, forKey: .planned)
        guard let measured else { return }
        try object.encode(measured.roomEntry, forKey: .roomEntry)
        try object.encode(measured.roomTip, forKey: .roomTip)
        try object.encode(measured.vertebraEntry, forKey: .vertebraEntry)
        try object.encode(measured.vertebraTip, forKey: .vertebraTip)
        try object.encode(measured.covariance, forKey: .covariance)
        try object.encode(measured.depthObservable, forKey: .depthObservable)
        try object.encode(measured.deviation, forKey: .deviation)
    }
}
