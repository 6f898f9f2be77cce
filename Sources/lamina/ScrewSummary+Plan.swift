import Planning
import Protocols

extension ScrewSummary {
    init(_ screw: PlanFile.Screw) {
        self.init(
            level: screw.level, side: screw.side, status: screw.status.rawValue, reasons: screw.reasons.map(\.code),
            diameterMM: screw.diameter, lengthMM: screw.length, grade: screw.grade?.rawValue)
    }
}
