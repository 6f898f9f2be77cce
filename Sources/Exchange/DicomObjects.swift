import Anatomy
import CDicomExportShim
import Foundation
import Frames
import Volumes

/// Writes the case as DICOM objects of the source series' patient and study: a Segmentation of all labels, and an Encapsulated STL for each bone and
/// screw.
///
/// The same case and scan give the same bytes.
public struct DicomObjects {
    private let exported: ExportedCase
    private let identity: DicomIdentity
    private let plannedAt: Date

    /// - Parameters:
    ///   - sources: every file of the series that the case was planned on.
    ///   - plannedAt: the content's date.
    ///   - deidentified: leaves out what identifies the patient, and replaces UIDs.
    /// - Throws: `ExchangeError.unusableSource`.
    public init(_ exported: ExportedCase, sources: [String], plannedAt: Date, deidentified: Bool) throws {
        (self.exported, self.plannedAt) = (exported, plannedAt)
        identity = try DicomIdentity(files: sources, deidentified: deidentified)
    }

    /// The objects' names, such as "L4" and "L4_left", in the order of their instance numbers.
    private var solids: [(name: String, title: String, stl: () throws -> Data, appearance: Appearance)] {
        exported.vertebrae.flatMap { vertebra in
            [(vertebra.name, vertebra.name, { try stlBytes(vertebra.name, vertebra.mesh) }, Appearance.bone)]
                + vertebra.screws.map { screw in
                    (screw.name, "\(screw.name) \(screw.size)", { try stlBytes(screw.name, screw.mesh) }, screw.appearance)
                }
        }
    }

    /// Writes meshes/L4.dcm, screws/L4_left.dcm ...
    ///
    /// - Parameter place: where the file of a name relative to the output is to be written.
    /// - Throws: `ExchangeError`, `MeshError`, what `place` throws.
    public func writeMeshes(at place: (String) throws -> String) throws {
        for (n, solid) in solids.enumerated() {
            let path = try place("\(solid.appearance == .bone ? "meshes" : "screws")/\(solid.name).dcm")
            let bytes = try solid.stl()
            let own: [(DicomTag, String)] = [
                (DicomTag(0x0008, 0x103E), seriesDescription("Bones and screws")), (DicomTag(0x0020, 0x0011), "9802"),
                (DicomTag(0x0020, 0x0013), "\(n + 1)"), (DicomTag(0x0042, 0x0010), solid.title),
            ]
            try withObject(series: "M3D", name: solid.name, own: own) { object in
                try run(solid.name, path) { message in
                    bytes.withUnsafeBytes { raw in
                        lamina_export_stl(
                            path, object, raw.bindMemory(to: UInt8.self).baseAddress, raw.count, solid.appearance.fractions, message)
                    }
                }
            }
        }
    }

    /// Writes the labels as one Segmentation.
    ///
    /// - Parameter isAutomatic: whether lamina found the vertebrae, or got their labels.
    /// - Throws: `ExchangeError`.
    public func writeSegmentation(_ labels: LabelVolume, isAutomatic: Bool, to path: String) throws {
        let levels = Set(labels.voxels).compactMap(VertebraLevel.init(rawValue:)).sorted()
        let own: [(DicomTag, String)] = [
            (DicomTag(0x0008, 0x103E), seriesDescription("Vertebrae")), (DicomTag(0x0020, 0x0011), "9801"), (DicomTag(0x0020, 0x0013), "1"),
            (DicomTag(0x0070, 0x0081), "Research software, not a medical device"),
        ]
        let kept = KeptTexts()
        let segments = levels.map { level in
            let colour = segmentColour(level)
            return lamina_export_segment(
                name: kept.pointer(level.name), code: kept.pointer(level.snomed.code), meaning: kept.pointer(level.snomed.meaning),
                label: level.rawValue, rgb: (colour.x, colour.y, colour.z))
        }
        try withObject(series: "SEG", name: "segmentation", own: own, others: identity.lossyCompression) { object in
            try run("segmentation", path) { message in
                labels.voxels.withUnsafeBufferPointer { voxels in
                    var grid = description(of: labels.geometry, kept)
                    grid.labels = voxels.baseAddress
                    grid.is_automatic = isAutomatic ? 1 : 0
                    return withExtendedLifetime(kept) {
                        lamina_export_segmentation(path, object, &grid, segments, segments.count, message)
                    }
                }
            }
        }
    }

    /// At most the 64 characters that DICOM allows.
    private func seriesDescription(_ what: String) -> String {
        let estimate = exported.warnings.contains { $0.code == "level_estimated" } ? ", LEVELS ESTIMATED" : ""
        let approval = exported.approval == .approved ? "" : ", NOT APPROVED"
        return "\(what)\(estimate)\(approval) (research only)"
    }

