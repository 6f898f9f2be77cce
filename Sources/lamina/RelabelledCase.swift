import Anatomy
import CaseFolder
import Foundation
import Frames
import ImageFiles
import Planning
import Protocols
import Segmentation
import Volumes

/// A case as it stands, verified, with the command that it can be planned again by.
struct CaseToRelabel {
    let folder: String
    let command: PlanCommand
    let manifest: Manifest
    let imageSHA256: String
    let plan: PlanFile
    let segmentation: SegmentationFile?

    /// - Throws: `CaseFolderError` for a case that was changed; `CommandFailure` for what is no plan.
    init(at folder: String) throws {
        let manifest = try verifyCase(at: folder)
        func decoded<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value? {
            guard manifest.outputs.contains(where: { $0.path == name }) else { return nil }
            guard let data = FileManager.default.contents(atPath: folder + "/" + name), let value = try? decodedJSON(type, from: data)
            else {
                throw CommandFailure(.integrity, code: "unreadable_case", what: "it cannot be read", place: "\(folder)/\(name)")
            }
            return value
        }
        guard let plan = try decoded(PlanFile.self, "plan.json"), let arguments = planArguments(of: manifest),
            let command = try? PlanCommand.parse(arguments)
        else {
            throw CommandFailure(
                .usage, code: "not_a_plan", what: "only a case that 'lamina plan' wrote can be relabelled", place: folder)
        }
        (self.folder, self.manifest, self.plan, self.command) = (folder, manifest, plan, command)
        imageSHA256 = plan.image.sha256
        segmentation = try decoded(SegmentationFile.self, SegmentationFile.name)
    }
}

/// The options of the 'lamina plan' that a case goes back to; nil where there was none.
private func planArguments(of manifest: Manifest) -> [String]? {
    if manifest.arguments.dropFirst().first == "plan" { return Array(manifest.arguments.dropFirst(2)) }
    guard case .object(let labels) = manifest.parameters["labels"], case .array(let values) = labels["plan_arguments"] else { return nil }
    return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
}

/// A case's labels under other names.
struct RelabelledCase {
    private let old: CaseToRelabel
    private let shift: Int
    private let volume: Volume<Int32, Patient>
    private let newNames: [VertebraLevel: VertebraLevel]

    /// The levels of the old plan, under their new names.
    let levels: [VertebraLevel]

    /// - Throws: `NamingError.shiftOutOfRange`; `ImageFileError`.
    init(of old: CaseToRelabel, shift: Int) throws {
        (self.old, self.shift) = (old, shift)
        volume = try readLabels(at: old.folder + "/labels.nii.gz").volume
        let present = Set(volume.voxels).compactMap { UInt8(exactly: $0).flatMap(VertebraLevel.init(rawValue:)) }.sorted()
        let moved = try shifted(present, by: shift)
        newNames = Dictionary(uniqueKeysWithValues: zip(present, moved))
        var seen: Set<VertebraLevel> = []
        let planned = old.plan.screws.compactMap { VertebraLevel(name: $0.level) }.filter { seen.insert($0).inserted }
        levels = planned.compactMap { [newNames] in newNames[$0] }.sorted()
    }

    /// The labels on the CT's grid, and how they came about.
    ///
    /// - Throws: `CommandFailure` where that is another grid than the case's, so that the image is another one; `SegmentationError`; `EncodingError`.
    func labels(of ct: CTImage, at path: String) throws -> (VertebraLabels, LabelOrigin) {
        let grid = ct.volume.geometry
        guard volume.geometry.coincides(with: grid, tolerance: LabelImportParameters().gridTolerance) else {
            throw anotherScan(path, option: "--input")
        }
        let renamed = volume.map { id in
            UInt8(exactly: id).flatMap(VertebraLevel.init(rawValue:)).flatMap { newNames[$0] }.map { Int32($0.rawValue) } ?? 0
        }
        var labels = try importLabels(renamed, scheme: .lamina, onto: grid)
        labels.warnings.append(relabelledWarning)
        var segmentation = old.segmentation
        segmentation?.relabel(newNames)
        // What was said about single bones still holds.
        labels.warnings += segmentation?.warnings.filter { $0.code == .notTrusted } ?? []
        let record = JSONValue.object([
            "relabelled_by": .integer(shift), "plan_arguments": .array(planArguments(of: old.manifest)!.map { .string($0) }),
            "before": old.manifest.parameters["labels"] ?? .null,
        ])
        return (labels, LabelOrigin(record: record, segmentation: segmentation))
    }

    private var relabelledWarning: LabelWarning {
        let names = newNames.sorted { $0.key < $1.key }
        let changes = names.filter { $0.key != $0.value }.map { "\($0.key) is now \($0.value)" }.joined(separator: ", ")
        return LabelWarning(
            .relabelled, levels: names.map(\.value), "levels were renamed by hand ('lamina relabel --shift \(shift)'): \(changes)")
    }
}

extension SegmentationFile {
    /// Takes on the names that a person gave.
    fileprivate mutating func relabel(_ newNames: [VertebraLevel: VertebraLevel]) {
        levelEstimated = false
        probability = 1
        shifts = []
        if !anchors.contains(.user) { anchors.append(.user) }
        for n in vertebrae.indices { vertebrae[n].level = newNames[vertebrae[n].level] ?? vertebrae[n].level }
        warnings = warnings.filter { $0.code == .notTrusted || $0.code == .mayBeCut }.map { warning in
            let old = warning.levels.first
            let new = warning.levels.map { newNames[$0] ?? $0 }
            let message =
                old.map { warning.message.replacingOccurrences(of: $0.name + " ", with: (newNames[$0] ?? $0).name + " ") }
                ?? warning.message
            return LabelWarning(warning.code, levels: new, message)
        }
    }
}
