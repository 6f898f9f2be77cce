import Anatomy
import Frames
import RandomNumbers
import Tracking
import Volumes

/// Makes the frames of one view, one after another. Not for several threads at once.
public struct ViewSimulator {
    public let view: ProjectionView
    public let camera: CArmCamera
    public let exposure: ViewExposure
    /// The corner pixels, both in it, of what the shutters leave open; nil: they are open.
    public let shutter: (lower: SIMD2<Int>, upper: SIMD2<Int>)?
    private let model: SpineModel
    private let surroundings: [AttenuationVolume<Patient>]
    private let screws: [SimulatedScrew]
    private let moments: [SimulatedMoment]
    private let parameters: SimulationParameters
    private let threads: Int
    private let open: [Float]?
    /// What stands still, and where it stood when it was last projected.
    private var rest: (place: RigidTransform<Room, Patient>, integrals: [Float])

    /// - Parameters:
    ///   - screws: planned ones; drawn with `parameters.hasImplants`.
    ///   - moments: of `model`, one or more.
    ///   - followed: levels that the exposure and the shutters are set for, one or more of the model's.
    /// - Throws: `CameraError`; `SimulationError.outOfView` where no followed vertebra's origin is on the image.
    public init(
        _ view: ProjectionView, of model: SpineModel, screws: [SimulatedScrew],
        moments: [SimulatedMoment], followed: [VertebraLevel],
        _ parameters: SimulationParameters, threads: Int
    ) throws {
        (self.view, self.model, self.moments) = (view, model, moments)
        surroundings = [model.rest] + model.neighbours
        (self.parameters, self.threads) = (parameters, threads)
        self.screws = parameters.hasImplants ? screws : []
        let camera = try simulatedCamera(view, parameters)
        self.camera = camera
        let chosen = model.vertebrae.indices.filter { followed.contains(model.vertebrae[$0].level) }
        let behind = pixelsBehind(chosen.map { moments[0].roomFromVertebrae[$0].origin }, in: camera, parameters)
        guard !behind.isEmpty else { throw SimulationError.outOfView(view) }
        shutter = parameters.isCollimated ? shutterBox(around: chosen, of: model, moments, in: camera) : nil
        open = shutter.map { openShares($0, in: camera) }
        let place = moments[0].roomFromRest
        rest = (place, projected(surroundings, at: camera.carmFromRoom * place, from: camera, threads: threads))
        let first = lineIntegrals(
            rest.integrals, of: model, self.screws, at: moments[0], from: camera, threads: threads)
        exposure = ViewExposure(integrals: first, columns: camera.size.x, behind: behind, parameters)
    }

    /// The image of a moment, row by row.
    ///
    /// - Complexity: O(pixels x planes of the CT) where the rest has moved, else O(pixels x planes of the vertebrae).
    public mutating func frame(_ index: Int) -> [UInt16] {
        let moment = moments[index]
        if moment.roomFromRest != rest.place {
            let place = moment.roomFromRest
            rest = (place, projected(surroundings, at: camera.carmFromRoom * place, from: camera, threads: threads))
        }
        let integrals = lineIntegrals(rest.integrals, of: model, screws, at: moment, from: camera, threads: threads)
        let random = RandomStream(seed: parameters.seed, stream: RandomUse.noise(view, frame: index))
        return exposure.image(of: integrals, columns: camera.size.x, open: open, parameters, random: random)
    }

    /// Followed or not, the levels whose origin is not on the image in the first frame.
    public var levelsOutOfView: [VertebraLevel] {
        zip(model.vertebrae, moments[0].roomFromVertebrae).filter { _, pose in !(camera.pixel(of: pose.origin).map(camera.shows) ?? false) }
            .map(\.0.level)
    }
}

public enum SimulationError: Error, Equatable, CustomStringConvertible {
    /// The image of a view shows none of the vertebrae that are to be followed.
    case outOfView(ProjectionView)

    public var description: String {
        switch self {
        case .outOfView(let view):
            "no vertebra to follow is on the \(view.rawValue) image; take more pixels, a larger spacing, or levels nearer to one another"
        }
    }
}

/// The line integrals of all these together.
private func projected(
    _ volumes: [AttenuationVolume<Patient>], at carmFromPatient: RigidTransform<CArm, Patient>, from camera: CArmCamera, threads: Int
) -> [Float] {
    let raster = DetectorRaster(pixelsOf: camera)
    return volumes.reduce(into: [Float](repeating: 0, count: raster.count)) { sum, volume in
        let part = project(volume, at: carmFromPatient, from: camera, to: raster, threads: threads)
        for n in sum.indices { sum[n] += part[n] }
    }
}

/// Everything that the rays meet: the rest, each vertebra where it stands, and the screws in it.
private func lineIntegrals(
    _ rest: [Float], of model: SpineModel, _ screws: [SimulatedScrew], at moment: SimulatedMoment, from camera: CArmCamera, threads: Int
) -> [Float] {
    var sum = rest
    let raster = DetectorRaster(pixelsOf: camera)
    for (vertebra, pose) in zip(model.vertebrae, moment.roomFromVertebrae) {
        let shadow = project(vertebra.attenuation, at: camera.carmFromRoom * pose, from: camera, to: raster, threads: threads)
        for n in sum.indices { sum[n] += shadow[n] }
        for screw in screws where screw.level == vertebra.level { addShadow(of: screw, at: pose, to: &sum, from: camera) }
    }
    return sum
}

/// The measuring field of the exposure control: pixels that see within 12 mm of one of the points.
private func pixelsBehind(_ origins: [Point<Room>], in camera: CArmCamera, _ parameters: SimulationParameters) -> [Int] {
    let radius = 12 * parameters.sourceDetector / parameters.sourceIsocentre / parameters.pixelSpacing
    let centres = origins.compactMap { camera.pixel(of: $0) }.filter(camera.shows)
    return (0..<(camera.size.x * camera.size.y)).filter { n in
        let pixel = SIMD2(Double(n % camera.size.x), Double(n / camera.size.x))
        return centres.contains { (($0 - pixel) * ($0 - pixel)).sum() < radius * radius }
    }
}

/// The box on the image of all that the vertebrae show from the first moment to the last.
private func shutterBox(
    around chosen: [Int], of model: SpineModel, _ moments: [SimulatedMoment], in camera: CArmCamera
) -> (lower: SIMD2<Int>, upper: SIMD2<Int>) {
    let points = moments.flatMap { moment in
        chosen.flatMap { n in
            let carmFromVertebra = camera.carmFromRoom * moment.roomFromVertebrae[n]
            return model.vertebrae[n].attenuation.geometry.corners.map { carmFromVertebra * $0 }
        }
    }
    return pixelBox(of: points, from: camera)
}

/// All inside the box; outside, what a blade lets through, which is next to nothing.
private func openShares(_ box: (lower: SIMD2<Int>, upper: SIMD2<Int>), in camera: CArmCamera) -> [Float] {
    let throughBlade: Float = 0.002
    return (0..<(camera.size.x * camera.size.y)).map { n in
        let (u, v) = (n % camera.size.x, n / camera.size.x)
        return u >= box.lower.x && u <= box.upper.x && v >= box.lower.y && v <= box.upper.y ? 1 : throughBlade
    }
}
