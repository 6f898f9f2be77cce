import Anatomy
import CaseFolder
import Exchange
import Frames
import Meshes
import Planning
import Protocols

extension ExportedCase {
    /// A verified case, with the meshes of its files.
    ///
    /// - Throws: `MeshError`; `CommandFailure` where plan.json holds what is no transform.
    init(_ planned: PlannedCase) throws {
        let plan = planned.plan
        let vertebrae = try exportedVertebrae(planned)
        let ends = [vertebrae.first, vertebrae.last].compactMap { $0?.name }
        let named = plan.screws.filter { $0.status.hasScrew }.map { "\($0.level)_\($0.side.rawValue)" }
        guard Set(named) == Set(vertebrae.flatMap(\.screws).map(\.name)) else {
            throw unreadableCase("it has a screw in a vertebra that the case has no mesh of", planned.folder)
        }
        self.init(
            title: "Spine plan \(Set(ends).count == 1 ? ends[0] : ends.joined(separator: "-"))",
            planSHA256: planned.sha256(of: "plan.json"), tool: "lamina \(laminaVersion)", notice: plan.notice,
            approval: Approval(planned.approval),
            warnings: plan.warnings.map { Warning(code: $0.code, levels: $0.levels) },
            refused: plan.screws.filter { $0.status == .refused }.map { "\($0.level)_\($0.side.rawValue)" },
            removed: plan.screws.filter { $0.status == .removed }.map { "\($0.level)_\($0.side.rawValue)" }, vertebrae: vertebrae)
    }
}

extension ExportedCase.Approval {
    init(_ approval: CaseApproval) {
        switch approval {
        case .none: self = .notApproved
        case .void: self = .void
        case .approved: self = .approved
        }
    }
}

extension PlannedCase {
    /// A file's hash as the manifest has it; empty where the case has no such file.
    func sha256(of path: String) -> String { manifest.outputs.first { $0.path == path }?.sha256 ?? "" }

    func holds(_ path: String) -> Bool { manifest.outputs.contains { $0.path == path } }
}

/// Every vertebra that the case has a mesh of, from head to sacrum.
private func exportedVertebrae(_ planned: PlannedCase) throws -> [ExportedVertebra] {
    let frames = try vertebraFrames(planned)
    return try VertebraLevel.craniocaudal.compactMap { level in
        let path = "meshes/\(level).stl"
        guard planned.holds(path) else { return nil }
        let screws = try Side.allCases.compactMap { try exportedScrew(level, $0, planned) }
        return ExportedVertebra(
            level: level, mesh: try readMesh(at: "\(planned.folder)/\(path)"), patientFromVertebra: frames[level], screws: screws)
    }
}

private func vertebraFrames(_ planned: PlannedCase) throws -> [VertebraLevel: RigidTransform<Patient, Vertebra>] {
    try planned.plan.vertebrae.reduce(into: [:]) { frames, vertebra in
        guard let level = VertebraLevel(name: vertebra.level), let frame = vertebra.frame else {
            throw unreadableCase("its frame of \(vertebra.level) is no rigid transform", planned.folder)
        }
        frames[level] = frame
    }
}

/// Nil where there is no screw.
private func exportedScrew(_ level: VertebraLevel, _ side: Side, _ planned: PlannedCase) throws -> ExportedScrew? {
    guard let screw = planned.plan.screws.first(where: { $0.level == level.name && $0.side == side && $0.status.hasScrew }) else {
        return nil
    }
    guard let entry = screw.entry.flatMap(point), let tip = screw.tip.flatMap(point), let diameter = screw.diameter,
        let length = screw.length,
        let patientFromVertebra = screw.vertebraFrame, let vertebraFromScrew = screw.screwFrame,
        let origin = ExportedScrew.Origin(rawValue: screw.status.rawValue)
    else {
        throw unreadableCase("the screw \(level)_\(side.rawValue) is not whole", planned.folder)
    }
    let mesh = try readMesh(at: "\(planned.folder)/screws/\(level)_\(side.rawValue).stl")
    return ExportedScrew(
        level: level, side: side, mesh: mesh, patientFromScrew: patientFromVertebra * vertebraFromScrew, entry: entry, tip: tip,
        diameter: diameter, length: length, origin: origin)
}

private func point(_ numbers: [Double]) -> Point<Patient>? { numbers.count == 3 ? Point(numbers[0], numbers[1], numbers[2]) : nil }
