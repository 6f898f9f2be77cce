import Anatomy
import Frames
import Testing
import Volumes

@testable import Segmentation

/// A made-up spine of ellipsoids in a soft-tissue block: each level is one ellipsoid, 30 x 20 x 10 mm half-axes, on a gently curved line.
struct BlockSpine {
    /// Levels from head to foot, with the mm from each to the next.
    var levels: [VertebraLevel] = [.t11, .t12, .l1, .l2]
    var step = 30.0
    var spacing = SIMD3(1.0, 1.0, 2.0)
    var top = Point<Patient>(10, -20, 60)
    var size = SIMD3(90, 80, 72)
    /// The grid's axes; the anatomy stays where it is.
    var axes = (SIMD3(1.0, 0, 0), SIMD3(0.0, 1, 0), SIMD3(0.0, 0, 1))

    func grid() throws -> GridGeometry<Patient> {
        // Around the same centre whatever the axes are.
        let centre = SIMD3(10.0, -20, 15)
        let half = SIMD3<Double>(size &- SIMD3(repeating: 1)) * spacing / 2
        let origin = centre - half.x * axes.0 - half.y * axes.1 - half.z * axes.2
        return try GridGeometry(size: size, spacing: spacing, origin: Point(origin), axes: axes)
    }

    func centre(of index: Int) -> Point<Patient> { top + Vector(0, 1.5 * Double(index), -step * Double(index)) }

    func level(at p: Point<Patient>) -> VertebraLevel? {
        levels.indices.first { index in
            let d = (p - centre(of: index)).xyz / SIMD3(30, 20, 10)
            return (d * d).sum() <= 1
        }.map { levels[$0] }
    }

    /// Ids by `id`, 0 elsewhere.
    func labels(_ id: (VertebraLevel) -> Int32 = { Int32($0.rawValue) }) throws -> Volume<Int32, Patient> {
        let grid = try grid()
        var volume = Volume<Int32, Patient>(geometry: grid, repeating: 0)
        for k in 0..<grid.size.z {
            for j in 0..<grid.size.y {
                for i in 0..<grid.size.x { volume[i, j, k] = level(at: grid.point(at: SIMD3(i, j, k))).map(id) ?? 0 }
            }
        }
        return volume
    }

    /// 300 HU bone in 40 HU tissue.
    func image() throws -> CTVolume { try labels().map { $0 > 0 ? 300 : 40 } }
}

func code(_ labels: VertebraLabels) -> [LabelWarning.Code] { labels.warnings.map(\.code) }

func levelsThatMayBeCut(_ labels: VertebraLabels) -> [VertebraLevel] { labels.warnings.filter { $0.code == .mayBeCut }.flatMap(\.levels) }

/// Levels that a warning names in words, where no new name reaches them.
func levelsInWords(of warning: LabelWarning) -> [String] {
    warning.text.parts.flatMap { part -> [String] in
        guard case .words(let words) = part else { return [] }
        return words.matches(of: /\b[CTLS][0-9]+\b/).map { String($0.output) }
    }
}
