import Anatomy
import Foundation
import Frames
import ImageFiles
import Protocols
import Segmentation
import Volumes

/// A case's labels under other names.
struct RelabelledCase {
    private let old: PlannedCase
    private let shift: Int
    private let volume: Volume<Int32, Patient>
    /// Of every level that is labelled or that a warning names.
    private let newNames: [VertebraLevel: VertebraLevel]
    private let labelled: [VertebraLevel]

    /// The levels of the old plan, under their new names.
    let levels: [VertebraLevel]

    /// - Throws: `NamingError.shiftOutOfRange`; `ImageFileError`.
    init(of old: PlannedCase, shift: Int) throws {
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
            "relabelled_by": .integer(shift), "plan_arguments": .array(old.planArguments.map { .string($0) }),
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
