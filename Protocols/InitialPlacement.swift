import Frames

/// initial.json: where the tracking starts (Specification/fluoroscopy.md, initial.schema.json).
public enum InitialPlacement: Equatable, Sendable {
    /// Where the CT's patient lies in the room, roughly.
    case patient(RigidTransform<Room, Patient>)
    /// Where single vertebrae stand: a line of poses.jsonl or truth.jsonl.
    case vertebrae(PoseRecord)
}

extension InitialPlacement: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case schema
        case schemaVersion = "schema_version"
        case roomFromPatient = "room_from_patient"
    }

    public init(from decoder: any Decoder) throws {
        let loose = try decoder.container(keyedBy: CodingKeys.self)
        if try loose.decode(String.self, forKey: .schema) == "lamina.poses" {
            let record = try PoseRecord(from: decoder)
            guard record.vertebrae.contains(where: { $0.roomFromVertebra != nil }) else {
                throw loose.error(nil, "all vertebrae of this line are lost; give a line that has poses")
            }
            self = .vertebrae(record)
        } else {
            let object = try decoder.strictContainer(CodingKeys.self)
            try object.checkSchema("lamina.initial", .schema, .schemaVersion)
            self = .patient(try object.rigidTransform(.roomFromPatient))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .vertebrae(let record): try record.encode(to: encoder)
        case .patient(let roomFromPatient):
            var object = encoder.container(keyedBy: CodingKeys.self)
            try object.encode("lamina.initial", forKey: .schema)
            try object.encode("1.0.0", forKey: .schemaVersion)
            try object.encode(roomFromPatient.rowMajor4x4, forKey: .roomFromPatient)
        }
    }
}
