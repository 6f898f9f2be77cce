import Protocols
import Tracking

/// The camera of one frame of a view: from its own place, or else the view's.
///
/// - Parameter file: what errors call the geometry.
/// - Throws: `FluoroscopyError.badCamera`.
func camera(of view: FluoroscopyView, frame index: Int, file: String) throws -> CArmCamera {
    let frame = view.frames[index]
    do {
        // A place of the frame's own comes before the view's; decoding made sure that there is exactly one.
        if let projection = frame.projection ?? (frame.carmFromRoom == nil ? view.projection : nil) {
            return try CArmCamera(projection: projection, size: view.sizePx, pixelSpacing: view.pixelSpacingMM)
        }
        guard let carmFromRoom = frame.carmFromRoom ?? view.carmFromRoom, let distance = view.sourceDetectorMM,
            let principalPoint = view.principalPointPx
        else { throw CameraError.noProjection }
        return try CArmCamera(
            size: view.sizePx, pixelSpacing: view.pixelSpacingMM, sourceDetectorDistance: distance, principalPoint: principalPoint,
            carmFromRoom: carmFromRoom)
    } catch let error as CameraError {
        throw FluoroscopyError.badCamera(file: file, view: view.name, frame: index, error: error)
    }
}
