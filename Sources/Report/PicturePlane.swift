import Foundation
import Frames

/// The plane of a picture in the patient: where its pixels lie, LPS mm.
struct PicturePlane: Sendable {
    /// The middle of the picture.
    let centre: SIMD3<Double>
    /// Unit directions of growing columns and rows.
    let right: SIMD3<Double>
    let down: SIMD3<Double>
    /// Columns and rows.
    let size: SIMD2<Int>
    /// The side of a pixel, mm.
    let pixel: Double

    /// The centre of a pixel.
    func point(_ place: SIMD2<Int>) -> Point<Patient> {
        let offset = (SIMD2<Double>(place) - SIMD2<Double>(size &- 1) / 2) * pixel
        return Point(centre + offset.x * right + offset.y * down)
    }

    /// Where a point falls along the line of sight; pixel centres are whole numbers.
    func place(of point: Point<Patient>) -> SIMD2<Double> {
        let d = point.xyz - centre
        return SIMD2((d * right).sum(), (d * down).sum()) / pixel + SIMD2<Double>(size &- 1) / 2
    }

    /// This plane with another's picture laid into it by the least turn: what lies in both planes stays at its place in the picture.
    func keepingStill(_ other: PicturePlane) -> PicturePlane {
        let normal = right.cross(down)
        guard let right = across(other.right, normal) else { return self }
        let offset = ((other.centre - centre) * normal).sum()
        return PicturePlane(
            centre: other.centre - offset * normal, right: right, down: normal.cross(right), size: other.size, pixel: other.pixel)
    }

    /// How far a point lies off the plane, mm.
    func distance(of point: Point<Patient>) -> Double { abs(((point.xyz - centre) * right.cross(down)).sum()) }
}

/// DICOM's letters of what lies in a direction: L, R, A (front), P (back), H (head), F (feet); two where the direction leans by more than 30 degrees.
func patientLetters(_ direction: SIMD3<Double>) -> String {
    let names = [("R", "L"), ("A", "P"), ("F", "H")]
    let axes = (0..<3).sorted { abs(direction[$0]) > abs(direction[$1]) }
    let said = axes.prefix(2).enumerated().filter { $0.offset == 0 || abs(direction[$0.element]) > 0.5 }.map(\.element)
    return said.map { direction[$0] > 0 ? names[$0].1 : names[$0].0 }.joined()
}

/// The unit part of a direction that is perpendicular to an axis; nil where there is next to none.
func across(_ direction: SIMD3<Double>, _ axis: SIMD3<Double>) -> SIMD3<Double>? {
    let rest = direction - (direction * axis).sum() * axis
    return rest.length > 1e-3 ? rest / rest.length : nil
}
