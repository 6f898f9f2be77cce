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

    /// Whether the vertebrae have moved by less than `distance` mm as a group, and the cameras not at all, since these were drawn.
    func fit(_ vertebrae: [ModelVertebra], at group: RigidTransform<Room, Patient>, _ cameras: [CArmCamera], within distance: Double)
        -> Bool
    {
        guard cameras == self.cameras else { return false }
        return vertebrae.allSatisfy { vertebra in
            let origin = vertebra.patientFromVertebra.origin
            return (group * origin).distance(to: roomFromPatient * origin) < distance
        }
    }
}

extension CArmCamera {
    /// Whole pixels that are nearest to a length on the detector, one at least.
    func pixels(spanning length: Double) -> Int { max(1, Int((length / pixelSpacing.y).rounded())) }
}
