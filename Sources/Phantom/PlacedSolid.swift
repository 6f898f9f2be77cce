import Anatomy
import Foundation
import Frames
import Volumes

/// A vertebra's solid and where it stands in the CT's patient frame.
struct PlacedSolid {
    var solid: VertebraSolid
    var patientFromVertebra: RigidTransform<Patient, Vertebra>

    var level: VertebraLevel { solid.anatomy.level }

    /// Corners of a box that holds the whole vertebra, in the patient frame.
    var corners: [SIMD3<Double>] {
        let (lower, upper) = solid.bounds
        return boxCorners(lower, upper).map { (patientFromVertebra * Point<Vertebra>($0)).xyz }
    }

    func raster(on grid: GridGeometry<Patient>) -> DistanceRaster {
        let vertebraFromPatient = patientFromVertebra.inverse
        return rasterize(corners: corners, on: grid) { solid.distance((vertebraFromPatient * Point<Patient>($0)).xyz) }
    }
}

/// The solids of the levels asked for, from head to sacrum, at their places in the upright spine.
func placeSolids(on spine: [PlacedVertebra], levels: [VertebraLevel]) -> [PlacedSolid] {
    var solids: [PlacedSolid] = []
    // From the sacrum upwards, because a vertebra's inferior processes are shaped onto the one below.
    for index in spine.indices.reversed() {
        let wanted = levels.contains(spine[index].anatomy.level)
        let neighbourOfWanted = index > 0 && levels.contains(spine[index - 1].anatomy.level)
        guard wanted || neighbourOfWanted else { continue }
        let patientFromVertebra = spine[index].patientFromVertebra
        let below = index + 1 < spine.count && solids.last?.level == spine[index + 1].anatomy.level ? solids.last : nil
        let solid = buildVertebra(spine[index].anatomy, canal: canalTube(at: index, of: spine)) { side in
            below.map { lower in
                let vertebraFromLower = patientFromVertebra.inverse.rotation * lower.patientFromVertebra.rotation
                var box = lower.solid.arch.superiorProcess(side)
                // The same transform for the centre and the axes: both vertebrae stand in the patient frame.
                box.centre = (patientFromVertebra.inverse * (lower.patientFromVertebra * Point<Vertebra>(box.centre))).xyz
                let turn = Rotation<Vertebra, Vertebra>(
                    columns: vertebraFromLower.columns.0, vertebraFromLower.columns.1, vertebraFromLower.columns.2)
                box.axes = (turn(box.axes.0), turn(box.axes.1), turn(box.axes.2))
                return box
            }
        }
        solids.append(PlacedSolid(solid: solid, patientFromVertebra: patientFromVertebra))
    }
    return solids.reversed().filter { levels.contains($0.level) }
}

/// The canal near vertebra `index`: through its own canal point and its neighbours'.
func canalTube(at index: Int, of spine: [PlacedVertebra]) -> CanalTube {
    func knot(_ other: Int) -> CanalKnot? {
        guard spine.indices.contains(other) else { return nil }
        let anatomy = spine[other].anatomy
        let inPatient = spine[other].patientFromVertebra * Point<Vertebra>(canalPoint(anatomy))
        return CanalKnot(
            centre: (spine[index].patientFromVertebra.inverse * inPatient).xyz,
            half: SIMD2(anatomy.mean.canalWidth, anatomy.mean.canalDepth) / 2)
    }
    func moved(_ knot: CanalKnot, by offset: SIMD3<Double>) -> CanalKnot { CanalKnot(centre: knot.centre + offset, half: knot.half) }
    let own = knot(index)!
    // At the ends the canal goes on as it came; the sacral canal bends backwards, which no vertebra below says.
    let above = knot(index - 1) ?? moved(own, by: own.centre - knot(index + 1)!.centre)
    let isSacrum = spine[index].anatomy.level == .s1
    let below = isSacrum ? moved(own, by: SIMD3(0, 6, -40)) : knot(index + 1) ?? moved(own, by: own.centre - above.centre)
    return CanalTube(own: own, above: above, below: below)
}

/// How a patient lies whose spine is turned about the middle of the shown vertebrae.
func patientFromUpright(_ turn: PhantomParameters.Turn?, of solids: [PlacedSolid]) -> RigidTransform<Patient, Patient> {
    guard let turn, let axis = UnitVector<Patient>(Vector(turn.axis)),
        let middle = Point.mean(of: solids.map(\.patientFromVertebra.origin))
    else { return .identity() }
    let rotation = Rotation<Patient, Patient>(angle: turn.angleDeg * .pi / 180, about: axis)
    // The turn is the phantom's own definition of how the patient lies.
    return RigidTransform(asserting: rotation, origin: middle + Vector(-rotation(middle.xyz)))
}
