import Concurrency
import Fluoroscopy
import Frames
import Protocols
import Tracking

/// Tracks while it can, and looks for the patient when it cannot: beside the frame loop, but for the very first time where nobody waits for frames meanwhile.
struct Following {
    let model: SpineModel
    let threads: Int
    /// Whether moments wait for a search's end, so that a run over files repeats whatever the machine does. Live frames wait for nothing.
    let waitsForSearches: Bool
    /// Whether the very first search is beside the frame loop too, so that whoever listens hears that it goes on.
    let startsBeside: Bool
    /// Roughly where the patient lies; nil where nothing is known of it.
    private var place: RigidTransform<Room, Patient>?
    private let searchesAnywhere: Bool
    /// Which way the patient lay when it was last found.
    private var lastFound: RigidTransform<Room, Patient>?
    private var tracker: SpineTracker?
    private var search: Search?
    private var doubts: [TrackingCause] = []
    private var nextSearch = -Double.infinity
    /// What each search has found.
    private(set) var starts: [Acquisition] = []
    /// The start that poses rest on, also while they are lost; nil before the first. It has another number when the patient was found where it had not been: then
    /// a person must look again.
    private(set) var registration: StreamRegistration?
    private var lastTracked: RigidTransform<Room, Patient>?

    private struct Search {
        let job: BackgroundJob<Acquisition>
        /// From this time of frames on its result is taken over.
        let due: Double
    }

    /// - Parameter place: where the patient roughly lies; nil to look everywhere.
    init(model: SpineModel, place: RigidTransform<Room, Patient>?, threads: Int, waitsForSearches: Bool, startsBeside: Bool) {
        (self.model, self.place, self.threads) = (model, place, threads)
        (self.waitsForSearches, self.startsBeside) = (waitsForSearches, startsBeside)
        searchesAnywhere = place == nil
    }

    /// - Throws: `LinearAlgebraError`; `TrackingError.timeNotLater`.
    mutating func next(_ moment: FluoroscopyMoment, log: RunLog) throws -> [VertebraEstimate] {
        if let search, moment.timeS >= search.due, waitsForSearches || search.job.isDone {
            self.search = nil
            accept(try search.job.value(), moment, log)
        }
        let isStale = tracker?.isStale(at: moment.timeS) ?? true
        if isStale, search == nil, moment.timeS >= nextSearch { try begin(moment, log) }
        guard search == nil else { return lost(doubts + [.searching]) }
        guard doubts.isEmpty, tracker != nil else { return lost(doubts) }
        return try tracker!.track(moment.frames, at: moment.timeS)
    }

    /// What the last moment showed beside bone.
    var metalViews: [MetalView] { doubts.isEmpty && search == nil ? tracker?.metalViews ?? [] : [] }

    private func lost(_ causes: [TrackingCause]) -> [VertebraEstimate] { model.vertebrae.map { VertebraEstimate(lost: $0.level, causes) } }

    private mutating func begin(_ moment: FluoroscopyMoment, _ log: RunLog) throws {
        if let tracker {
            place = try tracker.lastPlace()
            lastTracked = place
            self.tracker = nil
        }
        let (model, place, threads) = (model, place, threads)
        @Sendable func found(threads: Int) throws -> Acquisition {
            do {
                guard let place else { return try acquireAnywhere(model, in: moment.frames, threads: threads) }
                return try acquire(model, in: moment.frames, around: place, threads: threads)
            } catch is LinearAlgebraError {
                return Acquisition(notFound: .unsolvable)
            }
        }
        guard startsBeside || !starts.isEmpty else {
            // Nothing is being tracked that would have to wait.
            accept(try found(threads: threads), moment, log)
            return
        }
        search = Search(job: BackgroundJob { try found(threads: max(1, threads - 1)) }, due: moment.timeS + searchTime)
    }

    private mutating func accept(_ start: Acquisition, _ moment: FluoroscopyMoment, _ log: RunLog) {
        doubts = start.causes
        defer { starts.append(start) }
        // Nobody turns a patient over between two searches: an image was flipped, or this is another patient.
        if let before = lastFound, let now = start.roomFromPatient, PoseMotion(from: before, to: now).rotation.length > mostTurned {
            doubts.append(.ambiguousOrientation)
        }
        guard doubts.isEmpty, let found = start.roomFromPatient else {
            // Not where it was last, but perhaps elsewhere.
            if searchesAnywhere, doubts != [.noSignal] { place = nil }
            // A search takes seconds where a frame takes milliseconds; a frame without signal costs none.
            nextSearch = doubts == [.noSignal] ? moment.timeS : moment.timeS + betweenSearches
            log.warn("not_started", "no start: \(doubts.map(\.rawValue).joined(separator: ", "))", levels: model.vertebrae.map(\.level))
            return
        }
        tracker = SpineTracker(
            model, startingAt: found, startAgreement: start.leastViewAgreement, isReacquired: !starts.isEmpty, threads: threads)
        if !isWhereItWas(found) { registration = StreamRegistration(id: .random(in: 1...UInt64.max), rms: start.rms) }
        (place, lastFound, lastTracked) = (found, found, nil)
    }

    /// Whether the patient lies where it was last tracked, by less than half a vertebra.
    private func isWhereItWas(_ found: RigidTransform<Room, Patient>) -> Bool {
        guard let lastTracked, registration != nil else { return false }
        let turn = PoseMotion(from: lastTracked, to: found).rotation.length
        let shift = (found * model.centre - lastTracked * model.centre).length
        return turn < 10 * .pi / 180 && shift < 12
    }
}

extension Acquisition {
    /// Root mean square of what images and model differ by in the worst view, as a share of the image's contrast.
    fileprivate var rms: Double { max(0, 1 - leastViewAgreement * leastViewAgreement).squareRoot() }
}

/// Seconds of frames that a search beside the loop is given.
private let searchTime = 0.5
/// Seconds of frames from one search that found nothing to the next.
private let betweenSearches = 0.5
/// A patient found again may be turned by so much in the room, rad: a rotated table, a patient on the side.
private let mostTurned = 60.0 * .pi / 180
