import Meshes
import Protocols

/// What was measured of each mesh, by level, for the manifest.
func measurements(of meshes: [VertebraMesh]) throws -> JSONValue {
    .object(Dictionary(uniqueKeysWithValues: try meshes.map { ($0.level.name, try measurements(of: $0.report)) }))
}

private func measurements(of report: MeshReport) throws -> JSONValue {
    guard case .object(var fields) = try JSONValue(report) else { preconditionFailure("a report is an object") }
    let repairs = report.repairs
    // Repairs are the library's own type; on the wire a number's unit is the end of its key.
    fields["repairs"] = .object([
        "dropped_pieces": .integer(repairs.droppedPieces), "dropped_volume_mm3": .number(repairs.droppedVolume),
        "filled_cavities": .integer(repairs.filledCavities), "filled_volume_mm3": .number(repairs.filledVolume),
    ])
    return .object(fields)
}
