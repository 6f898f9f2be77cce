import Anatomy
import Foundation
import Frames

/// A screw of the plan, in its vertebra's frame.
public struct PlannedShaft: Sendable {
    public let level: VertebraLevel
    public let side: Side
    /// Origin at the entry, z to the tip.
    public let vertebraFromScrew: RigidTransform<Vertebra, Screw>
    /// Of the catalogue, mm.
    public let diameter: Double
    public let length: Double

    public init(level: VertebraLevel, side: Side, vertebraFromScrew: RigidTransform<Vertebra, Screw>, diameter: Double, length: Double) {
        (self.level, self.side, self.vertebraFromScrew) = (level, side, vertebraFromScrew)
        (self.diameter, self.length) = (diameter, length)
    }

    func posed(at roomFromVertebra: RigidTransform<Room, Vertebra>) -> PosedShaft {
        PosedShaft(
            shaft: ScrewShaft(radius: Float(diameter / 2), length: Float(length)), roomFromScrew: roomFromVertebra * vertebraFromScrew)
    }
}

/// Whether a planned screw stands in the vertebra.
public enum ScrewState: String, Codable, Sendable, CaseIterable {
    /// Measured in this frame, and nothing speaks against it.
    case found
    /// Something is there that may be it; `causes` says what speaks against it.
    case uncertain
    /// There is no such screw in the images, or they cannot tell.
    case notFound = "not_found"
}

/// Why a screw is not simply found. The raw value is what other programs read.
public enum ScrewCause: String, Codable, Sendable, CaseIterable {
    /// Its vertebra has no pose.
    case vertebraLost = "vertebra_lost"
    /// Its vertebra's pose is doubted, and with it the deviation from the plan.
    case vertebraDegraded = "vertebra_degraded"
    /// Where it should be lies outside the image, or mostly.
    case notInView = "not_in_view"
    /// A view that shows its place shows no metal there.
    case noMetal = "no_metal"
    /// There is metal, but it is not the image of such a screw.
    case lowSimilarity = "low_similarity"
    /// Its tip's end is not seen: it may be a rod or a tool, or be hidden by one.
    case tipNotSeen = "tip_not_seen"
    /// It may as well be another screw of the plan, or its shadow in one view may be another's.
    case ambiguous
    /// It is so far from its plan that it may be another.
    case farFromPlan = "far_from_plan"
    /// The images say too little about its place.
    case uncertain
}

/// Where the plan would have a screw in one view, pixels.
public struct PlannedShadow: Equatable, Sendable {
    public let view: String
    public let entry: SIMD2<Double>
    public let tip: SIMD2<Double>
}

/// One planned screw at one moment.
public struct ScrewEstimate: Sendable {
    public let level: VertebraLevel
    public let side: Side
    public var state: ScrewState
    public var causes: [ScrewCause]
    /// In every view that the plan's ends project to; empty without the vertebra's pose.
    public var planned: [PlannedShadow] = []
    /// Nil when not found.
    public var place: ScrewPlace?
}

/// A measured screw. Its turn about its axis is not observable.
public struct ScrewPlace: Sendable {
    public var entry: Point<Room>
    public var tip: Point<Room>
    public var entryInVertebra: Point<Vertebra>
    public var tipInVertebra: Point<Vertebra>
    /// 6 x 6, row-major, mm²: entry x, y, z, then tip x, y, z, in the room.
    public var covariance: [Double]
    /// Whether the shift along the rays was measured: in two views or more that stand well apart.
    public var isDepthObservable: Bool
    public var deviation: ScrewDeviation
    /// Correlation with the shadow in each view, the least of them; of the tip's end, the greatest.
    public var agreement: Double
    public var tipAgreement: Double
}

/// How a screw stands from its plan, in its vertebra's frame.
public struct ScrewDeviation: Equatable, Sendable {
    /// Of one end: positive towards the midline, the head and the back, mm.
    public struct End: Equatable, Sendable {
        public var medial: Double
        public var cranial: Double
        public var dorsal: Double
        public var distance: Double { (medial * medial + cranial * cranial + dorsal * dorsal).squareRoot() }
    }
    public var entry: End
    public var tip: End
    /// Between the axes, radians.
    public var angle: Double
    /// Greatest standard deviation of entry and tip across the rays, the vertebra's own included, mm.
    public var entrySigma = 0.0
    public var tipSigma = 0.0

    /// - Parameter side: the patient's, which says where the midline lies.
    init(of found: (entry: Point<Vertebra>, tip: Point<Vertebra>), from plan: PlannedShaft) {
        let planned = (plan.vertebraFromScrew.origin, plan.vertebraFromScrew * Point<Screw>(0, 0, plan.length))
        // The vertebra's x points to the patient's left.
        let towardsMidline: Double = plan.side == .left ? -1 : 1
        func end(_ point: Point<Vertebra>, _ plan: Point<Vertebra>) -> End {
            let away = (point - plan).xyz
            return End(medial: towardsMidline * away.x, cranial: away.z, dorsal: away.y)
        }
        entry = end(found.entry, planned.0)
        tip = end(found.tip, planned.1)
        let (a, b) = ((found.tip - found.entry).xyz, (planned.1 - planned.0).xyz)
        angle = atan2(a.cross(b).length, (a * b).sum())
    }
}
