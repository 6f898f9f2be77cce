import Anatomy
import Concurrency
import Foundation
import Frames
import Pictures
import Planning
import Volumes

/// The whole spine in one picture: the greatest HU along the line of sight, through a slab round the labelled vertebrae and from the scan's top to its
/// bottom, so that ribs and sacrum can be counted from.
struct SpinePicture: Sendable {
    enum Direction: Sendable { case coronal, sagittal }

    let plane: PicturePlane
    /// Half the slab's thickness, mm.
    private let halfDepth: Double

    /// Nil without any vertebra.
    init?(_ direction: Direction, of places: LabelPlaces, in grid: GridGeometry<Patient>) {
        guard let span = places.span else { return nil }
        let scan = patientSpan(of: grid, from: .zero, to: SIMD3<Double>(grid.size &- 1))
        // Ribs are seen beside the spine, and the front of the bodies is not cut.
        let beside = direction == .coronal ? 60.0 : 30.0
        let (across, depth) = direction == .coronal ? (0, 1) : (1, 0)
        let height = scan.upper.z - scan.lower.z
        let pixel = max(0.6, height / 900)
        var middle = (span.lower + span.upper) / 2
        middle.z = (scan.lower.z + scan.upper.z) / 2
        let width = span.upper[across] - span.lower[across] + 2 * beside
        let size = SIMD2(max(120, Int(width / pixel)), max(120, Int(height / pixel)))
        plane = PicturePlane(
            centre: middle, right: direction == .coronal ? SIMD3(1, 0, 0) : SIMD3(0, 1, 0), down: SIMD3(0, 0, -1), size: size, pixel: pixel)
        halfDepth = (span.upper[depth] - span.lower[depth]) / 2 + 10
    }

    /// - Parameters:
    ///   - planned: their names are written in yellow, all others in grey.
    ///   - isEstimate: said in the picture too.
    /// - Complexity: pixels times the slab's depth.
    func drawn(
        _ content: ReportContent, places: LabelPlaces, threads: Int
    ) throws -> PictureCanvas {
        var canvas = PictureCanvas(size: plane.size)
        let rows = try concurrentMap(Array(0..<plane.size.y), threads: threads) { row in greatest(alongRow: row, in: content.ct) }
        for (y, row) in rows.enumerated() {
            for (x, hu) in row.enumerated() { canvas.set(SIMD2(x, y), BoneWindow.colour(hu)) }
        }
        for screw in content.plan.screws where screw.status == .planned { Shaft(screw).map { drawShadow(of: $0, on: &canvas) } }
        let planned = Set(content.plan.screws.map(\.level))
        for (level, middle) in places.middles.sorted(by: { $0.key < $1.key }) {
            let extent = PictureCanvas.extent(of: level.name, factor: 2)
            let place = plane.place(of: middle)
            // Beside the vertebra where there is room: on it the name would hide what it names.
            let corner = SIMD2(4, Int(place.y.rounded()) - extent.y / 2)
            canvas.write(level.name, at: corner, planned.contains(level.name) ? .yellow : .unplanned, factor: 2)
            canvas.line(SIMD2(Double(8 + extent.x), place.y), place - SIMD2(6, 0), .unplanned)
        }
        canvas.writeLetters(of: plane)
        canvas.writeScale(millimetres: 50, pixel: plane.pixel)
        if content.isLevelEstimated {
            let text = "ESTIMATED"
            canvas.write(text, at: SIMD2(4, plane.size.y - 30), .yellow, factor: 1)
        }
        return canvas
    }

    private func greatest(alongRow row: Int, in ct: CTVolume) -> [Double?] {
        let sight = plane.right.cross(plane.down)
        let steps = stride(from: -halfDepth, through: halfDepth, by: 1).map { $0 * sight }
        return (0..<plane.size.x).map { column in
            let middle = plane.point(SIMD2(column, row)).xyz
            var greatest: Int16?
            for step in steps {
                guard let hu = ct.nearest(at: Point(middle + step)) else { continue }
                greatest = max(greatest ?? .min, hu)
            }
            return greatest.map(Double.init)
        }
    }

    /// The shaft's outline as it is seen along the line of sight.
    private func drawShadow(of shaft: Shaft, on canvas: inout PictureCanvas) {
        let (entry, tip) = (plane.place(of: shaft.entry), plane.place(of: shaft.tip))
        let way = tip - entry
        let length = (way * way).sum().squareRoot()
        guard length > 2 else { return }
        let side = SIMD2(-way.y, way.x) / length * (shaft.radius / plane.pixel)
        let corners = [entry + side, tip + side, tip - side, entry - side]
        for n in corners.indices { canvas.line(corners[n], corners[(n + 1) % 4], .screw) }
    }
}

extension Colour { fileprivate static let unplanned = Colour(190, 190, 190) }
