import Foundation
import Frames
import Protocols

/// A screw as a line of 3D Slicer's (.mrk.json), from "entry" to "tip", LPS mm.
///
/// - Source: Slicer's markups-schema-v1.0.3.json.
func slicerLine(_ screw: ExportedScrew) throws -> Data {
    func point(_ id: Int, _ label: String, _ position: Point<Patient>) -> JSONValue {
        .object([
            "id": .string("\(id)"), "label": .string(label), "description": .string(screw.size),
            "position": .array([.number(position.x), .number(position.y), .number(position.z)]),
            "selected": .bool(true), "locked": .bool(false), "visibility": .bool(true), "positionStatus": .string("defined"),
        ])
    }
    let colour = JSONValue.array(screw.appearance.fractions.map { .number($0) })
    let line: [String: JSONValue] = [
        "type": .string("Line"), "name": .string(screw.name), "coordinateSystem": .string("LPS"), "coordinateUnits": .string("mm"),
        "locked": .bool(false), "fixedNumberOfControlPoints": .bool(true), "labelFormat": .string("%N"),
        "controlPoints": .array([point(1, "entry", screw.entry), point(2, "tip", screw.tip)]),
        "display": .object([
            "visibility": .bool(true), "opacity": .integer(1), "color": colour, "selectedColor": colour,
            "propertiesLabelVisibility": .bool(true), "pointLabelsVisibility": .bool(false),
        ]),
    ]
    let schema =
        "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/markups-schema-v1.0.3.json#"
    return try encodedJSON(JSONValue.object(["@schema": .string(schema), "markups": .array([.object(line)])]))
}
