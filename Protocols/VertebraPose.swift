import Anatomy
import Frames

/// Where one vertebra stood at one moment. A lost one has no pose at all: neither zeros nor its last.
public struct VertebraPose: Equatable, Sendable {
    public var level: VertebraLevel
    public var state: PoseState
    /// Machine-readable reasons why it is not OK; empty when OK or TRUE, and never empty otherwise.
    public var causes: [String]
    /// nil exactly when LOST.
    public var roomFromVertebra: RigidTransform<Room, Vertebra>?
    /// 36 numbers, row-major 6x6, symmetric: rotation about the room's x, y, z through the vertebra's origin (rad), then its shift
    /// along them (mm). There exactly when OK or DEGRADED.
    public var covariance: [Double]?
    /// Whether the views tell the shift along the ray. There exactly when OK or DEGRADED.
    public var depthObservable: Bool?

    /// A measured pose. `causes` make it DEGRADED.
    public init(
        level: VertebraLevel, roomFromVertebra: RigidTransform<Room, Vertebra>, covariance: [Double], depthObservable: Bool,
        causes: [String] = []
    ) {
        precondition(covariance.count == 36, "the covariance is 6x6")
        self.level = level
        state = causes.isEmpty ? .ok : .degraded
        self.causes = causes
        self.roomFromVertebra = roomFromVertebra
        self.covariance = covariance
        self.depthObservable = depthObservable
    }

    /// A lost vertebra.
    public init(lost level: VertebraLevel, causes: [String]) {
        precondition(!causes.isEmpty, "a lost vertebra has a cause")
        self.level = level
        state = .lost
        self.causes = causes
    }

    /// The true pose of a simulation.
    public init(level: VertebraLevel, truth: RigidTransform<Room, Vertebra>) {
        self.level = level
        state = .truth
        causes = []
        roomFromVertebra = truth
    }
}

extension VertebraPose: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case level, state, causes
        case roomFromVertebra = "room_from_vertebra"
        case covariance
        case depthObservable = "depth_observable"
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(CodingKeys.self)
        level = try object.decode(VertebraLevel.self, forKey: .level)
        state = try object.decode(PoseState.self, forKey: .state)
        causes = try object.decode([String].self, forKey: .causes)
        roomFromVertebra = try object.rigidTransformIfPresent(.roomFromVertebra)
        covariance = try object.numbersIfPresent(.covariance, 36)
        depthObservable = try object.decodeIfPresent(Bool.self, forKey: .depthObservable)
        guard causes.isEmpty == (state == .ok || state == .truth) else {
            throw object.error(.causes, causes.isEmpty ? "\(state.rawValue) needs a cause" : "\(state.rawValue) has no causes")
        }
        guard (roomFromVertebra == nil) == (state == .lost) else {
            let reason = state == .lost ? "a lost vertebra has no pose; take it out" : "the pose is missing; add it"
            throw object.error(.roomFromVertebra, reason)
        }
        let isMeasured = state == .ok || state == .degraded
        guard (covariance != nil) == isMeasured, (depthObservable != nil) == isMeasured else {
            throw object.error(nil, "covariance and depth_observable stand with OK and DEGRADED, and only there")
        }
        try covariance.map { try checkCovariance($0, object) }
    }

    private func checkCovariance(_ c: [Double], _ object: KeyedDecodingContainer<CodingKeys>) throws {
        for i in 0..<6 {
            guard c[7 * i] >= 0 else { throw object.error(.covariance, "variance \(i) is negative") }
            for j in 0..<i where abs(c[6 * i + j] - c[6 * j + i]) > 1e-6 * (c[7 * i] * c[7 * j]).squareRoot() + 1e-15 {
                throw object.error(.covariance, "it is not symmetric at \(i), \(j)")
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(level, forKey: .level)
        try object.encode(state, forKey: .state)
        try object.encode(causes, forKey: .causes)
        try object.encodeIfPresent(roomFromVertebra?.rowMajor4x4, forKey: .roomFromVertebra)
        try object.encodeIfPresent(covariance, forKey: .covariance)
        try object.encodeIfPresent(depthObservable, forKey: .depthObservable)
    }
}
