import Anatomy
import CaseFolder
import Fluoroscopy
import Foundation
import Frames
import ImageFiles
import Pictures
import Planning
import Segmentation
import Tracking

/// Writes each view of a moment with what was found drawn on it: overlays/VIEW_0000.png.
func writeOverlays(_ moment: FluoroscopyMoment, _ estimates: [VertebraEstimate], _ tracked: TrackedCase, into draft: CaseDraft) throws {
    for frame in moment.frames {
        let canvas = try TrackingOverlay(moment, frame, estimates, tracked).drawn()
        let name = "overlays/\(frame.view)_\(String(format: "%04d", moment.index)).png"
        try draft.write(try encodedPNG(rgb: canvas.pixels, columns: canvas.size.x, rows: canvas.size.y), to: name)
    }
}

/// One frame as a picture that explains itself.
///
/// Above the image stand the view, the moment and each vertebra's state; at its edges the patient's sides, as the poses of this moment have them; on it the
/// vertebrae's outlines with their names, and the planned screws; below it what the colours mean and a scale. Where nothing was found the picture says so, and has no
/// sides and no scale.
private struct TrackingOverlay {
    private let moment: FluoroscopyMoment
    private let frame: XRayFrame
    private let estimates: [VertebraEstimate]
    private let tracked: TrackedCase
    /// Those with a pose: what the model has of each, its estimate and the pose.
    private let found: [(vertebra: ModelVertebra, estimate: VertebraEstimate, pose: RigidTransform<Room, Frames.Vertebra>)]
    /// Where the vertebrae that were found have the patient, and the middle of them; nil where there is none.
    private let patient: (place: RigidTransform<Room, Patient>, middle: Point<Patient>)?
    private let layout: OverlayLayout

    /// - Throws: `LinearAlgebraError`, for poses that are not finite.
    init(_ moment: FluoroscopyMoment, _ frame: XRayFrame, _ estimates: [VertebraEstimate], _ tracked: TrackedCase) throws {
        (self.moment, self.frame, self.estimates, self.tracked) = (moment, frame, estimates, tracked)
        found = estimates.compactMap { estimate in
            guard let pose = estimate.roomFromVertebra, let vertebra = tracked.model.vertebrae.first(where: { $0.level == estimate.level })
            else { return nil }
            return (vertebra, estimate, pose)
        }
        patient = try Point.mean(of: found.map(\.vertebra.patientFromVertebra.origin)).map { [found] in
            (try groupPose(of: found.map(\.vertebra), at: found.map(\.pose)), $0)
        }
        layout = OverlayLayout(image: frame.camera.size)
    }

    func drawn() -> PictureCanvas {
        let (head, foot) = (layout.wrapped(heading), layout.wrapped(legend))
        var canvas = PictureCanvas(size: layout.size(head: head.count, foot: foot.count + 1))
        let corner = layout.imageCorner(head: head.count)
        drawRadiograph(on: &canvas, at: corner)
        let shadows = found.map { VertebraShadow($0.vertebra, $0.estimate, at: $0.pose, in: frame.camera, raster: layout.raster) }
        for shadow in shadows {
            drawOutline(shadow, on: &canvas, imageAt: corner)
            drawScrews(of: shadow.estimate.level, at: shadow.pose, on: &canvas, imageAt: corner)
        }
        // No line may cross a name.
        for shadow in shadows { drawName(shadow, on: &canvas, imageAt: corner) }
        layout.write(head, at: layout.headCorner, on: &canvas)
        drawSides(on: &canvas, imageAt: corner)
        let below = layout.footCorner(head: head.count)
        layout.write(foot, at: below, on: &canvas)
        drawScale(on: &canvas, at: below &+ SIMD2(0, foot.count * layout.lineHeight))
        return canvas
    }
}

