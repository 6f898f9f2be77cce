import Anatomy
import Foundation
import Frames
import Meshes

/// What the fit of a vertebra's own frame found on the way.
struct VertebraFrameFit: Sendable {
    var bone: PosedBone
    var canal: [CanalSlice]
    var body: BodySection
    var superior: Endplate<Vertebra>
    var inferior: Endplate<Vertebra>
}

/// Fits the vertebra frame from anatomy alone: z from the endplates, the midsagittal plane from the vertebra's own symmetry, the
/// origin at the centre of the body.
///
/// `up` and the patient frame only start the search. Each round poses the bone better and measures again; five rounds bring the change
/// below 0.05° for starts up to 30° off.
func fitVertebraFrame(
    _ level: VertebraLevel, field: SignedDistanceField<Patient>, up: UnitVector<Patient>, parameters: VertebraParameters
) throws -> VertebraFrameFit {
    var (bone, canal) = try startingPose(level, field: field, up: up, parameters: parameters)
    var fit: VertebraFrameFit?
    for round in 0..<5 {
        if round > 0 { canal = findCanal(in: bone, window: .posed, areas: parameters.canalArea) }
        let height = round == 0 ? (bone.patientFromVertebra.inverse * bodyCore(of: field)).z : 0
        let (body, plates) = try bodyAndEndplates(of: bone, at: height, canal: canal, level: level, parameters: parameters)
        fit = VertebraFrameFit(bone: bone, canal: canal, body: body, superior: plates.superior, inferior: plates.inferior)
        bone.patientFromVertebra = bone.patientFromVertebra * correction(of: bone, body: body, plates: plates)
    }
    guard var last = fit else { throw PlanningError.endplatesNotFound(level) }
    // Measure once more in the final frame, so that everything returned is in it.
    last.bone = bone
    last.canal = findCanal(in: bone, window: .posed, areas: parameters.canalArea)
    guard !last.canal.isEmpty else { throw PlanningError.canalNotFound(level) }
    let (body, plates) = try bodyAndEndplates(of: bone, at: 0, canal: last.canal, level: level, parameters: parameters)
    last.body = body
    last.superior = plates.superior
    last.inferior = plates.inferior
    return last
}

/// A first pose: z along `up`, or the nearest tilt of it in which bone closes round the canal; y from the body's core to the canal.
private func startingPose(
    _ level: VertebraLevel, field: SignedDistanceField<Patient>, up: UnitVector<Patient>, parameters: VertebraParameters
) throws -> (PosedBone, [CanalSlice]) {
    let core = bodyCore(of: field)
    var best: (bone: PosedBone, canal: [CanalSlice], area: Double)?
    // A far tilt can see a larger hole through the foramina, so nearer tilts go first.
    for degrees in [0.0, 15, 30] where best == nil {
        for tilted in tilts(of: up, by: degrees) {
            guard let rotation = Rotation<Patient, Vertebra>(z: tilted, yNear: leastAligned(with: tilted)) else { continue }
            // A frame is only proposed here; the fit that follows makes it true.
            let bone = PosedBone(field: field, patientFromVertebra: RigidTransform(asserting: rotation, origin: core))
            let canal = findCanal(in: bone, window: .unposed, areas: parameters.canalArea)
            let area = canal.reduce(0) { $0 + $1.area }
            if area > best?.area ?? 0 { best = (bone, canal, area) }
        }
    }
    guard let best else { throw PlanningError.canalNotFound(level) }
    let n = Double(best.canal.count)
    let centre = best.canal.reduce(SIMD2<Double>()) { $0 + $1.centre } / n
    // Posterior is from the body's core to the canal: no scanner axis is needed for it.
    guard let posterior = UnitVector<Vertebra>(Vector(centre.x, centre.y, 0)),
        let turn = Rotation<Vertebra, Vertebra>(z: .z, yNear: posterior)
    else { throw PlanningError.canalNotFound(level) }
    var bone = best.bone
    bone.patientFromVertebra = bone.patientFromVertebra * RigidTransform(asserting: turn, origin: Point(0, 0, 0))
    return (bone, findCanal(in: bone, window: .posed, areas: parameters.canalArea))
}

