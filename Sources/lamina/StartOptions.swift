import Anatomy
import ArgumentParser
import Foundation
import Frames
import Planning
import Protocols
import Tracking

/// Options that say where tracking begins.
struct StartOptions: ParsableArguments {
    @Option(help: "initial.json: roughly where the patient lies in the room, or a line of poses.jsonl.", completion: .file())
    var initial: String?

    @Option(help: "landmarks.json: points picked in the first frame.", completion: .file())
    var landmarks: String?

    @Flag(help: "Look for the patient wherever it may lie: takes some seconds more.")
    var auto = false

    func validate() throws {
        if [initial != nil, landmarks != nil, auto].count(where: { $0 }) != 1 {
            throw ValidationError("say where to begin: --initial, --landmarks or --auto")
        }
    }

    /// The files that these options name.
    ///
    /// - Throws: `CommandFailure` for one that is not there.
    func files() throws -> [String] {
        let named = [initial, landmarks].compactMap(\.self)
        if let missing = named.first(where: { !FileManager.default.fileExists(atPath: $0) }) { throw fileNotFound(missing) }
        return named
    }

    /// - Returns: nil where the patient is to be looked for everywhere.
    /// - Throws: `WireFileError`, `CommandFailure`.
    func place(of tracked: TrackedCase, views: [String], cameras: [CArmCamera]) throws -> RigidTransform<Room, Patient>? {
        if let initial { return try place(inFile: initial, tracked) }
        return try landmarks.map { try place(fromLandmarks: $0, tracked, views, cameras) }
    }

    private func place(inFile path: String, _ tracked: TrackedCase) throws -> RigidTransform<Room, Patient> {
        switch try decodedInput(InitialPlacement.self, from: contents(path), file: path) {
        case .patient(let roomFromPatient): return roomFromPatient
        case .vertebrae(let record):
            let known = record.vertebrae.compactMap { pose in
                pose.roomFromVertebra.flatMap { room in
                    tracked.model.vertebrae.first { $0.level == pose.level }.map { (room, $0) }
                }
            }
            guard !known.isEmpty else {
                throw CommandFailure(.usage, code: "no_common_level", what: "it holds none of the levels to track", place: path)
            }
            return try groupPose(of: known.map(\.1), at: known.map(\.0))
        }
    }

    private func place(
        fromLandmarks path: String, _ tracked: TrackedCase, _ views: [String], _ cameras: [CArmCamera]
    ) throws -> RigidTransform<Room, Patient> {
        let marks = try decodedInput(FluoroscopyLandmarks.self, from: contents(path), file: path).landmarks
        let picks = try marks.map { mark in
            guard let view = views.firstIndex(of: mark.view) else {
                throw CommandFailure(
                    .usage, code: "unknown_view",
                    what: "it names the view \(mark.view), and the frames have \(views.joined(separator: ", "))", place: path)
            }
            guard let point = tracked.plan.point(mark.point, of: mark.level) else {
                throw CommandFailure(
                    .usage, code: "landmark_not_in_plan", what: "the plan has no \(mark.point.rawValue) of \(mark.level.name)", place: path)
            }
            return PickedPoint(patient: point, camera: cameras[view], pixel: mark.pixel)
        }
        let (place, rms) = try placeFromLandmarks(picks, around: supine(picks.map(\.patient), before: cameras))
        // Picks a few millimetres off are usual; two centimetres at the detector are another level or another view.
        guard rms < 20 else {
            throw CommandFailure(
                .usage, code: "landmarks_do_not_fit",
                what:
                    "no place of the patient brings the picked points nearer than \(rms.rounded()) mm, by root mean square at the detector",
                place: path,
                remedy: "Look at the levels, the sides and the views of the points")
        }
        return place
    }

    private func contents(_ path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else { throw fileNotFound(path) }
        return data
    }

    private func fileNotFound(_ path: String) -> CommandFailure {
        CommandFailure(.usage, code: "file_not_found", what: "there is no such file", place: path)
    }
}

/// A patient whose axes are the room's, with the points in the middle of where all views look: the middle of the rays to the image centres.
private func supine(_ points: [Point<Patient>], before cameras: [CArmCamera]) -> RigidTransform<Room, Patient> {
    let middles = cameras.map { camera in
        let centre = camera.detectorPoint(at: SIMD2<Double>(camera.size &- 1) / 2).xyz
        return camera.carmFromRoom.inverse * Point<CArm>(centre * 0.7)
    }
    let offset = Point.mean(of: middles)!.xyz - Point.mean(of: points)!.xyz
    // Only a guess to begin from.
    return RigidTransform(asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(offset))
}

extension PlanFile {
    /// A landmark's place in the CT; nil where the plan does not have it.
    func point(_ place: FluoroscopyLandmark.Place, of level: VertebraLevel) -> Point<Patient>? {
        func side(_ side: Side) -> Point<Patient>? {
            screws.first { $0.level == level.name && $0.side == side }?.pedicle.map {
                Point(SIMD3($0.isthmusCentre[0], $0.isthmusCentre[1], $0.isthmusCentre[2]))
            }
        }
        switch place {
        case .bodyCentre:
            return vertebrae.first { $0.level == level.name }?.frame?.origin
        case .leftPedicle: return side(.left)
        case .rightPedicle: return side(.right)
        }
    }
}
