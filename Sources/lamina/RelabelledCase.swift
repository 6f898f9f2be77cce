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
    /// About the labels, whether the plan asked for them or not.
    let warnings: [LabelWarning]
    /// About the file of the labels, where there was one.
    let mapWarnings: [ImageWarning]

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
            let command = try? PlanCommand.parse(arguments), let warnings = recorded([LabelWarning].self, "warnings", in: manifest)
        else {
            throw CommandFailure(
                .usage, code: "not_a_plan", what: "only a case that 'lamina plan' wrote can be relabelled", place: folder)
        }
        (self.folder, self.manifest, self.plan, self.command) = (folder, manifest, plan, command)
        imageSHA256 = plan.image.sha256
        self.warnings = warnings
        mapWarnings = recorded([ImageWarning].self, "map_warnings", in: manifest) ?? []
        segmentation = try decoded(SegmentationFile.self, SegmentationFile.name)
    }
}

/// The options of the 'lamina plan' that a case goes back to; nil where there was none.
private func planArguments(of manifest: Manifest) -> [String]? {
    if manifest.arguments.dropFirst().first == "plan" { return Array(manifest.arguments.dropFirst(2)) }
    return recorded([String].self, "plan_arguments", in: manifest)
}

/// What a manifest says about its labels; nil where it says nothing.
private func recorded<Value: Decodable>(_ type: Value.Type, _ key: String, in manifest: Manifest) -> Value? {
    guard case .object(let labels) = manifest.parameters["labels"], let value = labels[key], let data = try? encodedJSON(value) else {
        return nil
    }
    return try? decodedJSON(type, from: data)
}

/// A case's labels under other names.
struct RelabelledCase {
    private let old: CaseToRelabel
    private let shift: Int
    private let volume: Volume<Int32, Patient>
    /// Of every level that is labelled or that a warning names.
    private let newNames: [VertebraLevel: VertebraLevel]
    private let labelled: [VertebraLevel]

    /// The levels of the old plan, under their new names.
    let levels: [VertebraLevel]

    /// - Throws: `NamingError.shiftOutOfRange`; `ImageFileError`.
    init(of old: CaseToRelabel, shift: Int) throws {
        (self.old, self.shift) = (old, shift)
        volume = try readLabels(at: old.folder + "/labels.nii.gz").volume
        labelled = Set(volume.voxels).compactMap { UInt8(exactly: $0).flatMap(VertebraLevel.init(rawValue:)) }.sorted()
        let warned = old.warnings.filter { !$0.code.isAboutNames }.flatMap(\.levels)
        let named = Set(labelled + warned).sorted()
        newNames = Dictionary(uniqueKeysWithValues: zip(named, try shifted(named, by: shift)))
        var seen: Set<VertebraLevel> = []
        let planned = old.plan.screws.compactMap { VertebraLevel(name: $0.level) }.filter { seen.insert($0).inserted }
        levels = planned.filter(labelled.contains).compactMap { [newNames] in newNames[$0] }.sorted()
    }

    /// The labels on the CT's grid, and how they came about.
    ///
    /// - Throws: `CommandFailure` where that is another grid than the case's, so that the image is another one; `SegmentationError`; `EncodingError`.
    func labels(of ct: CTImage, at path: String, log: RunLog) throws -> (VertebraLabels, LabelOrigin) {
        let grid = ct.volume.geometry
        guard volume.geometry.coincides(with: grid, tolerance: LabelImportParameters().gridTolerance) else {
            throw anotherScan(path, option: "--input")
        }
        logMapWarnings(old.mapWarnings, to: log)
        let renamed = volume.map { id in
            UInt8(exactly: id).flatMap(VertebraLevel.init(rawValue:)).flatMap { newNames[$0] }.map { Int32($0.rawValue) } ?? 0
        }
        var labels = try importLabels(renamed, scheme: .lamina, onto: grid)
        labels.warnings = warnings(anew: labels.warnings)
        var segmentation = old.segmentation
        segmentation?.relabel(newNames)
        let record = [
            "relabelled_by": .integer(shift), "plan_arguments": .array(planArguments(of: old.manifest)!.map { .string($0) }),
            "before": old.manifest.parameters["labels"] ?? .null, "map_warnings": try JSONValue(old.mapWarnings),
        ]
        return (labels, LabelOrigin(record: record, segmentation: segmentation))
    }

    /// What the first plan said of the bones, under their new names; what is seen of the new numbers; and that a person moved them.
    private func warnings(anew: [LabelWarning]) -> [LabelWarning] {
        let kept = old.warnings.filter { !$0.code.isAboutNames }.map { $0.renamed(newNames) }
        // The first plan knew more of a bone than its label tells now, such as that its map cut it.
        let added = anew.filter { one in !kept.contains { $0.code == one.code && $0.levels == one.levels } }
        return [relabelledWarning] + kept + added
    }

    private var relabelledWarning: LabelWarning {
        let names = labelled.map { (old: $0, new: newNames[$0] ?? $0) }
        let changes = names.filter { $0.old != $0.new }.map { "\($0.old) is now \($0.new)" }.joined(separator: ", ")
        return LabelWarning(
            .relabelled, levels: names.map(\.new), "levels were renamed by hand ('lamina relabel --shift \(shift)'): \(changes)")
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
    }
}
