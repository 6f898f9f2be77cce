import Anatomy

extension PoseTick {
    /// What must hold of a tick, whoever made it: each rule is one that a client may build on.
    ///
    /// - Throws: `PoseTickError.badField`.
    func checkWhole() throws(PoseTickError) {
        guard epoch != 0 else { throw .badField("stream_epoch", reason: "it is 0") }
        guard sequence != 0 else { throw .badField("seq", reason: "it is 0") }
        guard time.validForMS > 0, time.validForMS <= 60_000 else {
            throw .badField("valid_for_ms", reason: "it is \(time.validForMS), and has to be 1 to 60000")
        }
        guard time.captureNS > 0, time.publishNS >= time.captureNS, time.publishNS <= UInt64(Int64.max) else {
            throw .badField("t_publish_ns", reason: "it is before t_capture_ns, or one of them is no time")
        }
        for (field, hash) in [
            ("plan_sha256", identity.planSHA256), ("patient_sha256", identity.patientSHA256), ("study_sha256", identity.studySHA256),
        ] where hash.utf8.count != 64 || !hash.utf8.allSatisfy(isLowerHexadecimal) {
            throw .badField(field, reason: "it is no SHA-256 in lower-case hexadecimal")
        }
        if let registration {
            guard registration.id != 0 else { throw .badField("registration.id", reason: "it is 0") }
            guard registration.rms >= 0, registration.rms.isFinite else {
                throw .badField("registration.rms", reason: "it is no number from 0")
            }
        }
        guard Set(bodies.map(\.level)).count == bodies.count else { throw .badField("bodies", reason: "a level stands there twice") }
        for body in bodies { try body.checkWhole() }
        try checkState()
    }

    private func checkState() throws(PoseTickError) {
        let posed = bodies.count { $0.pose != nil }
        let fits =
            switch state {
            case .ok: posed > 0 && bodies.allSatisfy { $0.state == .ok }
            case .degraded: posed > 0 && bodies.contains { $0.state != .ok }
            case .lost, .stale, .unregistered, .stopped: posed == 0
            }
        guard fits else { throw .badField("state", reason: "\(state.rawValue) is not what its bodies say") }
        guard posed == 0 || registration != nil else { throw .badField("registration", reason: "poses rest on none") }
    }
}

extension TickBody {
    fileprivate func checkWhole() throws(PoseTickError) {
        func bad(_ field: String, _ reason: String) -> PoseTickError { .badField("\(level.name) \(field)", reason: reason) }
        guard causes.isEmpty == (state == .ok) else { throw bad("causes", "\(state.rawValue) has \(causes.isEmpty ? "none" : "some")") }
        guard (pose == nil) == (state == .lost), state != .truth else {
            throw bad("pose", state == .lost ? "a lost vertebra has none" : "it is missing")
        }
        if let pose {
            guard pose.origin.xyz.sum().isFinite else { throw bad("pose", "its place is not finite") }
            guard pose.roomFromVertebra != nil, pose.quaternion.w >= 0 else {
                throw bad("pose", "its quaternion is no unit one with w >= 0")
            }
            guard pose.covariance.count == 21, pose.covariance.allSatisfy(\.isFinite) else {
                throw bad("covariance", "it is no 21 finite numbers")
            }
            guard (0..<6).allSatisfy({ pose.variance($0) >= 0 }) else { throw bad("covariance", "a variance is negative") }
            guard (0...1).contains(pose.residual), (0...1).contains(pose.confidence) else {
                throw bad("confidence", "it and the residual are from 0 to 1")
            }
        }
        guard Set(screws.map(\.side)).count == screws.count else { throw bad("screws", "a side stands there twice") }
        for screw in screws {
            if let reason = screw.flaw(isLost: state == .lost) { throw bad("\(screw.side.rawValue) screw", reason) }
        }
    }
}

extension TickScrew {
    /// What is wrong with it; nil where nothing is.
    fileprivate func flaw(isLost: Bool) -> String? {
        guard (1...20).contains(diameterMM), (5...150).contains(lengthMM) else { return "its size is none of a screw" }
        guard (planned == nil) == isLost else { return isLost ? "a lost vertebra's has no place" : "its planned place is missing" }
        guard (measured != nil) == (state == .found || state == .uncertain) else { return "its measured place does not go with its state" }
        guard measured == nil || !isLost else { return "a lost vertebra's has no place" }
        let axes = [planned, measured?.axis].compactMap(\.self)
        guard axes.allSatisfy({ $0.entry.xyz.sum().isFinite }) else { return "a number in it is not finite" }
        if let measured {
            let numbers = [
                measured.entryDeviationMM, measured.entrySigmaMM, measured.tipDeviationMM, measured.tipSigmaMM, measured.angleDeg,
            ]
            guard numbers.allSatisfy({ $0 >= 0 && $0.isFinite }) else { return "a deviation is no number from 0" }
        }
        return nil
    }
}

private func isLowerHexadecimal(_ digit: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(digit)
}
