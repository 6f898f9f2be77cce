import Foundation
import Frames

/// Writes the whole case as a 3MF package, in millimetres: an object for each vertebra and screw, in LPS, and where it stands on the plate.
///
/// Written here because the packages in reach (lib3mf) are not in Debian 12; the package is three small files in a ZIP.
/// Source: 3MF Core Specification 1.3. The same case gives the same bytes.
/// - Throws: `ExchangeError`.
public func writeThreeMF(_ exported: ExportedCase, to path: String) throws {
    let archive = try ZipArchive(creating: path)
    try archive.add("[Content_Types].xml", Data(contentTypes.utf8))
    try archive.add("_rels/.rels", Data(relationships.utf8))
    try archive.add("3D/3dmodel.model", modelXML(of: exported))
    try archive.finish()
}

private let declaration = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"

private let contentTypes =
    declaration + """
        <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
        <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
        <Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>

        """

private let relationships =
    declaration + """
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
        <Relationship Target="/3D/3dmodel.model" Id="model" \
        Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>

        """

private struct Solid {
    let name: String
    /// The name, and what sets a person's screw apart.
    let title: String
    let vertices: [SIMD3<Double>]
    let triangles: [SIMD3<UInt32>]
    let appearance: Appearance
}

private func modelXML(of exported: ExportedCase) throws -> Data {
    let solids = exported.vertebrae.flatMap { vertebra in
        [
            Solid(
                name: vertebra.name, title: vertebra.name, vertices: vertebra.mesh.vertices, triangles: vertebra.mesh.triangles,
                appearance: .bone)
        ]
            + vertebra.screws.map {
                Solid(
                    name: $0.name, title: $0.name + ($0.origin.remark.map { " (\($0))" } ?? ""), vertices: $0.mesh.vertices,
                    triangles: $0.mesh.triangles, appearance: $0.appearance)
            }
    }
    let shift = plateShift(solids)
    var xml = Data((declaration + opening(exported, shift: shift)).utf8)
    for (n, solid) in solids.enumerated() { try append(solid, id: n + 2, to: &xml) }
    let place = ([1, 0, 0, 0, 1, 0, 0, 0, 1].map(String.init) + [shift.x, shift.y, shift.z].map(brief)).joined(separator: " ")
    let items = solids.indices.map { #"<item objectid="\#($0 + 2)" transform="\#(place)" partnumber="\#(solids[$0].name)"/>"# + "\n" }
    xml += Data(("</resources>\n<build>\n" + items.joined() + "</build>\n</model>\n").utf8)
    return xml
}

/// The core specification has a printer's bed in the positive octant, where few patients lie. Whole millimetres, so that nothing is rounded.
private func plateShift(_ solids: [Solid]) -> SIMD3<Double> {
    let vertices = solids.lazy.flatMap(\.vertices)
    guard let first = vertices.first else { return .zero }
    let lowest = vertices.reduce(first) { pointwiseMin($0, $1) }
    return -lowest.rounded(.down)
}

private func opening(_ exported: ExportedCase, shift: SIMD3<Double>) -> String {
    let metadata: KeyValuePairs<String, String> = [
        "Title": exported.title, "Application": exported.tool, "Description": exported.caption,
        "lamina:plan_sha256": exported.planSHA256, "lamina:notice": exported.notice,
        "lamina:approval": exported.approval.rawValue,
        "lamina:frame": "object coordinates are LPS millimetres of the CT",
        "lamina:plate_from_LPS_mm": [shift.x, shift.y, shift.z].map(brief).joined(separator: " "),
    ]
    let bases = Appearance.allCases.map { #"<base name="\#($0.name)" displaycolor="\#($0.hexadecimal)"/>"# }
    return """
        <model unit="millimeter" xml:lang="en-US" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02" xmlns:lamina="urn:lamina:export">

        """ + metadata.map { #"<metadata name="\#($0)">\#(escapedXML($1))</metadata>"# + "\n" }.joined()
            + "<resources>\n" + #"<basematerials id="1">"# + bases.joined() + "</basematerials>\n"
}

private func append(_ solid: Solid, id: Int, to xml: inout Data) throws {
    var text =
        #"<object id="\#(id)" type="model" name="\#(solid.title)" partnumber="\#(solid.name)" pid="1" pindex="\#(solid.appearance.index)"><mesh><vertices>"#
    for v in solid.vertices {
        guard v.x.isFinite, v.y.isFinite, v.z.isFinite else { throw ExchangeError.notFinite(part: solid.name) }
        // The shortest digits that are this single-precision number, as in the case's STL.
        text += "\n<vertex x=\"\(Float(v.x))\" y=\"\(Float(v.y))\" z=\"\(Float(v.z))\"/>"
    }
    text += "</vertices><triangles>"
    for t in solid.triangles { text += "\n<triangle v1=\"\(t.x)\" v2=\"\(t.y)\" v3=\"\(t.z)\"/>" }
    xml += Data((text + "</triangles></mesh></object>\n").utf8)
}
