import Foundation
import Frames

/// Radiographs of everything but the tracked vertebrae, as slopes, for each view and fineness, and where the group stood for them.
struct RestImages: Sendable {
    let roomFromPatient: RigidTransform<Room, Patient>
    let cameras: [CArmCamera]
    /// By fineness, then by view.
    let slopes: [[[Float]]]
    /// The line integrals at the finest, by view.
    let lineIntegrals: [[Float]]

    /// - Complexity: one projection of the CT a view; 0.1 s on two threads for 256 x 256 places.
    init(
        of model: SpineModel, at roomFromPatient: RigidTransform<Room, Patient>, in cameras: [CArmCamera],
        parameters: RegistrationParameters,
        threads: Int
    ) {
        let filter = GradientFilter(sigma: parameters.sigma)
        self.roomFromPatient = roomFromPatient
        self.cameras = cameras
        let images = parameters.fineness.map { fineness in
            cameras.map { camera in
                let raster = DetectorRaster(blocksOf: camera.pixels(spanning: fineness), in: camera)
                return (raster, project(model.rest, at: camera.carmFromRoom * roomFromPatient, from: camera, to: raster, threads: threads))
            }
        }
        slopes = images.map { level in
            level.map { raster, image in
                image.withUnsafeBufferPointer {
                    filter.slopes(of: $0.baseAddress!, planes: 1, width: raster.size.x, height: raster.size.y)
                }
            }
        }
        lineIntegrals = images.last!.map(\.1)
    }

    /// Whether the group has moved by less than `distance` mm and turned by less than `angle` since these were drawn, and the cameras not at all.
    func serve(
        _ group: RigidTransform<Room, Patient>, _ centre: Point<Patient>, _ cameras: [CArmCamera], within distance: Double, _ angle: Double
    ) -> Bool {
        cameras == self.cameras && (group * centre).distance(to: roomFromPatient * centre) < distance
            && (group.rotation * roomFromPatient.rotation.inverse).angle < angle
    }

    /// The slopes at one fineness in one view, carried along in the image by as much as the group has moved since.
    ///
    /// - Parameter centre: of the group.
    /// - Complexity: O(places).
    func slopes(level: Int, view: Int, raster: DetectorRaster, at group: RigidTransform<Room, Patient>, centre: Point<Patient>) -> [Float] {
        guard let before = cameras[view].pixel(of: roomFromPatient * centre), let now = cameras[view].pixel(of: group * centre) else {
            return slopes[level][view]
        }
        return carried(slopes[level][view], by: SIMD2<Float>((now - before) / raster.step), width: raster.size.x, height: raster.size.y)
    }
}

/// Images of one size that lie one after another, moved by a fraction of places; what comes in at the edge is zero.
private func carried(_ images: [Float], by offset: SIMD2<Float>, width: Int, height: Int) -> [Float] {
    let whole = offset.rounded(.down)
    let (fu, fv) = (offset.x - whole.x, offset.y - whole.y)
    let (du, dv) = (Int(whole.x), Int(whole.y))
    guard (du, dv) != (0, 0) || fu + fv > 1e-4, abs(du) < width - 1, abs(dv) < height - 1 else { return images }
    let (w00, w10, w01, w11) = ((1 - fu) * (1 - fv), fu * (1 - fv), (1 - fu) * fv, fu * fv)
    let count = width * height
    var moved = [Float](repeating: 0, count: images.count)
    images.withUnsafeBufferPointer { images in
        moved.withUnsafeMutableBufferPointer { moved in
            for start in stride(from: 0, to: images.count, by: count) {
                for v in max(0, dv + 1)..<min(height, height + dv) {
                    let source = start + (v - dv) * width - du
                    let row = start + v * width
                    for u in max(0, du + 1)..<min(width, width + du) {
                        let n = source + u
                        moved[row + u] = w00 * images[n] + w10 * images[n - 1] + w01 * images[n - width] + w11 * images[n - width - 1]
                    }
                }
            }
        }
    }
    return moved
}

extension CArmCamera {
    /// Whole pixels that are nearest to a length on the detector, one at least.
    func pixels(spanning length: Double) -> Int { max(1, Int((length / pixelSpacing.y).rounded())) }
}
