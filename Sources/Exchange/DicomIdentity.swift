import Foundation

/// Whose an object is: the attributes of patient, study and frame of reference, as the source has them or without what identifies the patient.
///
/// Only these few attributes ever come from the source, so nothing else of it can slip through. Source: PS3.15, table E.1-1, Basic Profile.
struct DicomIdentity {
    /// In the order of writing.
    let attributes: [(tag: DicomTag, text: DicomText)]
    let studyUID: String
    let seriesUID: String
    let images: [DicomSource.Image]
    /// How the source's pixels were compressed with loss; empty where they were not. What is made of their pixels must say so too.
    let lossyCompression: [(tag: DicomTag, text: DicomText)]
    let isDeidentified: Bool

    /// - Throws: `ExchangeError.unusableSource`.
    init(files: [String], deidentified: Bool) throws {
        let source = try DicomSource(files: files, tags: required + optional + lossy + [.characterSet, .studyUID, .frameOfReferenceUID])
        func uid(_ tag: DicomTag, _ name: String) throws -> String {
            guard let text = source.texts[tag]?.string, !text.isEmpty else {
                throw ExchangeError.unusableSource(path: files[0], reason: "it has no \(name), so objects made of it would belong nowhere")
            }
            return deidentified ? replaced(text) : text
        }
        studyUID = try uid(.studyUID, "StudyInstanceUID")
        let frame = try uid(.frameOfReferenceUID, "FrameOfReferenceUID")
        let taken =
            deidentified
            ? required.map { ($0, DicomText("")) }
            : required.map { ($0, source.texts[$0] ?? DicomText("")) }
                + ([.characterSet] + optional).compactMap { tag in source.texts[tag].map { (tag, $0) } }
        attributes = taken + [(.studyUID, DicomText(studyUID)), (.frameOfReferenceUID, DicomText(frame))]
        seriesUID = deidentified ? replaced(source.seriesUID) : source.seriesUID
        images = source.images.map { image in
            var image = image
            if deidentified { image.sopInstance = replaced(image.sopInstance) }
            return image
        }
        let isLossy = source.texts[lossy[0]]?.string == "01"
        lossyCompression = isLossy ? lossy.compactMap { tag in source.texts[tag].map { (tag, $0) } } : []
        isDeidentified = deidentified
    }
}

/// A UID in place of a patient's, always the same for the same one, so that what belongs together stays so.
private func replaced(_ uid: String) -> String { uniqueIdentifier(of: "lamina deidentified\n\(uid)") }

/// Every object must have these, empty or not; all of them identify, or may.
private let required = [
    DicomTag(0x0008, 0x0020),  // StudyDate
    DicomTag(0x0008, 0x0030),  // StudyTime
    DicomTag(0x0008, 0x0050),  // AccessionNumber
    DicomTag(0x0008, 0x0090),  // ReferringPhysicianName
    DicomTag(0x0010, 0x0010),  // PatientName
    DicomTag(0x0010, 0x0020),  // PatientID
    DicomTag(0x0010, 0x0030),  // PatientBirthDate
    DicomTag(0x0010, 0x0040),  // PatientSex
    DicomTag(0x0020, 0x0010),  // StudyID
    DicomTag(0x0020, 0x1040),  // PositionReferenceIndicator
]

/// LossyImageCompression, its ratio and method.
private let lossy = [DicomTag(0x0028, 0x2110), DicomTag(0x0028, 0x2112), DicomTag(0x0028, 0x2114)]

/// Left out where the source has none.
private let optional = [
    DicomTag(0x0008, 0x1030),  // StudyDescription
    DicomTag(0x0010, 0x0021),  // IssuerOfPatientID
    DicomTag(0x0010, 0x1010),  // PatientAge
]
