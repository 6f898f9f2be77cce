import Anatomy
import Foundation

extension PoseTick {
    /// What messages of the debug topic begin with.
    public static let jsonTopic = Data("pose-json/v1\0".utf8)

    /// The same tick for people and for pages: the topic, then one JSON object with the fields of pose_tick.proto by their names; hashes and 64-bit numbers as strings, since many
    /// readers of JSON keep 53 bits only. What is absent there is absent here.
    public func encodedJSON() -> Data {
        // Every number of a whole tick is finite.
        PoseTick.jsonTopic + ((try? Protocols.encodedJSON(jsonValue, oneLine: true)) ?? Data())
    }

    /// The object of the debug topic.
    public var jsonValue: JSONValue {
        var fields: [String: JSONValue] = [
            "schema_major": .integer(Int(PoseTick.major)), "schema_minor": .integer(Int(PoseTick.minor)),
            "stream_epoch": .string(String(epoch)), "seq": .string(String(sequence)), "source": .string(source.rawValue),
            "state": .string(state.rawValue), "t_capture_ns": .string(String(time.captureNS)),
            "t_publish_ns": .string(String(time.publishNS)), "clock": .string(time.clock.rawValue),
            "clock_err_us": .integer(Int(time.clockErrorUS)), "valid_for_ms": .integer(Int(time.validForMS)),
            "convention": .string("LPS-mm-RH"), "parent_frame": .string("room"),
            "identity": identity.value, "bodies": .array(bodies.map(\.value)),
        ]
        if let registration {
            fields["registration"] = .object(["id": .string(String(registration.id)), "rms": .number(registration.rms)])
        }
        if let frame { fields["frame_number"] = .integer(Int(frame)) }
        return .object(fields)
    }
}

extension StreamIdentity {
    fileprivate var value: JSONValue {
        var fields: [String: JSONValue] = [
            "plan_sha256": .string(planSHA256), "patient_sha256": .string(patientSHA256), "study_sha256": .string(studySHA256),
            "level_estimated": .bool(levelEstimated),
        ]
        if let approval { fields["approval"] = .string(approval.rawValue) }
        return .object(fields)
    }
}

extension TickBody {
    fileprivate var value: JSONValue {
        var fields: [String: JSONValue] = [
            "level": .integer(Int(level.rawValue)), "level_name": .string(level.name), "state": .string(state.rawValue),
            "causes": .array(causes.map { .string($0) }), "screws": .array(screws.map(\.value)),
        ]
        if let pose { fields["pose"] = pose.value }
        return .object(fields)
    }
}

extension TickBody.Pose {
    fileprivate var value: JSONValue {
        .object([
            "position_mm": numbers(origin.x, origin.y, origin.z),
            "quaternion_xyzw": numbers(quaternion.x, quaternion.y, quaternion.z, quaternion.w),
            "covariance": .array(covariance.map { .number(Double($0)) }), "depth_observable": .bool(isDepthObservable),
            "residual": .number(residual), "confidence": .number(confidence),
        ])
    }
}

extension TickScrew {
    fileprivate var value: JSONValue {
        var fields: [String: JSONValue] = [
            "side": .string(side.rawValue), "diameter_mm": .number(diameterMM), "length_mm": .number(lengthMM),
            "causes": .array(causes.map { .string($0) }),
        ]
        if let planStatus { fields["plan_status"] = .string(planStatus.rawValue) }
        if let planned { fields["planned"] = planned.value }
        if let state { fields["state"] = .string(state.rawValue) }
        if let measured { fields["measured"] = measured.value }
        return .object(fields)
    }
}

extension TickScrew.Axis {
    fileprivate var value: JSONValue {
        .object(["entry_mm": numbers(entry.x, entry.y, entry.z), "direction": numbers(direction.x, direction.y, direction.z)])
    }
}

extension TickScrew.Measured {
    fileprivate var value: JSONValue {
        .object([
            "axis": axis.value, "entry_deviation_mm": .number(entryDeviationMM), "entry_sigma_mm": .number(entrySigmaMM),
            "tip_deviation_mm": .number(tipDeviationMM), "tip_sigma_mm": .number(tipSigmaMM), "angle_deg": .number(angleDeg),
        ])
    }
}

private func numbers(_ values: Double...) -> JSONValue { .array(values.map { .number($0) }) }
