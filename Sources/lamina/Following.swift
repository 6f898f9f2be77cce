import Fluoroscopy
import Frames
import Tracking

/// Tracks while it can, and looks for the patient when it cannot.
struct Following {
    let model: SpineModel
    var place: RigidTransform<Room, Patient>
    let threads: Int
    private var tracker: SpineTracker?
    private var doubts: [TrackingCause] = []
    private var nextStart = -Double.infinity
    private(set) var starts = 0
    private(set) var agreements: [Double] = []

    init(model: SpineModel, place: RigidTransform<Room, Patient>, threads: Int) {
        (self.model, self.place, self.threads) = (model, place, threads)
    }

    mutating func next(_ moment: FluoroscopyMoment, log: RunLog) throws -> [VertebraEstimate] {
        if tracker?.isLost ?? true, moment.timeS >= nextStart { try start(moment, log: log) }
        guard doubts.isEmpty, tracker != nil else {
            return model.vertebrae.map { VertebraEstimate(lost: $0.level, doubts) }
        }
        return try tracker!.track(moment.frames, at: moment.timeS)
    }

    private mutating func start(_ moment: FluoroscopyMoment, log: RunLog) throws {
        let found = try acquire(model, in: moment.frames, around: place, threads: threads)
        starts += 1
        agreements.append(found.agreement)
        doubts = found.causes
        guard doubts.isEmpty else {
            // A search takes seconds where a frame takes milliseconds; a frame without signal costs none.
            nextStart = doubts == [.noSignal] ? moment.timeS : moment.timeS + betweenStarts
            log.warn("not_started", "no start: \(doubts.map(\.rawValue).joined(separator: ", "))", levels: model.vertebrae.map(\.level))
            return
        }
        tracker = SpineTracker(model, startingAt: found.roomFromPatient, threads: threads)
        place = found.roomFromPatient
    }
}

/// Seconds of frames from one search that found nothing to the next.
private let betweenStarts = 0.5
