import Concurrency
import Foundation
import Meshes
import Planning

/// Why no report could be made.
public enum ReportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A part of three.js holds what would end the element that it stands in.
    case scriptNotEmbeddable
    /// Something that should be a report of lamina's is none that this version knows.
    case notAReport

    public var code: String {
        switch self {
        case .scriptNotEmbeddable: "three_js_not_embeddable"
        case .notAReport: "not_a_report"
        }
    }
    public var description: String {
        switch self {
        case .scriptNotEmbeddable:
            "a script of three.js holds '</script' or '<!--', so it cannot stand in a page; install Debian's libjs-three"
        case .notAReport: "the report is not one that this version of lamina wrote; plan the case anew"
        }
    }
}

/// The report of a plan: one HTML document that needs no other file and no network. The same content gives the same bytes.
///
/// Pictures are drawn from the CT, the labels and the plan file, by code that shares nothing with the planner but the model of the canal.
/// - Returns: UTF-8.
/// - Throws: `ReportError`; `ImageFileError.unwritable` for a scan that is more than 16384 pixels high.
/// - Complexity: some 0.1 s a screw on one thread, and one pass over the labels.
public func reportHTML(_ content: ReportContent, threads: Int) throws -> Data {
    var content = content
    if case .three(let library, let controls) = content.viewer {
        content.viewer = .three(library: withPlainLineEnds(library), controls: withPlainLineEnds(controls))
    }
    let places = LabelPlaces(of: content.labels)
    let cards = try concurrentMap(Array(content.plan.screws.enumerated()), threads: threads) { [content] index, screw in
        try ScrewCard(screw, at: index, in: content, places: places)
    }
    let coarse = try concurrentMap(content.meshes, threads: threads) { bone in
        // Less than a pixel of the view; a quarter of the triangles goes.
        ReportContent.LevelMesh(level: bone.level, mesh: coarsened(bone.mesh, deviation: 0.1, longestEdge: 8))
    }
    let header = CaseHeader(content: content, spine: try spinePictures(content, places: places, threads: threads))
    return try ReportPage(content: content, header: header, cards: cards, scene: SceneData(content, meshes: coarse)).html()
}

private func spinePictures(_ content: ReportContent, places: LabelPlaces, threads: Int) throws -> [EmbeddedPicture] {
    let titles: [(SpinePicture.Direction, String, String)] = [
        (.coronal, "Coronal", "seen from the front: the patient's left is on the picture's right"),
        (.sagittal, "Sagittal", "the front is on the left"),
    ]
    return try titles.compactMap { direction, title, caption in
        guard let picture = SpinePicture(direction, of: places, in: content.ct.geometry) else { return nil }
        let names = places.middles.keys.sorted().map(\.name).joined(separator: ", ")
        return try EmbeddedPicture(
            picture.drawn(content, places: places, threads: threads), title: title, caption: caption,
            text: "\(title) picture of the whole spine, \(caption). Labelled: \(names)")
    }
}
