import Foundation
import Protocols
import Testing

/// A geometry.json of two views that uses every key, to be damaged by the tests.
let geometryText = """
    {"schema": "lamina.geometry", "schema_version": "1.0.0", "views": [
      {"name": "AP", "size_px": [512, 480], "pixel_spacing_mm": [-0.6, 0.5], "source_detector_mm": 1020, "principal_point_px": [250.5, 230],
       "carm_from_room": [-1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 700, 0, 0, 0, 1], "values": "intensity", "air_value": 60000,
       "field": {"circle_px": [256, 240, 230]},
       "frames": [{"file": "ap/0.png", "time_s": 0}, {"file": "ap.mha", "index": 3, "time_s": 0.1,
                   "carm_from_room": [-1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 700, 0, 0, 0, 1]}]},
      {"name": "LAT", "size_px": [256, 256], "pixel_spacing_mm": [1, 1], "projection": [1000, 0, 128, 0, 0, 1000, 128, 0, 0, 0, 1, 700],
       "values": "inverted", "full_scale": 65535, "air_value": 12, "field": {"polygon_px": [[0, 0], [255, 0], [128, 255]]},
       "frames": [{"file": "lat0.tif", "time_s": 0.01}, {"file": "lat1.tif", "time_s": 0.11,
                   "projection": [1000, 0, 128, 5, 0, 1000, 128, 0, 0, 0, 1, 700]}]}]}
    """

/// A line of poses.jsonl with every state.
let poseText = poseLine.replacingOccurrences(
    of: "ZEROS", with: "[" + (0..<36).map { $0 % 7 == 0 ? "0.5" : "0" }.joined(separator: ", ") + "]")
private let poseLine = """
    {"schema": "lamina.poses", "schema_version": "1.2.0", "frame": 4, "time_s": 0.25, "level_estimated": true, "vertebrae": [\
    {"level": "T12", "state": "OK", "causes": [], "room_from_vertebra": [0, -1, 0, 5, 1, 0, 0, 6, 0, 0, 1, 7, 0, 0, 0, 1],\
     "covariance": ZEROS, "depth_observable": true},\
    {"level": "L1", "state": "DEGRADED", "causes": ["cut"], "room_from_vertebra": [1, 0, 0, 5, 0, 1, 0, 6, 0, 0, 1, 7, 0, 0, 0, 1],\
     "covariance": ZEROS, "depth_observable": false},\
    {"level": "L2", "state": "LOST", "causes": ["no_signal"]},\
    {"level": "L3", "state": "TRUE", "causes": [], "room_from_vertebra": [1, 0, 0, 5, 0, 1, 0, 6, 0, 0, 1, 7, 0, 0, 0, 1]}]}
    """

/// Expects that a text with some of it replaced is refused with a message that holds all of `words`.
func expectRefusal<Value: Decodable>(
    _ type: Value.Type, _ text: String, _ old: String, _ new: String, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(text.contains(old), "the test's own text has no \(old)", sourceLocation: sourceLocation)
    let damaged = text.replacingOccurrences(of: old, with: new)
    do {
        _ = try decodedInput(type, from: Data(damaged.utf8), file: "in.json")
        Issue.record("accepted \(new)", sourceLocation: sourceLocation)
    } catch {
        let message = "\(error)"
        for word in ["in.json"] + words { #expect(message.contains(word), "\(message)", sourceLocation: sourceLocation) }
    }
}

/// The header of a live frame, to be damaged by the tests.
let frameHeaderText = """
    {"schema": "lamina.frame-message", "schema_version": "1.0.0", "kind": "frame", "stream": "0123abcd", "moment": 7, "time_s": 0.25,
     "views": ["AP", "LAT"], "encoding": "uint16le",
     "view": {"name": "AP", "size_px": [3, 2], "pixel_spacing_mm": [0.5, 0.5], "source_detector_mm": 1000, "principal_point_px": [1, 0.5],
              "carm_from_room": [-1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 700, 0, 0, 0, 1], "values": "intensity"}}
    """