/// The centre of the body's core: the mean of the voxels that lie deeper than 60 % of the deepest. Only the body is that thick.
private func bodyCore(of field: SignedDistanceField<Patient>) -> Point<Patient> {
    let volume = field.volume
    let limit = 0.6 * (volume.voxels.min() ?? 0)
    var sum = SIMD3<Double>()
    var count = 0.0
    let size = volume.geometry.size
    for k in 0..<size.z {
        for j in 0..<size.y {
            for i in 0..<size.x where volume.voxels[volume.geometry.offset(i, j, k)] <= limit {
                sum += SIMD3(Double(i), Double(j), Double(k))
                count += 1
            }
        }
    }
    return volume.geometry.point(at: sum / max(1, count))
}

private func leastAligned(with axis: UnitVector<Patient>) -> UnitVector<Patient> {
    abs(axis.xyz.y) < 0.9 ? .y : .x
}

/// `up` leant by so many degrees towards eight directions.
private func tilts(of up: UnitVector<Patient>, by degrees: Double) -> [UnitVector<Patient>] {
    guard degrees > 0, let side = UnitVector(up.cross(leastAligned(with: up))) else { return [up] }
    return (0..<8).map { eighth in
        let about = Rotation<Patient, Patient>(angle: Double(eighth) * .pi / 4, about: up) * side
        return Rotation<Patient, Patient>(angle: degrees * .pi / 180, about: about) * up
    }
}

/// The body's outline at height `z` and the endplates, in the present frame.
private func bodyAndEndplates(
    of bone: PosedBone, at z: Double, canal: [CanalSlice], level: VertebraLevel, parameters: VertebraParameters
) throws(PlanningError) -> (BodySection, (superior: Endplate<Vertebra>, inferior: Endplate<Vertebra>)) {
    guard !canal.isEmpty else { throw PlanningError.canalNotFound(level) }
    let x = canal.reduce(0) { $0 + $1.centre.x } / Double(canal.count)
    let front = canal.map { $0.centre.y - $0.halfSize.y }.sorted()[canal.count / 2]
    guard var body = bodySection(of: bone, z: z, around: x, canalFront: front) else { throw PlanningError.bodyNotFound(level) }
    // The wings of the sacrum are no part of S1's body.
    if level == .s1 { body.half.x = min(body.half.x, parameters.sacralBodyHalfWidth) }
    guard let plates = fitEndplates(of: bone, body: body, level: level, parameters: parameters) else {
        throw PlanningError.endplatesNotFound(level)
    }
    return (body, plates)
}

/// The small motion from the present frame to the better one: z to the mean endplate normal, then yaw and x by symmetry.
private func correction(
    of bone: PosedBone, body: BodySection, plates: (superior: Endplate<Vertebra>, inferior: Endplate<Vertebra>)
) -> RigidTransform<Vertebra, Vertebra> {
    let mean = plates.superior.plane.normal.vector - plates.inferior.plane.normal.vector
    let z = UnitVector(mean) ?? .z
    let level = Rotation<Vertebra, Vertebra>(z: z, yNear: .y) ?? .identity()
    let middle = 0.5 * (plates.superior.plane.origin.xyz + plates.inferior.plane.origin.xyz)
    let origin = Point<Vertebra>(body.centre.x, body.centre.y, middle.z)
    let levelled = RigidTransform(asserting: level, origin: origin)
    var posed = bone
    posed.patientFromVertebra = bone.patientFromVertebra * levelled
    let (yaw, x) = midsagittalPlane(of: posed, bodyHalfDepth: body.half.y)
    // The found plane passes through (x, 0) and is turned by yaw; slide along it back to the body's mid-depth.
    return levelled * RigidTransform(asserting: Rotation(angle: yaw, about: .z), origin: Point(x, 0, 0))
}
