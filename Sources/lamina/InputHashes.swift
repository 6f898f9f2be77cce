import CaseFolder
import Foundation
import ImageFiles
import Planning
import Protocols

/// What went into a plan, by its bytes.
struct InputHashes {
    /// Every file named on the command line, or below a folder that was, and those that a header names.
    let records: [FileRecord]
    /// The scan itself: of a folder, only the files that slices were read from.
    let image: PlanFile.Image
}

/// - Throws: `CaseFolderError.system`.
func hashInputs(_ images: PlanInputs, for draft: CaseDraft) throws -> InputHashes {
    let request = images.request
    var scan = try draft.inputRecords(at: request.input)
    var digests = Dictionary(scan.map { (resolved($0.path), $0.sha256) }, uniquingKeysWith: { first, _ in first })
    for file in images.ct.files where digests[resolved(file)] == nil {
        let record = FileRecord(path: file, fingerprint: try fingerprint(ofFileAt: file))
        digests[resolved(file)] = record.sha256
        scan.append(record)
    }
    let others = try (images.origin.inputs + [request.catalogue].compactMap(\.self)).flatMap(draft.inputRecords)
    let sha256 = combinedSHA256(images.ct.files.compactMap { digests[resolved($0)] })
    return InputHashes(records: scan + others, image: planImage(images.ct, sha256: sha256))
}

private func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

private func planImage(_ ct: CTImage, sha256: String) -> PlanFile.Image {
    let dicom = ct.metadata.dicom
    return PlanFile.Image(
        sha256: sha256, studyUID: dicom?.studyUID.flatMap(wellFormed), seriesUID: (dicom?.series.uid).flatMap(wellFormed),
        frameOfReferenceUID: dicom?.frameOfReferenceUID.flatMap(wellFormed), grid: ct.volume.geometry)
}

/// A UID of digits and dots. A file may hold anything in its place, a name too.
private func wellFormed(_ uid: String) -> String? {
    !uid.isEmpty && uid.count <= 64 && uid.allSatisfy { "0123456789.".contains($0) } ? uid : nil
}

/// The scan for the manifest: as in plan.json, with what its files say. The series' description is left out, because people type it, and the UIDs
/// stand once.
func manifestImage(_ image: PlanFile.Image, _ metadata: ImageMetadata) throws -> JSONValue {
    guard case .object(var fields) = try JSONValue(image) else { preconditionFailure("an image is an object") }
    var metadata = metadata
    metadata.dicom?.series.description = nil
    metadata.dicom?.studyUID = nil
    metadata.dicom?.frameOfReferenceUID = nil
    fields["metadata"] = try JSONValue(metadata)
    return .object(fields)
}
