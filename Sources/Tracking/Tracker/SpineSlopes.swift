import Frames

/// The line integrals of some volumes together on a whole raster, and the window that holds all that is seen of them; nil where nothing is.
///
/// - Complexity: one projection of each.
func lineIntegrals<F>(
    of volumes: [(volume: AttenuationVolume<F>, roomFromVolume: RigidTransform<Room, F>)], from camera: CArmCamera, raster: DetectorRaster,
    margin: Int = 1
) -> (image: [Float], window: RasterWindow)? {
    var sum = [Float](repeating: 0, count: raster.count)
    var bounds: RasterWindow?
    for (volume, roomFromVolume) in volumes {
        let place = camera.carmFromRoom * roomFromVolume
        guard let window = seenWindow(volume.geometry, at: place, from: camera, raster: raster, margin: margin)?.window else { continue }
        let image = project(volume, at: place, from: camera, to: raster.window(window))
        for v in 0..<window.size.y {
            let row = (v + window.lower.y) * raster.size.x + window.lower.x
            for u in 0..<window.size.x { sum[row + u] += image[v * window.size.x + u] }
        }
        bounds = bounds?.union(window) ?? window
    }
    return bounds.map { (sum, $0) }
}

/// The slopes of these line integrals, along u then v, on a whole raster; nil where nothing is seen.
///
/// - Complexity: one projection of each.
func slopes<F>(
    of volumes: [(volume: AttenuationVolume<F>, roomFromVolume: RigidTransform<Room, F>)], from camera: CArmCamera, raster: DetectorRaster,
    filter: GradientFilter
) -> [Float]? {
    lineIntegrals(of: volumes, from: camera, raster: raster, margin: filter.radius + 1).map { filter.slopes(of: $0.image, raster) }
}
