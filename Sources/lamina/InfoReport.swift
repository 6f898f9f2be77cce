import Foundation
import Frames
import ImageFiles
import Protocols
import Volumes

/// What `lamina info` prints; its JSON form is part of the command line's contract.
struct InfoReport: Encodable {
    struct Geometry: Encodable {
        var size: [Int]
        var spacingMM: [Double]
        /// The centre of the first voxel.
        var originLPSMM: [Double]
        /// The directions of growing i, j and k.
        var axesLPS: [[Double]]
        var isRightHanded: Bool

        enum CodingKeys: String, CodingKey {
            case size
            case spacingMM = "spacing_mm"
            case originLPSMM = "origin_lps_mm"
            case axesLPS = "axes_lps"
            case isRightHanded = "right_handed"
        }
    }
    struct Probe: Encodable {
        var pointLPSMM: [Double]
        /// The value of the voxel that holds the point; absent outside the image.
        var nearestHU: Int?
        /// Between voxel centres; absent outside the outermost centres.
        var linearHU: Double?

        enum CodingKeys: String, CodingKey {
            case pointLPSMM = "point_lps_mm"
            case nearestHU = "nearest_hu"
            case linearHU = "linear_hu"
        }
    }
    let schema = "lamina.info"
    let schemaVersion = "1.1.0"
    let convention = "LPS-mm-RH"
    /// Absent, as the metadata are, where the image cannot be read.
    var geometry: Geometry?
    var metadata: ImageMetadata?
    var series: [SeriesSummary] = []
    var warnings: [ImageWarning] = []
    var probes: [Probe] = []
    var error: CommandFailure?

    enum CodingKeys: String, CodingKey {
        case schema
        case schemaVersion = "schema_version"
        case convention, geometry, metadata, series, warnings, probes, error
    }

    /// The report of something that cannot be looked at.
    init() {}

    init(_ inspection: ImageInspection, probes points: [Point<Patient>]) {
        series = inspection.series
        guard case .success(let image) = inspection.image else { return }
        let grid = image.volume.geometry
        geometry = Geometry(
            size: numbers(grid.size), spacingMM: numbers(grid.spacing), originLPSMM: numbers(grid.origin.xyz),
            axesLPS: [numbers(grid.axes.0), numbers(grid.axes.1), numbers(grid.axes.2)], isRightHanded: grid.isRightHanded)
        metadata = image.metadata
        warnings = image.warnings
        probes = points.map {
            Probe(pointLPSMM: numbers($0.xyz), nearestHU: image.volume.nearest(at: $0).map(Int.init), linearHU: image.volume.linear(at: $0))
        }
    }

    /// The report for people, in whole lines.
    var text: String {
        var lines: [String] = []
        if let geometry, let metadata { lines = geometryLines(geometry) + metadataLines(metadata) }
        lines += series.map { "series       \($0.line)" }
        lines += warnings.map { "warning      \($0.code.rawValue): \($0.message)" }
        lines += probes.map { probe in
            let value = probe.nearestHU.map { "\($0) HU" } ?? "outside the image"
            return "probe        \(probe.pointLPSMM.map(short).joined(separator: ", ")): \(value)"
        }
        return lines.map { $0 + "\n" }.joined()
    }
}

private func geometryLines(_ geometry: InfoReport.Geometry) -> [String] {
    let axes = zip(["i", "j", "k"], geometry.axesLPS).map { name, axis in
        "axis \(name)       \(axis.map(short).joined(separator: ", "))"
    }
    return [
        "size         \(geometry.size.map(String.init).joined(separator: " x ")) voxels",
        "spacing      \(geometry.spacingMM.map(short).joined(separator: " x ")) mm",
        "origin       \(geometry.originLPSMM.map(short).joined(separator: ", ")) mm (LPS, centre of the first voxel)",
    ] + axes
}

private func metadataLines(_ metadata: ImageMetadata) -> [String] {
    var lines = [
        "orientation  \(metadata.orientation) (where i, j and k grow to)",
        "HU           \(metadata.lowestHU) to \(metadata.highestHU)",
        "format       \(metadata.format.rawValue), \(metadata.storedType), \(metadata.fileCount) file\(metadata.fileCount == 1 ? "" : "s")",
    ]
    guard let dicom = metadata.dicom else { return lines }
    let facts = [
        dicom.series.manufacturer, dicom.tubeVoltageKV.map { "\(short($0)) kV" }, dicom.hasContrastAgent ? "contrast agent" : nil,
        dicom.patientPosition, dicom.sliceThicknessMM.map { "slices \(short($0)) mm thick" },
    ].compactMap { $0 }
    lines.append("acquisition  \(facts.joined(separator: ", "))")
    return lines
}

private func numbers<Number>(_ v: SIMD3<Number>) -> [Number] { [v.x, v.y, v.z] }

private func short(_ value: Double) -> String { String(format: "%.6g", value) }