    private func description(of grid: GridGeometry<Patient>, _ kept: KeptTexts) -> lamina_export_labels {
        func triple(_ v: SIMD3<Double>) -> (Double, Double, Double) { (v.x, v.y, v.z) }
        let category = SNOMEDConcept.anatomicalStructure
        return lamina_export_labels(
            size: (Int32(grid.size.x), Int32(grid.size.y), Int32(grid.size.z)), spacing: triple(grid.spacing),
            origin: triple(grid.origin.xyz),
            axes: (triple(grid.axes.0), triple(grid.axes.1), triple(grid.axes.2)), labels: nil,
            dimension_uid: kept.pointer(newUID("dimensions")), category_code: kept.pointer(category.code),
            category_meaning: kept.pointer(category.meaning), algorithm: kept.pointer(exported.tool), is_automatic: 0)
    }

    /// Of something new that this export makes; another plan or approval of it, version or patient's identity makes another: a PACS keeps the first object of a UID.
    private func newUID(_ name: String) -> String {
        uniqueIdentifier(
            of: [
                "lamina export", exported.tool, exported.planSHA256, exported.approval.rawValue, plannedAt.ISO8601Format(),
                identity.studyUID, name,
            ].joined(separator: "\n"))
    }

    /// Calls `body` with what all objects have, as the shim wants it.
    private func withObject(
        series: String, name: String, own: [(DicomTag, String)], others: [(tag: DicomTag, text: DicomText)] = [],
        _ body: (UnsafePointer<lamina_export_object>) throws -> Void
    ) throws {
        let kept = KeptTexts()
        let (date, time) = identity.isDeidentified ? ("19700101", "000000") : dateAndTime(plannedAt)
        let content: [(DicomTag, String)] = [
            (DicomTag(0x0008, 0x0023), date), (DicomTag(0x0008, 0x0033), time), (.seriesUID, newUID("series \(series)")),
        ]
        let all = identity.attributes + others + (content + own).map { (tag: $0.0, text: DicomText($0.1)) }
        let attributes = all.map { lamina_export_attribute(group: $0.tag.group, element: $0.tag.element, value: kept.pointer($0.text)) }
        let images = identity.images.map {
            lamina_export_image(
                sop_class: kept.pointer($0.sopClass), sop_instance: kept.pointer($0.sopInstance),
                position: ($0.position.x, $0.position.y, $0.position.z))
        }
        let version = exported.tool.split(separator: " ").last.map(String.init) ?? ""
        try attributes.withUnsafeBufferPointer { attributes in
            try images.withUnsafeBufferPointer { images in
                var object = lamina_export_object(
                    attributes: attributes.baseAddress, attribute_count: attributes.count, study_uid: kept.pointer(identity.studyUID),
                    source_series_uid: kept.pointer(identity.seriesUID), instance_uid: kept.pointer(newUID("instance \(series) \(name)")),
                    images: images.baseAddress, image_count: images.count, manufacturer: kept.pointer("Lamina"),
                    model: kept.pointer("lamina"),
                    serial_number: kept.pointer(version), software_version: kept.pointer(version),
                    is_deidentified: identity.isDeidentified ? 1 : 0)
                try withExtendedLifetime(kept) { try body(&object) }
            }
        }
    }
}

/// DICOM's DA and TM, UTC.
private func dateAndTime(_ date: Date) -> (String, String) {
    let digits = date.ISO8601Format().filter(\.isNumber)
    return (String(digits.prefix(8)), String(digits.dropFirst(8)))
}

/// Turns the shim's status into an error.
private func run(_ object: String, _ path: String, _ body: (UnsafeMutablePointer<CChar>) -> Int32) throws {
    var message = [CChar](repeating: 0, count: Int(LAMINA_EXPORT_MESSAGE_BYTES))
    switch body(&message) {
    case 0: return
    case -2: throw ExchangeError.writeFailed(path: path, errno: errno)
    default: throw ExchangeError.dicomFailed(object: object, reason: DicomText(bytes: message.prefix { $0 != 0 } + [0]).string)
    }
}

/// DCMTK's version, such as "3.6.7".
public func dicomWriterVersion() -> String { String(cString: lamina_export_dcmtk_version()) }

/// Texts whose pointers are good for as long as it lives.
private final class KeptTexts {
    private var texts: [UnsafeMutablePointer<CChar>] = []

    func pointer(_ text: String) -> UnsafePointer<CChar> { pointer(DicomText(text)) }

    func pointer(_ text: DicomText) -> UnsafePointer<CChar> {
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.bytes.count)
        copy.initialize(from: text.bytes, count: text.bytes.count)
        texts.append(copy)
        return UnsafePointer(copy)
    }

    deinit { for text in texts { text.deallocate() } }
}