extension TrackingOverlay {
    private var heading: [[OverlayLayout.Words]] {
        var lines = [[OverlayLayout.Words("\(frame.view)  frame \(moment.index)  \(String(format: "%.3f", moment.timeS)) s", .white)]]
        for (state, colour) in [(TrackingState.ok, Colour.green), (.degraded, .orange), (.lost, .red)] {
            let those = estimates.filter { $0.state == state }.map { estimate in
                name(of: estimate) + (estimate.causes.isEmpty ? "" : " (\(estimate.causes.map(\.rawValue).joined(separator: ", ")))")
            }
            lines.append([.init("\(state.rawValue): \(those.isEmpty ? "none" : those.joined(separator: ", "))", colour)])
        }
        if tracked.plan.levelEstimated {
            lines.append([.init("levels are an estimate (?): check the count", .orange)])
        }
        if !frame.transmission.contains(where: { $0 > 0 }) { lines.append([.init("no signal in this view", .red)]) }
        if patient == nil { lines.append([.init("orientation unknown: lost", .red)]) }
        return lines
    }

    private func name(of estimate: VertebraEstimate) -> String {
        shownName(of: estimate.level, isEstimated: tracked.plan.levelEstimated)
    }

    private var legend: [[OverlayLayout.Words]] {
        [
            [.init("outline: OK", .green), .init("DEGRADED", .orange)],
            [.init("patient's left screw: cyan", .cyan), .init("patient's right screw: magenta", .magenta)],
            [.init("Not a medical device", .white)],
        ]
    }

    /// Bone bright, and never as bright as what is drawn on it.
    private func drawRadiograph(on canvas: inout PictureCanvas, at corner: SIMD2<Int>) {
        let integrals = frame.transmission.map { $0 > 0 ? -log($0) : Float.nan }
        let sorted = integrals.filter(\.isFinite).sorted()
        let (low, high) = sorted.isEmpty ? (Float(0), Float(1)) : (sorted[sorted.count / 50], sorted[sorted.count - 1 - sorted.count / 100])
        let (size, extent) = (frame.camera.size, layout.imageSize)
        for y in 0..<extent.y {
            let row = min(size.y - 1, Int((Double(y) + 0.5) / layout.enlargement)) * size.x
            for x in 0..<extent.x {
                let value = integrals[row + min(size.x - 1, Int((Double(x) + 0.5) / layout.enlargement))]
                let grey = value.isFinite ? UInt8(max(0, min(1, (value - low) / max(1e-6, high - low))) * 200) : 0
                canvas.set(corner &+ SIMD2(x, y), Colour(grey, grey, grey))
            }
        }
    }

    /// The border of what a radiograph shows of the vertebra at all.
    private func drawOutline(_ shadow: VertebraShadow, on canvas: inout PictureCanvas, imageAt corner: SIMD2<Int>) {
        let size = layout.imageSize
        for v in 1..<max(1, size.y - 1) {
            for u in 1..<max(1, size.x - 1) where shadow[u, v] {
                if shadow[u - 1, v], shadow[u + 1, v], shadow[u, v - 1], shadow[u, v + 1] { continue }
                canvas.set(corner &+ SIMD2(u, v), shadow.colour)
            }
        }
    }

    /// A vertebra's name and state, beside its body.
    private func drawName(_ shadow: VertebraShadow, on canvas: inout PictureCanvas, imageAt corner: SIMD2<Int>) {
        let text = "\(name(of: shadow.estimate)) \(shadow.estimate.state.rawValue)"
        guard let pixel = frame.camera.pixel(of: shadow.pose.origin),
            let place = layout.label(of: text, at: pixel, besides: shadow.mask, spineIsUpright: spineIsUpright)
        else { return }
        canvas.write(text, at: corner &+ place, shadow.colour, factor: layout.factor)
    }

    /// Whether neighbours stand above and below in the image, so that beside a vertebra there is room for its name.
    private var spineIsUpright: Bool {
        let sides = sides
        return sides?.left != .head && sides?.right != .head
    }

    /// Of the patient, at the image's edges; nil where nothing was found.
    private var sides: EdgeSides? { patient.map { frame.camera.edgeSides(of: $0.place, at: $0.middle) } }

