import Anatomy
import Foundation
import Frames
import Meshes
import Volumes

/// All that surrounds one screw: its vertebra, pedicle, the other vertebrae and the CT.
struct ScrewScene: Sendable {
    let model: VertebraModel
    let pedicle: Pedicle
    /// Bones of the vertebrae next to this one.
    let neighbours: [SignedDistanceField<Patient>]
    /// Labelled vertebrae next to this one of which no surface could be built.
    let unchecked: [VertebraLevel]
    /// Nil when HU are not genuine (labels only, synthetic CT).
    let ct: CTVolume?
    let typical: ScrewCatalogue.Size
    let parameters: ScrewParameters
    let bone: PosedBone
    /// The convergence that the path should have, radians: half-way between the pedicle's own and the level's usual.
    let aim: Double

    init(
        model: VertebraModel, pedicle: Pedicle, neighbours: [SignedDistanceField<Patient>], unchecked: [VertebraLevel] = [],
        ct: CTVolume?, typical: ScrewCatalogue.Size, parameters: ScrewParameters
    ) {
        (self.model, self.pedicle, self.neighbours, self.unchecked, self.ct) = (model, pedicle, neighbours, unchecked, ct)
        (self.typical, self.parameters) = (typical, parameters)
        bone = model.posedBone
        let usual = usualPedicleDirection(at: model.level, side: pedicle.side)
        aim = 0.5 * (transverseAngle(usual, side: pedicle.side) + transverseAngle(pedicle.axis.xyz, side: pedicle.side))
    }

    /// The radius for which a path is sought, mm: that of the thickest screw that level and isthmus allow, were every size made.
    ///
    /// It changes gradually with the isthmus, so the path does not jump where a catalogue has its next size.
    var plannedRadius: Double { 0.5 * min(typical.diameter, parameters.maximumFill * pedicle.narrowest) }

    /// What holds for every screw of this pedicle.
    var warnings: [Finding] { model.warnings + widthWarning(pedicle, level: model.level) + unchecked.map(uncheckedNeighbour) }

    /// The longest screws that the rules allow along a path, mm from the entry.
    func longestLength(of path: BonePath) -> (byAnteriorBone: Double, byDepth: Double, byAnyRule: Double) {
        let anterior = path.boneLength - parameters.minimumAnteriorMargin
        let y = model.posteriorWall - parameters.maximumDepthFraction * model.bodyDepth
        let depth = path.direction.y < -0.1 ? (y - path.entry.y) / path.direction.y : .infinity
        return (anterior, depth, min(anterior, depth))
    }

    /// How far the tip reaches into the body, as a part of its midline depth on a lateral view.
    func depthFraction(of tip: SIMD3<Double>) -> Double { (model.posteriorWall - tip.y) / model.bodyDepth }

    /// The least distance from a point to another vertebra, mm; large when there is none near.
    func neighbourDistance(_ p: SIMD3<Double>) -> Double {
        let point = model.patientFromVertebra * Point<Vertebra>(p)
        return neighbours.reduce(100) { min($0, $1.distance(at: point)) }
    }

    /// Sagittal angle to the superior endplate, radians, positive cranial.
    func angleToEndplate(_ direction: SIMD3<Double>) -> Double {
        let normal = model.superiorEndplate.plane.normal.xyz
        // The endplate's own anterior direction is (0, -normal.z, normal.y).
        return atan2(direction.z, -direction.y) - atan2(normal.y, normal.z)
    }
}

/// A direction's angle to the midsagittal plane in the axial plane, radians, positive towards the midline.
func transverseAngle(_ direction: SIMD3<Double>, side: Side) -> Double {
    atan2(-side.leftwardSign * direction.x, -direction.y)
}

/// A direction's angle to the axial plane in the sagittal plane, radians, positive cranial.
func sagittalAngle(_ direction: SIMD3<Double>) -> Double { atan2(direction.z, -direction.y) }

/// The unit direction forwards that has these two angles, radians, each less than a right angle.
func shaftDirection(transverse: Double, sagittal: Double, side: Side) -> SIMD3<Double> {
    let d = SIMD3(-side.leftwardSign * tan(transverse), -1, tan(sagittal))
    return d / d.length
}

func uncheckedNeighbour(_ level: VertebraLevel) -> Finding {
    Finding("neighbour_not_checked", "\(level) has a label but no surface could be built of it, so the screw was not held clear of it")
}
