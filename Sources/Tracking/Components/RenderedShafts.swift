import Foundation
import Frames

/// A shaft and where it stands.
struct PosedShaft: Sendable {
    var shaft: ScrewShaft
    var roomFromScrew: RigidTransform<Room, Screw>

    var entry: Point<Room> { roomFromScrew.origin }
    var tip: Point<Room> { roomFromScrew * Point<Screw>(0, 0, Double(shaft.length)) }
    var middle: Point<Room> { roomFromScrew * Point<Screw>(0, 0, Double(shaft.length) / 2) }
}

/// The shadow of several shafts in a window of one view, as slopes, and how it changes with their places and with the metal.
struct RenderedShafts: Sendable {
    let window: RasterWindow
    /// Pairs of images of the window's size (along u, along v): the shadow, five a shaft in the order of `ShaftMotion`, then the shadow's two parameters.
    let slopes: [Float]
    /// The shadow itself, line integrals.
    let shadow: [Float]

    static func planes(_ shafts: Int) -> Int { 1 + ShaftMotion.count * shafts + 2 }

    /// - Parameters:
    ///   - shafts: one or two.
    ///   - rays: to a place along u and along v: transmissions are averaged over them, as a detector's pixel does.
    /// - Complexity: O(places of the shafts' boxes x rays² x shafts), no voxels.
    init(
        _ shafts: [PosedShaft], _ metal: MetalShadow, in view: MetalView, window: RasterWindow, filter: GradientFilter, rays: Int = 2,
        withDerivatives: Bool = true
    ) {
        precondition((1...2).contains(shafts.count), "a vertebra has a screw a side at most")
        self.window = window
        let planes = withDerivatives ? Self.planes(shafts.count) : 1
        let count = window.size.x * window.size.y
        var images = [Float](repeating: 0, count: planes * count)
        let bundles = shafts.map { ShaftRays($0, view) }
        let boxes = shafts.map { box(of: $0, in: view).intersection(window) }
        let scatter = Float(metal.scatter)
        let attenuation = Float(metal.attenuation)
        let share = 1 / Float(rays * rays)
        var chords = [ScrewShaft.Chord?](repeating: nil, count: shafts.count)
        images.withUnsafeMutableBufferPointer { images in
            for v in window.lower.y..<window.upper.y {
                for u in window.lower.x..<window.upper.x {
                    guard boxes.contains(where: { $0.holds(u, v) }) else { continue }
                    let n = (v - window.lower.y) * window.size.x + u - window.lower.x
                    var lost: Float = 0
                    var (first, second) = (SIMD8<Float>(), SIMD8<Float>())
                    var byAttenuation: Float = 0
                    for ray in 0..<(rays * rays) {
                        let place = SIMD2(
                            Float(u) + (Float(ray % rays) + 0.5) / Float(rays) - 0.5,
                            Float(v) + (Float(ray / rays) + 0.5) / Float(rays) - 0.5)
                        var total: Float = 0
                        for (m, shaft) in shafts.enumerated() {
                            chords[m] = boxes[m].holds(u, v) ? bundles[m].chord(shaft.shaft, at: place) : nil
                            total += chords[m]?.length ?? 0
                        }
                        guard total > 0 else { continue }
                        let passed = exp(-attenuation * total)
                        lost += (1 - passed)
                        guard withDerivatives else { continue }
                        byAttenuation += passed * attenuation * total
                        for m in shafts.indices {
                            guard let chord = chords[m] else { continue }
                            let part = chord.derivatives * (passed * attenuation)
                            if m == 0 { first += part } else { second += part }
                        }
                    }
                    guard lost > 0 else { continue }
                    // Transmission: 1 - (1 - s) lost.
                    let transmission = 1 - (1 - scatter) * lost * share
                    images[n] = -log(transmission)
                    guard withDerivatives else { continue }
                    let factor = (1 - scatter) * share / transmission
                    for m in shafts.indices {
                        let part = (m == 0 ? first : second) * factor
                        for p in 0..<ShaftMotion.count { images[(1 + ShaftMotion.count * m + p) * count + n] = part[p] }
                    }
                    images[(planes - 2) * count + n] = factor * byAttenuation
                    images[(planes - 1) * count + n] = -scatter * factor * lost
                }
            }
        }
        shadow = Array(images[..<count])
        slopes = images.withUnsafeBufferPointer {
            filter.slopes(of: $0.baseAddress!, planes: planes, width: window.size.x, height: window.size.y)
        }
    }
}

/// Rays of a view in one shaft's frame, each from a point near the shaft.
private struct ShaftRays {
    let source: SIMD3<Double>
    let corner: SIMD3<Double>
    let alongRow: SIMD3<Double>
    let alongColumn: SIMD3<Double>
    let middle: SIMD3<Double>

    init(_ posed: PosedShaft, _ view: MetalView) {
        let screwFromCarm = (view.camera.carmFromRoom * posed.roomFromScrew).inverse
        func point(_ column: Double, _ row: Double) -> SIMD3<Double> {
            (screwFromCarm * view.camera.detectorPoint(at: view.raster.first + view.raster.step * SIMD2(column, row))).xyz
        }
        source = screwFromCarm.origin.xyz
        corner = point(0, 0) - source
        alongRow = point(1, 0) - source - corner
        alongColumn = point(0, 1) - source - corner
        middle = SIMD3<Double>(posed.shaft.middle)
    }

    @inline(__always) func chord(_ shaft: ScrewShaft, at place: SIMD2<Float>) -> ScrewShaft.Chord? {
        let ray = corner + Double(place.x) * alongRow + Double(place.y) * alongColumn
        let direction = ray / (ray * ray).sum().squareRoot()
        // Begin where the ray passes the middle, so that single precision does.
        let start = source + ((middle - source) * direction).sum() * direction
        return shaft.chord(through: SIMD3<Float>(start), along: SIMD3<Float>(direction))
    }
}

/// The places that may see a shaft: those of its box's corners and all between them.
func box(of posed: PosedShaft, in view: MetalView, margin: Int = 0) -> RasterWindow {
    let image = RasterWindow(lower: SIMD2(0, 0), upper: view.raster.size)
    var lower = SIMD2(repeating: Double.infinity)
    var upper = SIMD2(repeating: -Double.infinity)
    let (r, l) = (Double(posed.shaft.radius), Double(posed.shaft.length))
    for x in [-r, r] {
        for y in [-r, r] {
            for z in [0, l] {
                guard let place = view.place(of: posed.roomFromScrew * Point<Screw>(x, y, z)) else { return .empty }
                lower = pointwiseMin(lower, place)
                upper = pointwiseMax(upper, place)
            }
        }
    }
    // Far outside the image a number may be more than an integer holds.
    let limit = SIMD2<Double>(image.upper) + 1000
    guard lower.min() > -1000, upper.x < limit.x, upper.y < limit.y else { return .empty }
    let first = SIMD2(Int((lower.x - 0.5).rounded(.down)) - margin, Int((lower.y - 0.5).rounded(.down)) - margin)
    let last = SIMD2(Int((upper.x + 0.5).rounded(.up)) + margin + 1, Int((upper.y + 0.5).rounded(.up)) + margin + 1)
    return RasterWindow(lower: first, upper: last).intersection(image)
}

extension RasterWindow {
    static var empty: RasterWindow { RasterWindow(lower: SIMD2(0, 0), upper: SIMD2(0, 0)) }

    @inline(__always) func holds(_ u: Int, _ v: Int) -> Bool { u >= lower.x && u < upper.x && v >= lower.y && v < upper.y }
}
