import Anatomy
import Frames
import Planning
import Volumes

/// A picture of a pedicle with what stands under it.
struct PedicleView: Sendable {
    let picture: ReformatPicture
    let title: String
    /// What the picture shows, in words, for who cannot see it.
    let caption: String
}

/// The three reformats of one pedicle; none where its vertebra is nowhere in the labels.
func pedicleViews(of screw: PlanFile.Screw, in content: ReportContent, places: LabelPlaces) -> [PedicleView] {
    guard let surroundings = PedicleSurroundings(of: screw, in: content) else { return [] }
    let (axes, shaft) = (surroundings.axes, Shaft(screw))
    guard let centre = surroundings.isthmus ?? shaft.map({ $0.point($0.length / 2) }) ?? places.middles[surroundings.level] else {
        return []
    }
    func view(_ title: String, _ caption: String, _ plane: PicturePlane) -> PedicleView {
        PedicleView(
            picture: surroundings.picture(in: plane, remark: burnedRemark(screw.status), shaft: shaft), title: title, caption: caption)
    }
    if let shaft, let planes = planes(through: shaft, isthmus: centre, axes) {
        return zip(obliqueWords, planes).map { view($0.title, $0.caption, $1) }
    }
    let planes = planes(at: centre, axes)
    let at = surroundings.isthmus == nil ? "through the middle of the vertebra's label" : "through the isthmus"
    return [
        view("Axial", "\(at), in the \(screw.vertebraFrame == nil ? "patient's" : "vertebra's") own planes", planes.axial),
        view("Sagittal", "\(at); the front is on the left", planes.sagittal),
        view("Coronal", "\(at), seen from the front: the patient's left is on the picture's right", planes.coronal),
    ]
}

/// The reformats through a screw that a person tries. The bone stays in its place from one trial to the next as far as the planes allow, and the screw moves.
///
/// - Parameters:
///   - trial: the pedicle with that screw.
///   - plan: what stands in the plan.
///   - start: the shaft that the trials began with.
func trialViews(of trial: PlanFile.Screw, beside plan: PlanFile.Screw, from start: Shaft, in content: ReportContent) -> [PedicleView] {
    guard let surroundings = PedicleSurroundings(of: trial, in: content), let shaft = Shaft(trial) else { return [] }
    func obliques(_ shaft: Shaft) -> [PicturePlane] {
        planes(through: shaft, isthmus: surroundings.isthmus ?? shaft.point(shaft.length / 2), surroundings.axes) ?? []
    }
    return zip(obliqueWords, zip(obliques(shaft), obliques(start))).map { words, planes in
        let picture = surroundings.picture(
            in: planes.0.keepingStill(planes.1), remark: "TRIAL, NOT SAVED", shaft: shaft, standing: .tried(plan: Shaft(plan)))
        return PedicleView(picture: picture, title: words.title, caption: words.caption)
    }
}

/// What lies round a pedicle, whichever screw is in it.
private struct PedicleSurroundings {
    let level: VertebraLevel
    let isthmus: Point<Patient>?
    let axes: AnatomicalAxes
    private let side: Side
    private let ct: CTVolume
    private let labels: LabelVolume
    private let canal: (@Sendable (Point<Patient>) -> Double)?

    /// Nil where the level has no name that lamina knows.
    init?(of screw: PlanFile.Screw, in content: ReportContent) {
        guard let level = VertebraLevel(name: screw.level) else { return nil }
        (self.level, side, ct, labels) = (level, screw.side, content.ct, content.labels)
        isthmus = screw.pedicle.flatMap {
            $0.isthmusCentre.count == 3 ? Point<Patient>($0.isthmusCentre[0], $0.isthmusCentre[1], $0.isthmusCentre[2]) : nil
        }
        canal = content.vertebrae.first { $0.level == level }.map { model in
            let vertebraFromPatient = model.patientFromVertebra.inverse
            return { @Sendable (point: Point<Patient>) in model.canal.distance(at: vertebraFromPatient * point) }
        }
        let frame =
            screw.vertebraFrame.map { pose in (pose * UnitVector<Vertebra>.x, pose * UnitVector<Vertebra>.y, pose * UnitVector<Vertebra>.z)
            }
            ?? (.x, .y, .z)
        axes = AnatomicalAxes(left: frame.0.xyz, back: frame.1.xyz, up: frame.2.xyz)
    }

    func picture(
        in plane: PicturePlane, remark: String?, shaft: Shaft?, standing: ShaftStanding = .planned
    ) -> ReformatPicture {
        ReformatPicture(
            plane: plane, name: "\(level.name) \(side.rawValue.uppercased())", remark: remark, ct: ct,
            labels: LabelShare(labels: labels, id: level.rawValue), canal: canal, shaft: shaft, isthmus: isthmus, standing: standing)
    }
}

private let obliqueWords = [
    (title: "Axial-oblique", caption: "in the plane of the screw's axis and the patient's left-right"),
    (title: "Sagittal-oblique", caption: "in the plane of the screw's axis and the patient's head-feet; the front is on the left"),
    (
        title: "Down the axis at the isthmus",
        caption: "perpendicular to the screw's axis, seen from the front: the patient's left is on the picture's right"
    ),
]

/// The patient directions of a vertebra's own axes, LPS.
private struct AnatomicalAxes {
    let left: SIMD3<Double>
    let back: SIMD3<Double>
    let up: SIMD3<Double>
}

private let overview = (size: SIMD2(400, 360), pixel: 0.22)
private let closeUp = (size: SIMD2(400, 360), pixel: 0.11)

/// Axial, sagittal and down the axis, as radiologists look: the patient's left on the picture's right, and the front on the left in sagittal ones.
private func planes(
    through shaft: Shaft, isthmus: Point<Patient>, _ axes: AnatomicalAxes
) -> [PicturePlane]? {
    let axis = shaft.axis
    guard let left = across(axes.left, axis), let up = across(axes.up, axis) else { return nil }
    let middle = shaft.point(shaft.length / 2).xyz
    let depth = ((isthmus.xyz - shaft.entry.xyz) * axis).sum()
    return [
        PicturePlane(centre: middle, right: left, down: -axis, size: overview.size, pixel: overview.pixel),
        PicturePlane(centre: middle, right: -axis, down: -up, size: overview.size, pixel: overview.pixel),
        // The parts of left and up across the axis need not be perpendicular; the picture's edges must be.
        PicturePlane(centre: shaft.point(depth).xyz, right: left, down: left.cross(axis), size: closeUp.size, pixel: closeUp.pixel),
    ]
}

private func planes(
    at centre: Point<Patient>, _ axes: AnatomicalAxes
) -> (axial: PicturePlane, sagittal: PicturePlane, coronal: PicturePlane) {
    func plane(_ right: SIMD3<Double>, _ down: SIMD3<Double>) -> PicturePlane {
        PicturePlane(centre: centre.xyz, right: right, down: down, size: overview.size, pixel: overview.pixel)
    }
    return (plane(axes.left, axes.back), plane(axes.back, -axes.up), plane(axes.left, -axes.up))
}

/// Whose screw it is, where it is not lamina's: a copy of the picture alone must say so.
private func burnedRemark(_ status: PlanFile.Status) -> String? {
    switch status {
    case .adjusted: "BY HAND"
    case .riskAccepted: "BREAKS A RULE"
    case .planned, .refused, .removed: nil
    }
}
