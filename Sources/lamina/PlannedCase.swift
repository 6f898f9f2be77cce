import Anatomy
import CaseFolder
import Foundation
import ImageFiles
import Planning
import Protocols
import Segmentation

/// A case as it stands, verified, with the command that it can be planned again by.
struct PlannedCase {
    let folder: String
    /// The options of the 'lamina plan' that the case goes back to.
    let planArguments: [String]
    let command: PlanCommand
    let manifest: Manifest
    let plan: PlanFile
    let approval: CaseApproval
    let segmentation: SegmentationFile?
    /// About the labels, whether the plan asked for them or not.
    let warnings: [LabelWarning]
    /// About the file of the labels, where there was one.
    let mapWarnings: [ImageWarning]

    /// - Throws: `CaseFolderError` for a case that was changed; `CommandFailure` for what is no plan.
    init(at folder: String) throws {
        let verified = try verifyCase(at: folder)
        let manifest = verified.manifest
        func decoded<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value? {
            guard manifest.outputs.contains(where: { $0.path == name }) else { return nil }
            guard let data = FileManager.default.contents(atPath: folder + "/" + name), let value = try? decodedJSON(type, from: data)
            else {
                throw CommandFailure(.integrity, code: "unreadable_case", what: "it cannot be read", place: "\(folder)/\(name)")
            }
            return value
        }
        guard let plan = try decoded(PlanFile.self, "plan.json"), let arguments = originalArguments(of: manifest),
            let command = try? PlanCommand.parse(arguments), let warnings = recorded([LabelWarning].self, "warnings", in: manifest)
        else {
            throw CommandFailure(
                .usage, code: "not_a_plan", what: "this is no case that 'lamina plan' wrote", place: folder,
                remedy: "Pass the folder that 'lamina plan -o' wrote")
        }
        (self.folder, self.manifest, self.plan, approval) = (folder, manifest, plan, verified.approval)
        (planArguments, self.command) = (arguments, command)
        self.warnings = warnings
        mapWarnings = recorded([ImageWarning].self, "map_warnings", in: manifest) ?? []
        segmentation = try decoded(SegmentationFile.self, SegmentationFile.name)
    }
}

extension PlannedCase {
    /// The plan and the labels as they were verified: `checkUnchanged` tells whether another run has taken the case's place since.
    var verifiedCore: [FileRecord] {
        manifest.outputs.filter { ["plan.json", "labels.nii.gz"].contains($0.path) }.map {
            FileRecord(path: "\(folder)/\($0.path)", fingerprint: FileFingerprint(bytes: $0.bytes, sha256: $0.sha256))
        }
    }

    var levelsOfPlan: [VertebraLevel] { Set(plan.screws.compactMap { VertebraLevel(name: $0.level) }).sorted() }

    /// What the case was planned by, to be read again with the labels and levels that it has.
    ///
    /// - Throws: as `request`.
    func requestWithItsLabels(scan: String?) throws -> PlanRequest {
        var request = try request(scan: scan)
        request.labels = .kept(self)
        request.levels = levelsOfPlan
        return request
    }

    /// The scan that the case was planned on, with its files by their bytes.
    ///
    /// - Parameters:
    ///   - place: where the scan is now; nil for where the case was planned from.
    ///   - option: by which the user says so.
    /// - Throws: `ImageFileError`; `CaseFolderError.system`; `CommandFailure` where there is no scan, or another one.
    func readScan(at place: String?, option: String, threads: Int, log: RunLog) throws -> (ct: CTImage, files: [FileRecord]) {
        let request = command.request
        let path = place ?? request.input
        guard FileManager.default.fileExists(atPath: path) else { throw scanNotFound(path, option: option) }
        var options = request.readOptions
        options.threads = threads
        let ct = try log.stage("read CT") { try readCT(at: path, options: options) }
        return (ct, try checkedFiles(of: ct, at: path, option: option))
    }

    /// The files of a scan by their bytes, which must be those that the case was planned on.
    ///
    /// - Throws: `CommandFailure`; `CaseFolderError.system`.
    func checkedFiles(of ct: CTImage, at path: String, option: String) throws -> [FileRecord] {
        let files = try fileRecords(of: ct.files)
        guard combinedSHA256(files.map(\.sha256)) == plan.image.sha256 else { throw anotherScan(path, option: option) }
        return files
    }
}

/// A case whose files do not fit each other, which no change of lamina's leaves behind.
func unreadableCase(_ what: String, _ folder: String) -> CommandFailure {
    CommandFailure(.integrity, code: "unreadable_case", what: what, place: "\(folder)/plan.json", remedy: "Plan the case anew")
}

/// Of the 'lamina plan' that wrote a case, or that one relabelled or adjusted since was planned by first; nil where there was none.
private func originalArguments(of manifest: Manifest) -> [String]? {
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

extension PlannedCase {
    /// The case's own labels, as they are.
    ///
    /// - Throws: `CommandFailure` where the CT has another grid, so that it is another one; `ImageFileError`; `SegmentationError`.
    func labels(of ct: CTImage, at path: String, log: RunLog) throws -> (VertebraLabels, LabelOrigin) {
        let volume = try readLabels(at: folder + "/labels.nii.gz").volume
        guard volume.geometry.coincides(with: ct.volume.geometry, tolerance: LabelImportParameters().gridTolerance) else {
            throw anotherScan(path, option: "--input")
        }
        logMapWarnings(mapWarnings, to: log)
        var labels = try importLabels(volume, scheme: .lamina, onto: ct.volume.geometry)
        labels.warnings = warnings
        guard case .object(var record) = manifest.parameters["labels"] else { preconditionFailure("the case's warnings were read from it") }
        record["plan_arguments"] = .array(planArguments.map { .string($0) })
        return (labels, LabelOrigin(record: record, segmentation: segmentation))
    }
}
