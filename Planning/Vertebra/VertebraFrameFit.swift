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
/// `up` and the patient frame only start the search: first along `up`, then, when that leads nowhere, along the three most promising of
/// sixteen tilts of it, by 15° and 30°.
func fitVertebraFrame(
    _ level: VertebraLevel, field: SignedDistanceField<Patient>, up: UnitVector<Patient>, parameters: VertebraParameters
) throws(PlanningError) -> VertebraFrameFit {
    let core = bodyCore(of: field)
    var failure = PlanningError.canalNotFound(level)
    for directions in [[up], tilts(of: up)] {
        for start in startingPoses(directions, core: core, field: field, parameters: parameters).prefix(3) {
            do {
                let fit = try settledFrame(from: start, core: core, level: level, parameters: parameters)
                try checkOrientation(of: fit.bone.patientFromVertebra, level: level)
                return fit
            } catch { failure = error }
        }
    }
    throw failure
}

/// The fit from one starting pose. Each round poses the bone better and measures again; five rounds bring the change below 0.05° for starts
/// up to 30° off.
private func settledFrame(
    from start: PosedBone, core: Point<Patient>, level: VertebraLevel, parameters: VertebraParameters
) throws(PlanningError) -> VertebraFrameFit {
    var bone = start
    for round in 0..<5 {
        let canal = findCanal(in: bone, window: .posed, areas: parameters.canalArea)
        let height = round == 0 ? (bone.patientFromVertebra.inverse * core).z : 0
        let (body, plates) = try bodyAndEndplates(of: bone, at: height, canal: canal, level: level, parameters: parameters)
        bone.patientFromVertebra = bone.patientFromVertebra * correction(of: bone, body: body, plates: plates)
    }
    // Measure once more in the final frame, so that everything returned is in it.
    let canal = findCanal(in: bone, window: .posed, areas: parameters.canalArea)
    let (body, plates) = try bodyAndEndplates(of: bone, at: 0, canal: canal, level: level, parameters: parameters)
    return VertebraFrameFit(bone: bone, canal: canal, body: body, superior: plates.superior, inferior: plates.inferior)
}

/// First poses, z along each of `directions` in which bone closes round the canal, y from the body's core to the canal; those that see most
/// of the canal come first.
private func startingPoses(
    _ directions: [UnitVector<Patient>], core: Point<Patient>, field: SignedDistanceField<Patient>, parameters: VertebraParameters
) -> [PosedBone] {
    let found = directions.compactMap { z -> (bone: PosedBone, area: Double)? in
        guard let rotation = Rotation<Patient, Vertebra>(z: z, yNear: leastAligned(with: z)) else { return nil }
        // A frame is only proposed here; the fit that follows makes it true.
        var bone = PosedBone(field: field, patientFromVertebra: RigidTransform(asserting: rotation, origin: core))
        let canal = findCanal(in: bone, window: .unposed, areas: parameters.canalArea)
        let centre = canal.reduce(SIMD2<Double>()) { $0 + $1.centre } / Double(max(1, canal.count))
        // Posterior is from the body's core to the canal: no scanner axis is needed for it.
        guard let posterior = UnitVector<Vertebra>(Vector(centre.x, centre.y, 0)),
            let turn = Rotation<Vertebra, Vertebra>(z: .z, yNear: posterior)
        else { return nil }
        bone.patientFromVertebra = bone.patientFromVertebra * RigidTransform(asserting: turn, origin: Point(0, 0, 0))
        return (bone, canal.reduce(0) { $0 + $1.area })
    }
    return found.sorted { $0.area > $1.area }.map(\.bone)
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

/// `up` leant by 15° and 30° towards eight directions.
private func tilts(of up: UnitVector<Patient>) -> [UnitVector<Patient>] {
    guard let side = UnitVector(up.cross(leastAligned(with: up))) else { return [] }
    return [15.0, 30.0].flatMap { degrees in
        (0..<8).map { eighth in
            let about = Rotation<Patient, Patient>(angle: Double(eighth) * .pi / 4, about: up) * side
            return Rotation<Patient, Patient>(angle: degrees * .pi / 180, about: about) * up
        }
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

/// A patient frame's axes are anatomical directions, so no vertebra's frame may be far from them: a mirrored or upside-down fit
/// cannot pass. The sacrum leans forward by up to 60°, so z and y may be farther off than x.
private func checkOrientation(of frame: RigidTransform<Patient, Vertebra>, level: VertebraLevel) throws(PlanningError) {
    let sideways = (frame * UnitVector.x).angle(to: .x) * 180 / .pi
    let lean = max((frame * UnitVector.y).angle(to: .y), (frame * UnitVector.z).angle(to: .z)) * 180 / .pi
    guard sideways <= 60 else { throw PlanningError.orientationImplausible(level, degrees: sideways) }
    guard lean <= (level == .s1 ? 85 : 60) else { throw PlanningError.orientationImplausible(level, degrees: lean) }
}
