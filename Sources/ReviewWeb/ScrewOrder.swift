import Anatomy
import Foundation
import Protocols

/// What the page asks of one pedicle's screw.
public struct ScrewOrder: Codable, Equatable, Sendable {
    public enum Action: String, Codable, Sendable {
        /// Of the screw that is there.
        case place
        /// Where there is none.
        case add
        case remove
    }

    /// Of the plan.json that the page shows: an order for another state of the plan is not carried out.
    public var planSHA256: String
    public var level: String
    public var side: Side
    public var action: Action
    /// Of the entry along the vertebra's axes (left, back, head), mm.
    public var entryOffset: [Double]?
    /// As `angles_deg` of plan.json; nil leaves it.
    public var transverse: Double?
    public var sagittal: Double?
    /// mm; nil leaves it.
    public var diameter: Double?
    public var length: Double?
    /// Why the screw stands although it breaks a hard rule.
    public var acceptedRisk: String?

    enum CodingKeys: String, CodingKey {
        case level, side, action
        case planSHA256 = "plan_sha256"
        case entryOffset = "entry_offset_mm"
        case transverse = "transverse_deg"
        case sagittal = "sagittal_deg"
        case diameter = "diameter_mm"
        case length = "length_mm"
        case acceptedRisk = "accept_risk"
    }

    public init(
        planSHA256: String, level: String, side: Side, action: Action = .place, entryOffset: [Double]? = nil, acceptedRisk: String? = nil
    ) {
        (self.planSHA256, self.level, self.side, self.action) = (planSHA256, level, side, action)
        (self.entryOffset, self.acceptedRisk) = (entryOffset, acceptedRisk)
    }
}

/// What the page asks of the changes made so far.
struct StepOrder: Codable, Equatable, Sendable {
    var planSHA256: String

    enum CodingKeys: String, CodingKey { case planSHA256 = "plan_sha256" }
}
