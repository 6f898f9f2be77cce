import Anatomy
import Foundation
import Frames

@testable import Tracking

/// Screws of one vertebra in front of two views, and nothing else.
struct ScrewScene {
    let cameras: [CArmCamera]
    var screws: [PosedShaft]
    /// At 65 keV, with a third of scatter.
    let metal = MetalShadow(logAttenuation: log(0.25), logitScatter: log(0.5))

    init(_ screws: [PosedShaft], views: Int = 2) throws {
        self.screws = screws
        let all = [
            try TestViews.fromTheFront(size: SIMD2(160, 160)), try TestViews.fromTheSide(size: SIMD2(160, 160)),
        ]
        cameras = Array(all[..<views])
    }

    /// Left and right pedicle screws of a vertebra at the origin, which run forwards, inwards and a little up.
    static func plans(_ level: VertebraLevel = .l1) -> [PlannedShaft] {
        [(Side.left, 1.0), (.right, -1.0)].map { side, sign in
            let axis = SIMD3(-0.2 * sign, -1, 0.1) / SIMD3(-0.2 * sign, -1, 0.1).length
            let x = axis.cross(SIMD3(0, 0, 1)) / axis.cross(SIMD3(0, 0, 1)).length
            let rotation = Rotation<Vertebra, Screw>(columns: -x, axis.cross(-x), axis)
            return PlannedShaft(
                level: level, side: side, vertebraFromScrew: RigidTransform(asserting: rotation, origin: Point(16 * sign, 24, 2)),
                diameter: 6,
                length: 40)
        }
    }

    /// The line integrals of metal in a view, by a thousandfold sampled rays of exact chords.
    private func views(name: (Int) -> String) -> [MetalView] {
        cameras.indices.map { n in
            let raster = DetectorRaster(pixelsOf: cameras[n])
            let blank = MetalView(
                name: name(n), camera: cameras[n], raster: raster, slopes: [], variance: [], measured: [], metal: [], gain: 0.67)
            let whole = RasterWindow(lower: SIMD2(0, 0), upper: raster.size)
            let filter = GradientFilter(sigma: 1)
            var image = [Float](repeating: 0, count: raster.count)
            for screw in screws {
                let one = RenderedShafts([screw], metal, in: blank, window: whole, filter: filter, rays: 8, withDerivatives: false).shadow
                // Two that overlap would fill each other's scatter; none here do where it matters.
                for i in image.indices { image[i] = max(image[i], one[i]) }
            }
            let slopes = image.withUnsafeBufferPointer {
                filter.slopes(of: $0.baseAddress!, planes: 1, width: raster.size.x, height: raster.size.y)
            }
            return MetalView(
                name: name(n), camera: cameras[n], raster: raster, slopes: slopes, variance: [Float](repeating: 1e-4, count: raster.count),
                measured: [Float](repeating: 1, count: raster.count), metal: image.map { $0 > 0.3 ? 1 : 0 }, gain: 0.67)
        }
    }

    var views: [MetalView] { views { ["AP", "LAT"][$0] } }
}

/// A vertebra that was tracked, with a covariance of a fifth of a millimetre and a third of a degree.
func tracked(_ level: VertebraLevel = .l1, at pose: RigidTransform<Room, Vertebra>, state: TrackingState = .ok) -> VertebraEstimate {
    VertebraEstimate(
        level: level, state: state, causes: state == .ok ? [] : [.uncertain], roomFromVertebra: pose,
        covariance: (0..<36).map { $0 % 7 == 0 ? ($0 < 21 ? 3e-5 : 0.04) : 0 }, isDepthObservable: true, evidence: PoseEvidence())
}
