import Anatomy
import CaseFolder
import Foundation
import Frames
import ImageFiles
import Meshes
import Planning
import Protocols
import RandomNumbers
import Simulation
import Tracking

/// One simulated sequence of a case: its files go into the draft, frame after frame.
struct SimulationRun {
    private(set) var measurements: [String: JSONValue] = [:]
    let report: String

    /// - Parameters:
    ///   - folder: the case's, whose meshes say where its vertebrae's surfaces are.
    ///   - levels: that move on their own and have a truth; nil for all of the model.
    /// - Throws: `SimulationError`, `CaseFolderError`, `MeshError`; `CommandFailure` for a level that the plan has no frame of.
    init(
        _ tracked: TrackedCase, in folder: String, levels: [VertebraLevel]?, _ parameters: SimulationParameters, threads: Int,
        draft: CaseDraft, log: RunLog
    ) throws {
        let model = tracked.model
        let followed = try followedIndices(of: model, levels, place: folder)
        let vertebrae = followed.map { model.vertebrae[$0] }
        let names = vertebrae.map(\.level)
        let screws = tracked.plan.screws.compactMap(SimulatedScrew.init)
        // Levels are in order, so that the isocentre lies in the middle of those that are followed.
        let isocentre = Point.mean(of: vertebrae.map(\.patientFromVertebra.origin))!
        let moments = simulatedMoments(of: model, restingAt: pronePatient(around: isocentre), followed: names, parameters)
        var views = try log.stage("expose") {
            try parameters.views.map {
                try ViewSimulator(
                    $0, of: model, screws: screws, moments: moments, followed: names, parameters, threads: threads)
            }
        }
        warn(of: views, screws, parameters, names, log)

        try log.stage("frames") {
            for n in moments.indices {
                for v in views.indices {
                    let data = try encodedPNG(grey: views[v].frame(n), columns: parameters.pixels, rows: parameters.pixels)
                    try draft.write(data, to: frameFile(views[v].view, n))
                }
                log.progress("frames", done: n + 1, total: moments.count)
            }
        }
        let poses = moments.map { moment in followed.map { moment.roomFromVertebrae[$0] } }
        try draft.write(truth(moments, names, areEstimated: tracked.plan.levelEstimated, poses), to: "truth.jsonl")
        try draft.write(encodedJSON(FluoroscopyGeometry(views: views.map { $0.described(moments) })), to: FluoroscopyGeometry.fileName)
        let middle = vertebrae.count / 2
        let start = roughStart(from: poses[0][middle], of: vertebrae[middle], parameters)
        try draft.write(encodedJSON(InitialPlacement.patient(start)), to: "initial.json")
        let landmarks = landmarks(of: tracked.plan, vertebrae, at: poses[0], in: views, parameters)
        // The contract wants points of two vertebrae or more.
        if Set(landmarks.map(\.level)).count >= 2 {
            try draft.write(encodedJSON(FluoroscopyLandmarks(landmarks: landmarks)), to: "landmarks.json")
        }
        try draft.write(encodedJSON(surfaces(of: vertebrae, in: folder)), to: "surface.json")
        measurements = ["exposure": try JSONValue(Dictionary(uniqueKeysWithValues: views.map { ($0.view.rawValue, $0.exposure) }))]
        report = reported(views, names, screws, parameters)
    }
}

private func frameFile(_ view: ProjectionView, _ frame: Int) -> String { "\(view.rawValue)/\(String(format: "%04d", frame)).png" }

private func followedIndices(of model: SpineModel, _ levels: [VertebraLevel]?, place: String) throws -> [Int] {
    let known = model.vertebrae.map(\.level)
    let missing = (levels ?? []).filter { !known.contains($0) }
    guard missing.isEmpty else {
        throw CommandFailure(
            .usage, code: "level_not_in_plan", what: "the plan has no frame of \(missing.map(\.name).joined(separator: ", "))",
            place: place,
            remedy: "It has \(known.map(\.name).joined(separator: ", ")); plan the case with more --levels")
    }
    return known.indices.filter { levels?.contains(known[$0]) ?? true }
}

extension SimulatedScrew {
    /// nil for a screw that was refused.
    fileprivate init?(_ screw: PlanFile.Screw) {
        guard let level = VertebraLevel(name: screw.level), let diameter = screw.diameter, let length = screw.length,
            let vertebraFromScrew = screw.screwFrame
        else { return nil }
        self.init(level: level, vertebraFromScrew: vertebraFromScrew, diameter: diameter, length: length)
    }
}

