import Anatomy
import Foundation
import Frames
import Meshes
import Volumes

/// One vertebra ready for planning: its own frame, bone, canal, endplates and pedicles.
public struct VertebraModel: Sendable {
    public var level: VertebraLevel
    public var patientFromVertebra: RigidTransform<Patient, Vertebra>
    /// Signed distance to the bone's surface, mm, negative inside.
    public var bone: SignedDistanceField<Patient>
    /// Signed distance to the spinal canal, mm, negative inside the canal.
    public var canal: SignedDistanceField<Vertebra>
    public var superiorEndplate: Endplate<Vertebra>
    public var inferiorEndplate: Endplate<Vertebra>
    /// The body's back and front on the midline at mid-height: y in the vertebra frame, mm.
    public var posteriorWall: Double
    public var anteriorWall: Double
    /// Median width and depth of the canal over the closed ring, mm.
    public var canalSize: SIMD2<Double>
    /// Mean voxel spacing (cube root of the voxel's volume) of the label that this model was made from, mm.
    public var labelSpacing: Double
    /// Volume of the cleaned label, mm³.
    public var volume: Double
    /// What was found on each side: a pedicle, or why there is none.
    public var pedicles: [Side: Result<Pedicle, PlanningError>]
    public var warnings: [Finding]

    public var bodyDepth: Double { posteriorWall - anteriorWall }
    var posedBone: PosedBone { PosedBone(field: bone, patientFromVertebra: patientFromVertebra) }
}

/// Models a vertebra from its label.
///
/// - Parameters:
///   - up: roughly cranial at this level; only starts the search (up to 30° off is found).
/// - Throws: `PlanningError` saying what of the anatomy was not found.
/// - Complexity: linear in the voxels of the label's bounding box; about 0.5 s for a lumbar vertebra.
func modelVertebra(
    _ cut: LabelledMask, up: UnitVector<Patient>, parameters: VertebraParameters = .init()
) throws -> VertebraModel {
    let level = cut.level
    guard cut.volume >= parameters.minimumVolume else { throw PlanningError.tooSmall(level, volume: cut.volume) }
    guard cut.areaOnViewFaces <= parameters.maximumAreaOnViewFaces else {
        throw PlanningError.cutByView(level, area: cut.areaOnViewFaces)
    }
    let bone = try signedDistance(of: cut.mask, parameters: parameters.surface)
    let fit = try fitVertebraFrame(level, field: bone, up: up, parameters: parameters)
    var pedicles: [Side: Result<Pedicle, PlanningError>] = [:]
    for side in Side.allCases {
        pedicles[side] = Result { () throws(PlanningError) -> Pedicle in
            level == .s1
                ? try findSacralPedicle(side, fit: fit)
                : try findPedicle(side, of: level, bone: fit.bone, canal: fit.canal, body: fit.body, parameters: parameters)
        }
    }
    return VertebraModel(
        level: level, patientFromVertebra: fit.bone.patientFromVertebra, bone: bone,
        canal: try canalField(
            fit.canal, bone: fit.bone, height: (fit.inferior.plane.origin.z - 8)...(fit.superior.plane.origin.z + 12)),
        superiorEndplate: fit.superior, inferiorEndplate: fit.inferior, posteriorWall: fit.body.centre.y + fit.body.half.y,
        anteriorWall: fit.body.centre.y - fit.body.half.y, canalSize: medianSize(of: fit.canal),
        labelSpacing: cbrt(cut.mask.geometry.voxelVolume), volume: cut.volume,
        pedicles: pedicles, warnings: findings(about: cut, fit: fit, parameters: parameters))
}
