import Frames

/// How far apart two views see the spine, by frames that are believed.
///
/// Two views measure four numbers of a shift that has three: along the direction that crosses both rays, each says by itself where the spine is. Where calibration is right they
/// agree. A detector or source that is not where the geometry says moves what one view sees, and the frames after show the same.
struct ViewsAgreement: Sendable {
    /// Mean over the last second, mm in the room; nil where no two views stood apart.
    private var mean: Double?

    var distance: Double { abs(mean ?? 0) }

    /// - Parameter distance: of this moment; nil where no two views stand apart.
    func following(_ distance: Double?) -> ViewsAgreement {
        var next = self
        if let distance { next.mean = mean.map { $0 + newShare * (distance - $0) } ?? distance }
        return next
    }
}

/// A moment's share in the mean: noise of single moments fades, and a calibration that is off stays.
private let newShare = 0.1

/// How much further one view sees the spine along the direction that crosses both rays than the other view does, mm in the room; nil where no two views stand apart.
///
/// Each view's own wish at the pose that all views together chose: its pull on a shift of all vertebrae at once over its information of it, in its image plane.
/// The pair of views is the one whose rays cross the most.
/// - Parameter equations: of each view, at the poses that were found, in units of its noise.
/// - Complexity: O(vertebrae squared).
func distanceBetweenViews(_ equations: [NormalEquations], _ cameras: [CArmCamera], at centre: Point<Room>) -> Double? {
    let rays = cameras.map { rayDirection($0, to: centre) }
    let pairs = rays.indices.flatMap { a in rays[..<a].indices.map { (a: a, b: $0, crossed: rays[$0].cross(rays[a])) } }
    guard let pair = pairs.max(by: { $0.crossed.length < $1.crossed.length }), pair.crossed.length > 0.342 else { return nil }
    let common = pair.crossed / pair.crossed.length
    guard let a = wish(of: equations[pair.a], along: common, ray: rays[pair.a]),
        let b = wish(of: equations[pair.b], along: common, ray: rays[pair.b])
    else { return nil }
    return a - b
}

/// The shift of all vertebrae that one view would choose, along a direction across its rays, mm; nil where it sees none of them.
private func wish(of equations: NormalEquations, along common: SIMD3<Double>, ray: SIMD3<Double>) -> Double? {
    let axes = [common, ray.cross(common)]
    let count = equations.gradient.count / 6
    var pull = [0.0, 0.0]
    var information = SquareMatrix(order: 2)
    for (i, axis) in axes.enumerated() {
        for n in 0..<count { for x in 0..<3 { pull[i] += axis[x] * equations.gradient[6 * n + 3 + x] } }
        for (j, other) in axes.enumerated() {
            for n in 0..<count {
                for m in 0..<count {
                    for x in 0..<3 {
                        for y in 0..<3 {
                            information[i, j] += axis[x] * equations.information[6 * n + 3 + x, 6 * m + 3 + y] * other[y]
                        }
                    }
                }
            }
        }
    }
    return try? solvePositive(information.values, pull)[0]
}
