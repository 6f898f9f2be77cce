/// One X-ray image of one view at one moment, with the camera that made it.
public struct XRayFrame: Sendable {
    /// The view's name, such as AP.
    public var view: String
    public var camera: CArmCamera
    /// The share of the X-rays that reached each pixel, I / I0, linear, row by row; NaN where none can (shutters, outside the image intensifier) or
    /// where something that is not the patient hides it. `camera.size.x * camera.size.y` numbers.
    public var transmission: [Float]

    public init(view: String, camera: CArmCamera, transmission: [Float]) {
        precondition(transmission.count == camera.size.x * camera.size.y, "one number for each pixel")
        self.view = view
        self.camera = camera
        self.transmission = transmission
    }
}
