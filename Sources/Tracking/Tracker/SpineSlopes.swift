import Frames

/// Slopes of some volumes' radiographs together, along u then v, on a whole raster; nil where none is seen.
///
/// - Complexity: one projection of each.
func slopes<F>(
    of volumes: [(volume: AttenuationVolume<F>, roomFromVolume: RigidTransform<Room, F>)], from camera: CArmCamera, raster: DetectorRaster,
    filter: GradientFilter
) -> [Float]? {
    var sum: [Float]?
    for (volume, roomFromVolume) in volumes {
        let place = camera.carmFromRoom * roomFromVolume
        guard let window = seenWindow(volume.geometry, at: place, from: camera, raster: raster, margin: filter.radius + 1)?.window else {
            continue
        }
        let part = raster.window(window)
        let slopes = filter.slopes(of: project(volume, at: place, from: camera, to: part), part)
        add(slopes, of: window, to: &sum, raster)
    }
    return sum
}

private func add(_ slopes: [Float], of window: RasterWindow, to sum: inout [Float]?, _ raster: DetectorRaster) {
    var total = sum ?? [Float](repeating: 0, count: 2 * raster.count)
    sum = nil  // or the whole would be copied
    let size = window.size
    for plane in 0..<2 {
        for v in 0..<size.y {
            let from = (plane * size.y + v) * size.x
            let to = plane * raster.count + (v + window.lower.y) * raster.size.x + window.lower.x
            for u in 0..<size.x { total[to + u] += slopes[from + u] }
        }
    }
    sum = total
}
