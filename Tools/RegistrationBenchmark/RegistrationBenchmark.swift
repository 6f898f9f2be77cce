import Anatomy
import ArgumentParser
import Foundation
import Fluoroscopy
import Frames
import ImageFiles
import Planning
import Protocols
import Segmentation
import Tracking
import Volumes

/// Registers the first moment of a sequence from many starts, in one process, and says for each where it ended and how long that took.
///
/// What is timed is one call of the tracker: from a frame in memory and a guess to poses with their covariance, with the background as it was drawn
/// for a guess near the truth before, which is not timed, and without the search for level, side and view that 'lamina track' does first.
@main struct RegistrationBenchmark: ParsableCommand {
    @Argument(help: "A case by 'lamina plan'.") var folder: String
    @Option(help: "The scan that it was planned on.") var ct: String
    @Option(help: "A folder with geometry.json and its frames.") var frames: String
    @Option(help: "Levels to register, such as L1 or T11,L1.") var levels: String
    @Option(help: "Where the background is drawn, an initial.json.") var drawnAt: String
    @Option(help: "A folder of starts, each an initial.json; taken in the order of their names.") var starts: String
    @Option var threads = 2

    func run() throws {
        let moment = try FluoroscopySequence(folder: frames).moment(0)
        var first = SpineTracker(try model(), startingAt: try placement(drawnAt), threads: threads)
        _ = try first.track(moment.frames, at: 0)
        for name in try FileManager.default.contentsOfDirectory(atPath: starts).sorted() {
            let start = try placement("\(starts)/\(name)")
            // The first of three is for the caches; the least of the others is told.
            let runs = try (0..<3).map { _ in try run(from: start, first, moment) }.dropFirst()
            let found = runs.min { $0.milliseconds < $1.milliseconds }!
            for estimate in found.estimates {
                print(line(estimate, start: name, found.milliseconds, next: runs.map(\.nextMilliseconds).min()!))
            }
        }
    }

    /// One registration, and how long the next frame takes, which is the same one again.
    private func run(
        from start: RigidTransform<Room, Patient>, _ drawn: SpineTracker, _ moment: FluoroscopyMoment
    ) throws -> (estimates: [VertebraEstimate], milliseconds: Double, nextMilliseconds: Double) {
        let clock = ContinuousClock()
        let begun = clock.now
        var tracker = try drawn.restarted(near: start, in: moment.frames)
        let estimates = try tracker.track(moment.frames, at: 0)
        let ended = clock.now
        _ = try tracker.track(moment.frames, at: 0.1)
        return (estimates, begun.duration(to: ended) / .milliseconds(1), ended.duration(to: clock.now) / .milliseconds(1))
    }

    private func model() throws -> SpineModel {
        let ct = try readCT(at: ct).volume
        let labels = try importLabels(readLabels(at: folder + "/labels.nii.gz").volume, scheme: .lamina, onto: ct.geometry)
        let plan = try decodedJSON(PlanFile.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/plan.json")))
        let wanted = levels.split(separator: ",").compactMap { VertebraLevel(name: String($0)) }
        let placed = plan.vertebrae.compactMap { vertebra in
            VertebraLevel(name: vertebra.level).flatMap { level in
                RigidTransform<Patient, Frames.Vertebra>(rowMajor4x4: vertebra.patientFromVertebra).map { (level, $0) }
            }
        }
        return try SpineModel(
            ct: ct, labels: labels.volume, frames: Dictionary(uniqueKeysWithValues: placed.filter { wanted.contains($0.0) }))
    }

    private func placement(_ path: String) throws -> RigidTransform<Room, Patient> {
        let file = try decodedInput(InitialPlacement.self, from: Data(contentsOf: URL(fileURLWithPath: path)), file: path)
        guard case .patient(let place) = file else { throw ValidationError("\(path): room_from_patient is needed") }
        return place
    }

    /// As a line of poses.jsonl has a vertebra.
    private func line(_ estimate: VertebraEstimate, start: String, _ milliseconds: Double, next: Double) -> String {
        let pose = estimate.roomFromVertebra.map { ", \"room_from_vertebra\": \($0.rowMajor4x4)" } ?? ""
        let causes = estimate.causes.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return """
            {"start": "\(start)", "ms": \(milliseconds), "next_frame_ms": \(next), "level": "\(estimate.level)", "state": "\(estimate.state.rawValue)", \
            "causes": [\(causes)]\(pose)}
            """
    }
}
