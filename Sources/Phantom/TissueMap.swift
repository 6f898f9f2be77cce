import Foundation
import Frames

/// Hounsfield units of the tissues that are not bone.
enum TissueHU {
    static let air: Float = -1000
    static let lung: Float = -830
    static let fat: Float = -95
    static let fluid: Float = 12
    static let cord: Float = 40
    static let blood: Float = 42
    static let muscle: Float = 55
    static let disc: Float = 95
}

/// The soft tissue around the upright spine by height: canal, muscle, fat, lungs, aorta (left of the midline, so sides can be told), skin.
///
/// It only has to look like a trunk; bone and discs are drawn over it.
struct TissueMap {
    /// Sizes at one height, linear between heights.
    private struct Row {
        var body = SIMD2<Double>()
        var bodyHalf = SIMD2<Double>()
        var canal = SIMD2<Double>()
        var canalHalf = SIMD2<Double>()
        var skin = 0.0
        /// 1 where lungs lie beside the spine, 0 where there are none.
        var chest = 0.0

        static func mix(_ a: Row, _ b: Row, _ t: Double) -> Row {
            Row(
                body: a.body + t * (b.body - a.body), bodyHalf: a.bodyHalf + t * (b.bodyHalf - a.bodyHalf),
                canal: a.canal + t * (b.canal - a.canal), canalHalf: a.canalHalf + t * (b.canalHalf - a.canalHalf),
                skin: a.skin + t * (b.skin - a.skin), chest: a.chest + t * (b.chest - a.chest))
        }
    }

    private let lowest: Double
    private let rows: [Row]

    init(spine: [PlacedVertebra]) {
        let canal = spine.indices.flatMap { canalKnots(at: $0, of: spine) }.sorted { $0.z > $1.z }
        var knots: [(z: Double, row: Row)] = spine.map { vertebra in
            let mean = vertebra.anatomy.mean
            let centre = vertebra.patientFromVertebra.origin.xyz
            // A horizontal cut through a tilted vertebra is deeper.
            let stretch = 1 / max(0.5, vertebra.patientFromVertebra.rotation.columns.2.z)
            let skin = mean.bodyDepth / 2 + mean.canalDepth + mean.spinousLength * cos(mean.spinousSlope * .pi / 180) + 16
            return (
                centre.z,
                Row(
                    body: SIMD2(centre.x, centre.y), bodyHalf: SIMD2(mean.bodyWidth / 2, mean.bodyDepth / 2 * stretch),
                    canalHalf: SIMD2(mean.canalWidth / 2, mean.canalDepth / 2 * stretch), skin: centre.y + skin,
                    chest: vertebra.anatomy.level <= .t11 ? 1 : 0)
            )
        }
        // Ends beyond the spine, for grids that reach further.
        for (end, shift) in [(0, 80.0), (knots.count - 1, -80.0)] {
            var extra = knots[end]
            extra.z += shift
            end == 0 ? knots.insert(extra, at: 0) : knots.append(extra)
        }
        lowest = knots.last!.z
        let count = Int(knots[0].z - lowest)
        let bottom = lowest
        rows = (0...count).map { step in
            let z = bottom + Double(step)
            let at = knots.dropFirst().dropLast().firstIndex { $0.z <= z } ?? knots.count - 1
            let (a, b) = (knots[at - 1], knots[at])
            var row = Row.mix(a.row, b.row, (a.z - z) / (a.z - b.z))
            row.canal = TissueMap.canalCentre(canal, at: z)
            return row
        }
    }

    private static func canalCentre(_ knots: [SIMD3<Double>], at z: Double) -> SIMD2<Double> {
        let at = max(1, min(knots.count - 1, knots.firstIndex { $0.z <= z } ?? knots.count - 1))
        let (a, b) = (knots[at - 1], knots[at])
        let t = min(1, max(0, (a.z - z) / max(1e-6, a.z - b.z)))
        return SIMD2(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y))
    }

    /// HU at a point of the upright phantom.
    func hounsfield(_ p: SIMD3<Double>) -> Float {
        let height = min(Double(rows.count - 1), max(0, p.z - lowest))
        let at = min(rows.count - 2, Int(height))
        let row = Row.mix(rows[at], rows[at + 1], height - Double(at))
        let x = p.x - row.body.x
        let depth = row.skin - x * x / 450 - p.y
        if depth < 0 { return TissueHU.air }
        if depth < 8 { return TissueHU.fat }
        let inCanal = (SIMD2(p.x, p.y) - row.canal) / row.canalHalf
        let canal = (inCanal * inCanal).sum()
        if canal < 1 {
            if canal > 0.8 { return TissueHU.fat / 2 }
            return canal < 0.22 ? TissueHU.cord : TissueHU.fluid
        }
        return trunk(x: x, y: p.y - row.body.y, row: row)
    }

    /// The trunk in front of and beside the spine; `x` and `y` from the body's centre.
    private func trunk(x: Double, y: Double, row: Row) -> Float {
        let front = -row.bodyHalf.y
        let aorta = SIMD2(x - 0.35 * row.bodyHalf.x - 5, y - front + 13)
        if (aorta * aorta).sum() < 130 { return TissueHU.blood }
        let side = abs(x) - row.bodyHalf.x
        let back = row.bodyHalf.y
        if row.chest > 0.5 {
            // Pleura: beside the body and in front of the ribs, round the mediastinum.
            if side > 7 + max(0, (y + 10) * 0.25), y < back + 14 - side * side / 250, y > front - 60 || abs(x) > 45 { return TissueHU.lung }
            return y < front - 2 && side < 7 ? TissueHU.fat : TissueHU.muscle
        }
        let psoas = SIMD2((side - 14) / 16, (y - 2) / 19)
        if (psoas * psoas).sum() < 1 || y > back - 2 { return TissueHU.muscle }
        return y < front - 1 || side > 1 ? TissueHU.fat : TissueHU.muscle
    }
}

/// Points of the canal's centreline along one vertebra, in the patient frame.
private func canalKnots(at index: Int, of spine: [PlacedVertebra]) -> [SIMD3<Double>] {
    let tube = canalTube(at: index, of: spine)
    let half = spine[index].anatomy.mean.bodyHeight / 2
    return [-half, 0, half].map { z in
        let c = tube.centre(at: z)
        return (spine[index].patientFromVertebra * Point<Vertebra>(c.x, c.y, z)).xyz
    }
}
