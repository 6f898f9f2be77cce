import Anatomy
import Foundation
import Frames
import Meshes
import Volumes

@testable import Planning

/// A vertebra of boxes and cylinders whose every margin is known on paper, in a vertebra frame that is the patient's.
///
/// The body is the box |x| < 22, -20 < y < 12, |z| < 13; the pedicles are cylinders of radius 5 along y at x = ±15, z = 0, that end at y = 40;
/// the canal is a cylinder of radius 9 along z at y = 25, so it lies 1 mm from the medial walls.
enum ToyVertebra {
    static func scene(
        _ side: Side, neighbours: [SignedDistanceField<Patient>] = [], blockBehindHead: Bool = false, parameters: ScrewParameters = .init()
    ) throws -> ScrewScene {
        let bone: SignedDistanceField<Patient> = try field { p in
            let body = pointwiseMax(p - SIMD3(0, -4, 0), SIMD3(0, -4, 0) - p) - SIMD3(22, 16, 13)
            let across = SIMD2(abs(p.x) - 15, p.z)
            let tube = max((across * across).sum().squareRoot() - 5, abs(p.y - 20) - 20)
            let block = max(abs(abs(p.x) - 15) - 5, abs(p.y - 50) - 4)
            return min(body.max(), tube, blockBehindHead ? max(block, abs(p.z) - 5) : .infinity)
        }
        let canal: SignedDistanceField<Vertebra> = try field { p in (p.x * p.x + (p.y - 25) * (p.y - 25)).squareRoot() - 9 }
        let pedicle = Pedicle(
            side: side, isthmusCentre: Point(15 * side.leftwardSign, 25, 0), axis: -UnitVector.y, width: 10, height: 10, area: 78.5,
            widthDirection: .x)
        func plate(_ z: Double) throws -> Endplate<Vertebra> {
            Endplate(plane: Plane(origin: Point(0, -4, z), normal: z > 0 ? .z : -UnitVector.z), rmse: 0)
        }
        let model = VertebraModel(
            level: .l3,
            patientFromVertebra: RigidTransform(
                asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0)), bone: bone,
            canal: canal,
            superiorEndplate: try plate(13), inferiorEndplate: try plate(-13), posteriorWall: 12, anteriorWall: -20,
            canalSize: SIMD2(18, 18), labelSpacing: 1, volume: 50_000, pedicles: [side: .success(pedicle)], warnings: [])
        return ScrewScene(
            model: model, pedicle: pedicle, neighbours: neighbours, ct: nil, typical: .init(diameter: 6, length: 45), parameters: parameters
        )
    }

    /// A distance field on half millimetres round the toy.
    static func field<F>(_ distance: (SIMD3<Double>) -> Double) throws -> SignedDistanceField<F> {
        let grid = try GridGeometry<F>(size: SIMD3(121, 171, 81), spacing: SIMD3(repeating: 0.5), origin: Point(-30, -25, -20))
        var values: [Float] = []
        values.reserveCapacity(121 * 171 * 81)
        for k in 0..<81 { for j in 0..<171 { for i in 0..<121 { values.append(Float(distance(grid.point(at: SIMD3(i, j, k)).xyz))) } } }
        return SignedDistanceField(volume: try Volume(geometry: grid, voxels: values))
    }

    static func path(_ trajectory: Trajectory, in scene: ScrewScene) throws -> BonePath {
        guard let path = bonePath(trajectory, through: scene.pedicle, of: scene.bone) else {
            throw PlanningError.isthmusNotFound(.l3, .left)
        }
        return path
    }

    static func candidate(
        _ trajectory: Trajectory, diameter: Double = 6, length: Double = 45, in scene: ScrewScene
    ) throws -> ScrewCandidate {
        ScrewCandidate(
            trajectory: trajectory, path: try path(trajectory, in: scene), diameter: diameter, length: length, score: TrajectoryScore(),
            soughtRadius: diameter / 2)
    }
}
