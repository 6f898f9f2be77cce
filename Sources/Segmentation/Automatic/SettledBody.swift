import Frames
import Volumes

/// A body centre after the fine network's first look at it.
struct SettledBody: Sendable {
    var centre: Point<Patient>
    /// The vertebra's volume within the patch, mm³.
    let volume: Double
    /// 0 to 1: how sure it is that this is a vertebra.
    let score: Double
    let ribLikelihood: Double
    /// Whether the image holds its whole body. What is left of a body that the edge cuts has another centre.
    let isWhole: Bool
}

extension SettledBody {
    /// Nil where the network sees no vertebra there.
    ///
    /// - Parameter view: the image. Where its edge cuts the body, the word of who asked holds on the centre.
    init?(_ map: FineMap, score: Double, in view: GridGeometry<Patient>, leastVolume: Double) {
        let voxel = map.thisVertebra.geometry.voxelVolume
        // Every vertebra has a canal behind its body; two thighs, side by side, do not.
        guard let front = frontOfCanal(in: map) else { return nil }
        var (body, weight, count) = (SIMD3<Double>(), 0.0, 0)
        map.forEachVoxel { offset, place in
            let chance = Double(map.thisVertebra.voxels[offset])
            guard chance > 0.5 else { return }
            count += 1
            guard place.y < front, abs(place.x) < bodyHalfWidth else { return }
            body += chance * place
            weight += chance
        }
        volume = Double(count) * voxel
        guard volume >= leastVolume, weight * voxel > leastBody else { return nil }
        let (x, y, z) = (map.pose.left, map.pose.back, map.pose.up)
        let place = body / weight
        let ends = [-halfHeight, halfHeight].map { map.pose.centre + Vector($0 * z) }
        isWhole = ends.allSatisfy(view.holds)
        centre = isWhole ? map.pose.centre + Vector(place.x * x + place.y * y + place.z * z) : map.pose.centre
        self.score = score
        ribLikelihood = Segmentation.ribLikelihood(in: map)
    }
}

/// The widest bodies (L5) reach 28 mm to each side; less than this of a body, mm³, is none.
private let (bodyHalfWidth, leastBody) = (32.0, 1000.0)

/// From a body's centre to beyond its endplates, mm.
private let halfHeight = 16.0

extension GridGeometry {
    /// Whether a point lies between the outermost voxel centres.
    func holds(_ point: Point<F>) -> Bool {
        let index = index(of: point)
        return index.min() >= 0 && (SIMD3<Double>(size &- 1) - index).min() >= 0
    }
}

/// How far behind the body centre the canal begins, mm; nil where too little of a canal is seen.
private func frontOfCanal(in map: FineMap) -> Double? {
    var depths: [Double] = []
    map.forEachVoxel { offset, place in
        if map.canal[offset] > 0.5, abs(place.x) < 10, abs(place.z) < 10, place.y > 0 { depths.append(place.y) }
    }
    guard Double(depths.count) * map.thisVertebra.geometry.voxelVolume >= leastCanal else { return nil }
    return depths.sorted()[depths.count / 20]
}

/// Within 10 mm of the body's height a canal of 14 mm by 14 mm has 4,000 mm³.
private let leastCanal = 600.0

/// Closer together than this, mm, two are one.
let leastDistanceOfBodies = 10.0

/// The bodies that lie apart, from head to foot: of two that are one the larger one stays.
func withoutTwins(_ bodies: [SettledBody]) -> [SettledBody] {
    var kept: [SettledBody] = []
    for body in bodies.sorted(by: { $0.volume > $1.volume })
    where !kept.contains(where: { $0.centre.distance(to: body.centre) < leastDistanceOfBodies }) {
        kept.append(body)
    }
    return kept.sorted { $0.centre.z > $1.centre.z }
}
