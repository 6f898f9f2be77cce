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
    guard let level = VertebraLevel(name: screw.level) else { return [] }
    let pose = screw.vertebraFrame
    let isthmus = screw.pedicle.flatMap {
        $0.isthmusCentre.count == 3 ? Point<Patient>($0.isthmusCentre[0], $0.isthmusCentre[1], $0.isthmusCentre[2]) : nil
    }
    let model = content.vertebrae.first { $0.level == level }
    let canal = model.map { model in
        let vertebraFromPatient = model.patientFromVertebra.inverse
        return { @Sendable (point: Point<Patient>) in model.canal.distance(at: vertebraFromPatient * point) }
    }
    let frame =
        pose.map { pose in (pose * UnitVector<Vertebra>.x, pose * UnitVector<Vertebra>.y, pose * UnitVector<Vertebra>.z) } ?? (.x, .y, .z)
    let axes = AnatomicalAxes(left: frame.0.xyz, back: frame.1.xyz, up: frame.2.xyz)
    let shaft = Shaft(screw)
    guard let centre = isthmus ?? shaft.map({ $0.point($0.length / 2) }) ?? places.middles[level] else { return [] }
    func view(_ title: String, _ caption: String, _ plane: PicturePlane) -> PedicleView {
        let picture = ReformatPicture(
            plane: plane, name: "\(level.name) \(screw.side.rawValue.uppercased())", remark: burnedRemark(screw.status), ct: content.ct,
            labels: LabelShare(labels: content.labels, id: level.rawValue), canal: canal, shaft: shaft, isthmus: isthmus)
        return PedicleView(picture: picture, title: title, caption: caption)
    }
    if let shaft, let planes = planes(through: shaft, isthmus: centre, axes) {
        return [
            view("Axial-oblique", "in the plane of the screw's axis and the patient's left-right", planes.axial),
            view(
                "Sagittal-oblique", "in the plane of the screw's axis and the patient's head-feet; the front is on the left",
                planes.sagittal),
            view(
                "Down the axis at the isthmus",
                "perpendicular to the screw's axis, seen from the front: the patient's left is on the picture's right", planes.section),
        ]
    }
    let planes = planes(at: centre, axes)
    let at = isthmus == nil ? "through the middle of the vertebra's label" : "through the isthmus"
    return [
        view("Axial", "\(at), in the \(pose == nil ? "patient's" : "vertebra's") own planes", planes.axial),
        view("Sagittal", "\(at); the front is on the left", planes.sagittal),
        view("Coronal", "\(at), seen from the front: the patient's left is on the picture's right", planes.coronal),
    ]
}

/// The patient directions of a vertebra's own axes, LPS.
private struct AnatomicalAxes {
    let left: SIMD3<Double>
    let back: SIMD3<Double>
    let up: SIMD3<Double>
}

private let overview = (size: SIMD2(400, 360), pixel: 0.22)
private let closeUp = (size: SIMD2(400, 360), pixel: 0.11)

/// As radiologists look: the patient's left on the picture's right, and the front on the left in sagittal ones.
private func planes(
    through shaft: Shaft, isthmus: Point<Patient>, _ axes: AnatomicalAxes
) -> (axial: PicturePlane, sagittal: PicturePlane, section: PicturePlane)? {
    let axis = shaft.axis
    guard let left = across(axes.left, axis), let up = across(axes.up, axis) else { return nil }
    let middle = shaft.point(shaft.length / 2).xyz
    let depth = ((isthmus.xyz - shaft.entry.xyz) * axis).sum()
    return (
        PicturePlane(centre: middle, right: left, down: -axis, size: overview.size, pixel: overview.pixel),
        PicturePlane(centre: middle, right: -axis, down: -up, size: overview.size, pixel: overview.pixel),
        PicturePlane(centre: shaft.point(depth).xyz, right: left, down: -up, size: closeUp.size, pixel: closeUp.pixel)
    )
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
