import Frames
import Volumes

/// Slopes of one vertebra's radiograph in one view and how they change with its pose, over the window where it is seen.
struct RenderedVertebra: Sendable {
    let window: RasterWindow
    /// Fourteen images of the window's size: along u and v of the radiograph, then of its six derivatives (`MovingProjection`).
    let slopes: [Float]
    /// The share of the vertebra's rectangle that lies on the image.
    let shareOnImage: Double

    static let planes = 2 * MovingProjection.planes

    /// Nil where nothing of it lies on the image.
    init?(
        _ vertebra: AttenuationVolume<Vertebra>, at roomFromVertebra: RigidTransform<Room, Vertebra>, from camera: CArmCamera,
        raster: DetectorRaster,
        filter: GradientFilter
    ) {
        let carmFromVertebra = camera.carmFromRoom * roomFromVertebra
        guard
            let (window, share) = seenWindow(
                vertebra.geometry, at: carmFromVertebra, from: camera, raster: raster, margin: filter.radius + 1)
        else { return nil }
        let moving = projectMoving(
            vertebra, at: carmFromVertebra, about: roomFromVertebra.origin, from: camera, to: raster.window(window))
        self.window = window
        shareOnImage = share
        slopes = moving.values.withUnsafeBufferPointer {
            filter.slopes(of: $0.baseAddress!, planes: MovingProjection.planes, width: window.size.x, height: window.size.y)
        }
    }
}

/// The part of a raster that a grid's box is seen in, and the share of the box's rectangle that lies on it; nil where it is not seen.
func seenWindow<F>(
    _ grid: GridGeometry<F>, at carmFromVolume: RigidTransform<CArm, F>, from camera: CArmCamera, raster: DetectorRaster, margin: Int
) -> (window: RasterWindow, shareOnImage: Double)? {
    var lower = SIMD2(repeating: Double.infinity)
    var upper = SIMD2(repeating: -Double.infinity)
    for corner in grid.corners {
        guard let pixel = camera.pixel(of: carmFromVolume * corner) else { return nil }
        let place = (pixel - raster.first) / raster.step
        lower = pointwiseMin(lower, place)
        upper = pointwiseMax(upper, place)
    }
    let ends = SIMD2<Double>(raster.size) - 1
    let seen = pointwiseMin(upper, ends) - pointwiseMax(lower, SIMD2(0, 0))
    // Written so that NaN and boxes beyond the image fail.
    guard seen.x > 0, seen.y > 0 else { return nil }
    let first = pointwiseMax(lower.rounded(.down) - Double(margin), SIMD2(0, 0))
    let last = pointwiseMin(upper.rounded(.up) + Double(margin), ends)
    let window = RasterWindow(lower: SIMD2(Int(first.x), Int(first.y)), upper: SIMD2(Int(last.x) + 1, Int(last.y) + 1))
    let whole = upper - lower
    return (window, seen.x * seen.y / (whole.x * whole.y))
}