extension ViewSimulator {
    /// The view's entry in geometry.json.
    fileprivate func described(_ moments: [SimulatedMoment]) -> FluoroscopyView {
        let field = shutter.map { box -> FluoroscopyField in
            let (lower, upper) = (SIMD2<Double>(box.lower), SIMD2<Double>(box.upper))
            return .polygon([lower, SIMD2(upper.x, lower.y), upper, SIMD2(lower.x, upper.y)])
        }
        return FluoroscopyView(
            name: view.rawValue, sizePx: camera.size, pixelSpacingMM: camera.pixelSpacing, sourceDetectorMM: camera.sourceDetectorDistance,
            principalPointPx: camera.principalPoint, carmFromRoom: camera.carmFromRoom, values: .intensity, airValue: exposure.airValue,
            field: field,
            frames: moments.enumerated().map { n, moment in FluoroscopyFrame(file: frameFile(view, n), timeS: moment.timeS) })
    }
}

private func truth(
    _ moments: [SimulatedMoment], _ levels: [VertebraLevel], areEstimated: Bool, _ poses: [[RigidTransform<Room, Frames.Vertebra>]]
) throws -> Data {
    var lines = Data()
    for (n, moment) in moments.enumerated() {
        let vertebrae = zip(levels, poses[n]).map { VertebraPose(level: $0, truth: $1) }
        lines.append(
            try encodedJSON(
                PoseRecord(frame: n, timeS: moment.timeS, levelEstimated: areEstimated, vertebrae: vertebrae), oneLine: true))
    }
    return lines
}

/// What a person would pick in the first frame of each view: body centres and isthmuses, as far as the plan has them and the image shows them.
private func landmarks(
    of plan: PlanFile, _ vertebrae: [ModelVertebra], at poses: [RigidTransform<Room, Frames.Vertebra>], in views: [ViewSimulator],
    _ parameters: SimulationParameters
) -> [FluoroscopyLandmark] {
    let marks = zip(vertebrae, poses).flatMap { vertebra, pose in
        FluoroscopyLandmark.Place.allCases.compactMap { place in
            plan.point(place, of: vertebra.level).map {
                (level: vertebra.level, place: place, point: pose * (vertebra.patientFromVertebra.inverse * $0))
            }
        }
    }
    return views.flatMap { view in
        zip(marks, pickedPixels(of: marks.map(\.point), in: view.camera, view: view.view, parameters)).compactMap { mark, pixel in
            pixel.map { FluoroscopyLandmark(view: view.view.rawValue, level: mark.level, point: mark.place, pixel: $0) }
        }
    }
}

/// Two hundred points of each vertebra's surface in its own frame, mm, the same ones every time: what a judge measures distances at.
private func surfaces(of vertebrae: [ModelVertebra], in folder: String) throws -> [String: [[Double]]] {
    let surfaces = try vertebrae.map { vertebra in
        var random = RandomStream(seed: 0, stream: UInt64(vertebra.level.rawValue))
        let mesh = try readMesh(at: "\(folder)/meshes/\(vertebra.level.name).stl")
            .transformed(by: vertebra.patientFromVertebra.inverse)
        let points = mesh.vertices.shuffled(using: &random).prefix(200)
        return (vertebra.level.name, points.map { [$0.x, $0.y, $0.z].map { ($0 * 1000).rounded() / 1000 } })
    }
    return Dictionary(uniqueKeysWithValues: surfaces)
}

private func warn(
    of views: [ViewSimulator], _ screws: [SimulatedScrew], _ parameters: SimulationParameters, _ followed: [VertebraLevel], _ log: RunLog
) {
    for view in views {
        let hidden = view.levelsOutOfView.filter(followed.contains)
        guard !hidden.isEmpty else { continue }
        log.warn(
            "out_of_view",
            "\(hidden.map(\.name).joined(separator: ", ")) lie outside the \(view.view.rawValue) image: take more --pixels, a larger --spacing or fewer --levels",
            levels: hidden)
    }
    if parameters.hasImplants, screws.isEmpty { log.warn("no_implants", "the plan has no screw to put in") }
}

private func reported(
    _ views: [ViewSimulator], _ levels: [VertebraLevel], _ screws: [SimulatedScrew], _ parameters: SimulationParameters
) -> String {
    let lines = views.map { view in
        String(
            format: "%@  %d x %d pixels of %g mm, %.0f photons a pixel in air", view.view.rawValue, parameters.pixels, parameters.pixels,
            parameters.pixelSpacing, view.exposure.airPhotons)
    }
    return """
        \(parameters.frames) moments, \(parameters.framesPerSecond) a second, of \(levels.map(\.name).joined(separator: ", ")); motion: \
        \(parameters.motion.rawValue); screws: \(parameters.hasImplants ? screws.count : 0); seed \(parameters.seed)
        \(lines.joined(separator: "\n"))

        Not a medical device. Drawn by lamina's own projector: for development and demonstration, no measure of accuracy.
        """
}
