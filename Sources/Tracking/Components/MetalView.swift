import Frames

/// What one view shows beside bone: slopes of its line integrals that neither the vertebrae nor the rest of the anatomy explain.
public struct MetalView: Sendable {
    public let name: String
    let camera: CArmCamera
    let raster: DetectorRaster
    /// Measured less the model, along u then v, per place.
    let slopes: [Float]
    /// Of a slope: the anatomy's own error and counting noise.
    let variance: [Float]
    /// 1 where the slopes rest on measured pixels, hidden by metal or not.
    let measured: [Float]
    /// 1 where metal was seen, at this raster; empty where the view shows none.
    let metal: [Float]
    /// Measured contrast over the model's.
    let gain: Double

    init(
        name: String, camera: CArmCamera, raster: DetectorRaster, slopes: [Float], variance: [Float], measured: [Float], metal: [Float],
        gain: Double
    ) {
        (self.name, self.camera, self.raster, self.slopes) = (name, camera, raster, slopes)
        (self.variance, self.measured, self.metal, self.gain) = (variance, measured, metal, gain)
    }

    /// - Parameters:
    ///   - measured: with the metal.
    ///   - fit: without it.
    init(_ name: String, _ camera: CArmCamera, _ measured: MeasuredSlopes, _ fit: ViewFit, _ mask: MetalMask) {
        let isEmpty = mask.isEmpty
        self.init(
            name: name, camera: camera, raster: fit.raster,
            slopes: isEmpty ? [] : zip(measured.slopes, fit.model).map { $0 - fit.gain * $1 },
            variance: isEmpty ? [] : measured.noise.map { fit.scale * fit.scale + $0 }, measured: measured.valid,
            metal: isEmpty ? [] : resampled(mask.places, of: mask.raster, on: fit.raster, by: .nearest), gain: Double(fit.gain))
    }

    /// Millimetres at a point of the room for each place of the raster there.
    func placeSize(at point: Point<Room>) -> Double {
        let depth = (camera.carmFromRoom * point).z
        return raster.step * camera.pixelSpacing.y * depth / camera.sourceDetectorDistance
    }

    /// The place of the raster, with fractions, where a point is seen.
    func place(of point: Point<Room>) -> SIMD2<Double>? {
        camera.pixel(of: point).map { ($0 - raster.first) / raster.step }
    }
}
