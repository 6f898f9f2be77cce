import Anatomy
import Concurrency
import Foundation
import Frames
import Pictures
import Planning
import Volumes

/// The whole spine in one picture: the greatest HU along the line of sight, through a slab that follows the labelled vertebrae, from the scan's top to its
/// bottom, so that ribs and sacrum can be counted from.
struct SpinePicture: Sendable {
    enum Direction: Sendable { case coronal, sagittal }

    let plane: PicturePlane
    private let direction: Direction
    /// The vertebrae's middles from the feet up.
    private let course: [SIMD3<Double>]

    /// Nil without any vertebra.
    init?(_ direction: Direction, of places: LabelPlaces, in grid: GridGeometry<Patient>) {
        guard let span = places.span else { return nil }
        let scan = patientSpan(of: grid, from: .zero, to: SIMD3<Double>(grid.size &- 1))
        // Ribs are seen beside the spine, and names have room.
        let beside = direction == .coronal ? 60.0 : 35.0
        let across = direction == .coronal ? 0 : 1
        let height = scan.upper.z - scan.lower.z
        let pixel = max(0.45, height / 1000)
        var middle = (span.lower + span.upper) / 2
        middle.z = (scan.lower.z + scan.upper.z) / 2
        let width = span.upper[across] - span.lower[across] + 2 * beside
        let size = SIMD2(max(160, Int(width / pixel)), max(160, Int(height / pixel)))
        plane = PicturePlane(
            centre: middle, right: direction == .coronal ? SIMD3(1, 0, 0) : SIMD3(0, 1, 0), down: SIMD3(0, 0, -1), size: size, pixel: pixel)
        self.direction = direction
        course = places.middles.values.map(\.xyz).sorted { $0.z < $1.z }
    }

    /// Half the slab's thickness, mm: from the front of a body to its arch; from one row of joints to the other.
    private var halfDepth: Double { direction == .coronal ? 45 : 20 }

    /// The slab's middle along the line of sight at a height, LPS mm: straight between vertebrae.
    private func middleOfSlab(atHeight z: Double) -> Double {
        let axis = direction == .coronal ? 1 : 0
        guard let above = course.firstIndex(where: { $0.z >= z }) else { return course[course.count - 1][axis] }
        guard above > 0 else { return course[0][axis] }
        let (a, b) = (course[above - 1], course[above])
        return a[axis] + (b[axis] - a[axis]) * (z - a.z) / max(b.z - a.z, 1e-6)
    }

    /// The levels that the plan was asked for have yellow names, all others grey ones; that levels are an estimate stands in the picture too.
    ///
    /// - Complexity: pixels times the slab's depth.
    func drawn(
        _ content: ReportContent, places: LabelPlaces, threads: Int
    ) throws -> PictureCanvas {
        var canvas = PictureCanvas(size: plane.size)
        let rows = try concurrentMap(Array(0..<plane.size.y), threads: threads) { row in greatest(alongRow: row, in: content.ct) }
        for (y, row) in rows.enumerated() {
            for (x, hu) in row.enumerated() { canvas.set(SIMD2(x, y), BoneWindow.colour(hu, above: -50)) }
        }
        for screw in content.plan.screws { Shaft(screw).map { drawShadow(of: $0, on: &canvas) } }
        let asked = Set(content.plan.screws.map(\.level))
        for (level, middle) in places.middles.sorted(by: { $0.key < $1.key }) {
            let extent = PictureCanvas.extent(of: level.name, factor: 2)
            let place = plane.place(of: middle)
            // Beside the vertebra and beside the letter of that side: on them the name would hide what it names.
            let corner = SIMD2(24, Int(place.y.rounded()) - extent.y / 2)
            canvas.write(level.name, at: corner, asked.contains(level.name) ? .yellow : .unplanned, factor: 2)
            canvas.line(SIMD2(Double(28 + extent.x), place.y), place - SIMD2(6, 0), .unplanned)
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
        let sight = direction == .coronal ? SIMD3(0.0, 1, 0) : SIMD3(1.0, 0, 0)
        let steps = stride(from: -halfDepth, through: halfDepth, by: 1).map { $0 * sight }
        return (0..<plane.size.x).map { column in
            var middle = plane.point(SIMD2(column, row)).xyz
            middle[direction == .coronal ? 1 : 0] = middleOfSlab(atHeight: middle.z)
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