    private func drawScrews(
        of level: VertebraLevel, at pose: RigidTransform<Room, Frames.Vertebra>, on canvas: inout PictureCanvas, imageAt corner: SIMD2<Int>
    ) {
        for screw in tracked.plan.screws where screw.level == level.name {
            guard let vertebraFromScrew = screw.screwFrame, let length = screw.length else { continue }
            let roomFromScrew = pose * vertebraFromScrew
            guard let entry = frame.camera.pixel(of: roomFromScrew * Point<Screw>(0, 0, 0)),
                let tip = frame.camera.pixel(of: roomFromScrew * Point<Screw>(0, 0, length))
            else { continue }
            let origin = SIMD2<Double>(corner)
            canvas.line(
                origin + layout.place(of: entry), origin + layout.place(of: tip), screw.side == .left ? .cyan : .magenta,
                width: layout.factor)
        }
    }

    /// DICOM's letters in the margins, where the poses of this moment say clearly what lies there.
    private func drawSides(on canvas: inout PictureCanvas, imageAt corner: SIMD2<Int>) {
        guard let sides else { return }
        let (extent, margin) = (layout.imageSize, layout.margin)
        let places = [
            (sides.left, SIMD2(-margin / 2, extent.y / 2)), (sides.right, SIMD2(extent.x + margin / 2, extent.y / 2)),
            (sides.top, SIMD2(extent.x / 2, -margin / 2)), (sides.bottom, SIMD2(extent.x / 2, extent.y + margin / 2)),
            (sides.topLeft, SIMD2(-margin / 2, -margin / 2)), (sides.topRight, SIMD2(extent.x + margin / 2, -margin / 2)),
            (sides.bottomLeft, SIMD2(-margin / 2, extent.y + margin / 2)),
            (sides.bottomRight, SIMD2(extent.x + margin / 2, extent.y + margin / 2)),
        ]
        for case (let side?, let middle) in places {
            let text = String(side.rawValue)
            let factor = 2 * layout.factor
            canvas.write(text, at: corner &+ middle &- PictureCanvas.extent(of: text, factor: factor) / 2, .yellow, factor: factor)
        }
    }

    /// A bar along the rows at the depth of the vertebrae.
    private func drawScale(on canvas: inout PictureCanvas, at corner: SIMD2<Int>) {
        let camera = frame.camera
        guard let patient else { return layout.write([[.init("no scale: lost", .red)]], at: corner, on: &canvas) }
        let depth = (camera.carmFromRoom * (patient.place * patient.middle)).z
        let pixelsPerMM = layout.enlargement * camera.sourceDetectorDistance / (abs(camera.pixelSpacing.x) * depth)
        let room = Double(canvas.size.x - corner.x) * 0.4
        guard depth > 0, let length = [100, 50, 20, 10, 5, 2, 1].first(where: { Double($0) * pixelsPerMM <= room }) else { return }
        let bar = SIMD2(Int((Double(length) * pixelsPerMM).rounded()), 3 * layout.factor)
        canvas.fill(corner &+ SIMD2(0, (layout.lineHeight - bar.y) / 2), bar, .white)
        let words = OverlayLayout.Words("\(length) mm at the vertebrae", .white)
        layout.write([[words]], at: corner &+ SIMD2(bar.x + 8 * layout.factor, 0), on: &canvas)
    }
}

/// Where the picture shows anything of one vertebra.
private struct VertebraShadow {
    let estimate: VertebraEstimate
    let pose: RigidTransform<Room, Frames.Vertebra>
    /// Row by row.
    let mask: [Bool]
    private let columns: Int

    init(
        _ vertebra: ModelVertebra, _ estimate: VertebraEstimate, at pose: RigidTransform<Room, Frames.Vertebra>, in camera: CArmCamera,
        raster: DetectorRaster
    ) {
        (self.estimate, self.pose, columns) = (estimate, pose, raster.size.x)
        // A millimetre and a half of dense bone.
        mask = project(vertebra.attenuation, at: camera.carmFromRoom * pose, from: camera, to: raster).map { $0 > 0.03 }
    }

    subscript(u: Int, v: Int) -> Bool { mask[v * columns + u] }
    var colour: Colour { estimate.state == .ok ? .green : .orange }
}
