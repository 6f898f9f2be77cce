/// One X-ray image of one view at one moment, as line integrals, with the camera that made it.
public struct XRayFrame: Sendable {
    /// The view's name, such as AP.
    public var view: String
    public var camera: CArmCamera
    /// -ln(I / I0) of each pixel, row by row, v then u; NaN where no X-rays reach the detector (shutters, outside the image intensifier) or something
    /// that is not the patient hides it. `camera.size.x * camera.size.y` numbers.
    public var lineIntegrals: [Float]

    public init(view: String, camera: CArmCamera, lineIntegrals: [Float]) {
        precondition(lineIntegrals.count == camera.size.x * camera.size.y, "one line integral for each pixel")
        self.view = view
        self.camera = camera
        self.lineIntegrals = lineIntegrals
    }
}
