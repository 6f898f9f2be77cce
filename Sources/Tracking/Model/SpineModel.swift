import Anatomy
import Frames
import Volumes

/// What the tracker knows of a patient: each vertebra's attenuation in its own frame, and that of everything else in the CT's.
public struct SpineModel: Sendable {
    /// From head to sacrum.
    public let vertebrae: [ModelVertebra]
    /// What the bone of the vertebrae next to these attenuates beyond soft tissue, 1/mm: they are not tracked, but move with the spine.
    public let neighbours: [AttenuationVolume<Patient>]
    /// The CT without the excess of all these, 1/mm: with them it adds up to the CT. It goes on beyond the scan's ends, because people do.
    public let rest: AttenuationVolume<Patient>
    /// The rest as a body that may move.
    let restBody: PatientBody
    /// Rest, neighbours and tracked vertebrae as one body, on coarse voxels: what a start is looked for with.
    let wholeBody: PatientBody
    public let parameters: AttenuationParameters
    let surroundings: Surroundings

    /// The middle of the vertebrae's origins, where the CT has them.
    public let centre: Point<Patient>

    init(
        vertebrae: [ModelVertebra], neighbours: [AttenuationVolume<Patient>] = [], rest: AttenuationVolume<Patient>,
        surroundings: Surroundings = .patient, parameters: AttenuationParameters = .init()
    ) {
        (self.vertebrae, self.neighbours, self.rest, self.parameters) = (vertebrae, neighbours, rest, parameters)
        self.surroundings = surroundings
        centre = Point.mean(of: vertebrae.map(\.patientFromVertebra.origin)) ?? rest.geometry.origin
        restBody = PatientBody(rest, about: centre)
        wholeBody = PatientBody(rest, neighbours, vertebrae, about: centre, spacing: parameters.wholeSpacing)
    }

    /// - Parameters:
    ///   - ct: HU.
    ///   - labels: VerSe ids on the CT's grid.
    ///   - frames: where the vertebrae to track stand in the CT; labelled vertebrae next to them become neighbours, others stay in `rest`.
    ///   - surroundings: what lies around the vertebrae in the X-ray frames.
    /// - Throws: `TrackingError.levelWithoutLabel`; `.noVertebra`; `GridError`.
    /// - Complexity: O(voxels).
    public init(
        ct: CTVolume, labels: LabelVolume, frames: [VertebraLevel: RigidTransform<Patient, Vertebra>],
        surroundings: Surroundings = .patient, parameters: AttenuationParameters = .init()
    ) throws {
        precondition(ct.geometry.coincides(with: labels.geometry), "labels lie on the CT's grid")
        guard !frames.isEmpty else { throw TrackingError.noVertebra }
        let labels = labels.keepingLargestPieces(of: frames.keys)
        var attenuation = ct.map { parameters.attenuation(Float($0)) }
        let vertebrae = try frames.sorted { $0.key < $1.key }.map { level, frame in
            let excess = try takeExcess(of: level, from: &attenuation, labels, over: surroundings, parameters)
            return try ModelVertebra(level: level, excess: excess, patientFromVertebra: frame, spacing: parameters.vertebraSpacing)
        }
        guard surroundings == .patient else {
            let nothing = Volume<Float, Patient>(geometry: attenuation.geometry, repeating: 0)
            let rest = AttenuationVolume(try nothing.averaged(toSpacing: parameters.restSpacing))
            self.init(vertebrae: vertebrae, rest: rest, surroundings: surroundings, parameters: parameters)
            return
        }
        let neighbours = try labelledNeighbours(of: frames.keys, in: labels).map { level in
            AttenuationVolume(try takeExcess(of: level, from: &attenuation, labels, over: surroundings, parameters))
        }
        let rest = try continued(try attenuation.averaged(toSpacing: parameters.restSpacing), by: parameters.beyondScan, parameters)
        self.init(vertebrae: vertebrae, neighbours: neighbours, rest: AttenuationVolume(rest), parameters: parameters)
    }
}

/// What lies around the tracked vertebrae in the X-ray frames.
public enum Surroundings: Sendable {
    /// Everything that the CT shows.
    case patient
    /// Nothing: bone on a bench.
    case air
}

/// One vertebra to be tracked.
public struct ModelVertebra: Sendable {
    public let level: VertebraLevel
    /// What its bone attenuates beyond soft tissue, 1/mm, with a border of zeros.
    public let attenuation: AttenuationVolume<Vertebra>
    /// Where it stands in the CT.
    public let patientFromVertebra: RigidTransform<Patient, Vertebra>
    /// The middle of its attenuation.
    public let centroid: Point<Vertebra>

    init(
        level: VertebraLevel, attenuation: AttenuationVolume<Vertebra>, patientFromVertebra: RigidTransform<Patient, Vertebra>,
        centroid: Point<Vertebra>
    ) {
        (self.level, self.attenuation, self.patientFromVertebra, self.centroid) = (level, attenuation, patientFromVertebra, centroid)
    }

    init(level: VertebraLevel, excess: Volume<Float, Patient>, patientFromVertebra: RigidTransform<Patient, Vertebra>, spacing: Double)
        throws
    {
        self.level = level
        self.patientFromVertebra = patientFromVertebra
        let vertebraFromPatient = patientFromVertebra.inverse
        let corners = excess.geometry.corners.map { (vertebraFromPatient * $0).xyz }
        let lower = corners.reduce(corners[0]) { pointwiseMin($0, $1) } - spacing
        let upper = corners.reduce(corners[0]) { pointwiseMax($0, $1) } + spacing
        let steps = ((upper - lower) / spacing).rounded(.up)
        let grid = try GridGeometry<Vertebra>(
            size: SIMD3(Int(steps.x), Int(steps.y), Int(steps.z)) &+ 1, spacing: SIMD3(repeating: spacing), origin: Point(lower))
        var volume = Volume<Float, Vertebra>(geometry: grid, repeating: 0)
        var (mass, moment) = (0.0, SIMD3<Double>())
        for k in 1..<(grid.size.z - 1) {
            for j in 1..<(grid.size.y - 1) {
                for i in 1..<(grid.size.x - 1) {
                    let point = grid.point(at: SIMD3(i, j, k))
                    guard let value = excess.linear(at: patientFromVertebra * point), value > 0 else { continue }
                    volume[i, j, k] = Float(value)
                    mass += value
                    moment += value * point.xyz
                }
            }
        }
        guard mass > 0 else { throw TrackingError.noBone(level) }
        attenuation = AttenuationVolume(try volume.trimmed())
        centroid = Point(moment / mass)
    }
}

/// The labelled levels that come next to those tracked, up and down.
private func labelledNeighbours(of tracked: some Collection<VertebraLevel>, in labels: LabelVolume) -> [VertebraLevel] {
    var isPresent = [Bool](repeating: false, count: 256)
    for id in labels.voxels { isPresent[Int(id)] = true }
    let order = VertebraLevel.craniocaudal.filter { isPresent[Int($0.rawValue)] }
    let next = tracked.compactMap { order.firstIndex(of: $0) }.flatMap { [$0 - 1, $0 + 1] }.filter(order.indices.contains)
    return Set(next.map { order[$0] }).subtracting(tracked).sorted()
}

/// Moves what a vertebra's bone attenuates more than its surroundings out of `attenuation`: in a patient that of its label and of the voxels next to it, where
/// bone's edge is smeared to; in air that of its label alone.
private func takeExcess(
    of level: VertebraLevel, from attenuation: inout Volume<Float, Patient>, _ labels: LabelVolume, over surroundings: Surroundings,
    _ parameters: AttenuationParameters
) throws -> Volume<Float, Patient> {
    let id = UInt8(level.rawValue)
    guard let box = labels.bounds(of: id) else { throw TrackingError.levelWithoutLabel(level) }
    let size = labels.geometry.size
    let lower = SIMD3(max(0, box.lower.x - 2), max(0, box.lower.y - 2), max(0, box.lower.z - 2))
    let upper = SIMD3(min(size.x, box.upper.x + 2), min(size.y, box.upper.y + 2), min(size.z, box.upper.z + 2))
    let isInPatient = surroundings == .patient
    let around = isInPatient ? parameters.attenuation(Float(parameters.softTissueHU)) : 0
    var excess = Volume<Float, Patient>(geometry: try labels.geometry.cropped(from: lower, to: upper), repeating: 0)
    for k in lower.z..<upper.z {
        for j in lower.y..<upper.y {
            for i in lower.x..<upper.x
            where labels[i, j, k] == id || (isInPatient && labels[i, j, k] == 0 && labels.touches(id, i, j, k)) {
                let over = attenuation[i, j, k] - around
                guard over > 0 else { continue }
                excess[i - lower.x, j - lower.y, k - lower.z] = over
                attenuation[i, j, k] = around
            }
        }
    }
    return excess
}

extension Volume where Voxel == UInt8 {
    /// The box of the voxels of one label, upper bounds not in it; nil where there is none.
    fileprivate func bounds(of id: UInt8) -> (lower: SIMD3<Int>, upper: SIMD3<Int>)? {
        var lower = geometry.size
        var upper = SIMD3(-1, -1, -1)
        voxels.withUnsafeBufferPointer { voxels in
            for k in 0..<geometry.size.z {
                for j in 0..<geometry.size.y {
                    let row = geometry.offset(0, j, k)
                    for i in 0..<geometry.size.x where voxels[row + i] == id {
                        lower = SIMD3(Swift.min(lower.x, i), Swift.min(lower.y, j), Swift.min(lower.z, k))
                        upper = SIMD3(Swift.max(upper.x, i), Swift.max(upper.y, j), Swift.max(upper.z, k))
                    }
                }
            }
        }
        return upper.x < 0 ? nil : (lower, upper &+ 1)
    }

    /// Whether one of the six voxels that share a face has this label.
    fileprivate func touches(_ id: UInt8, _ i: Int, _ j: Int, _ k: Int) -> Bool {
        for (di, dj, dk) in [(-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)]
        where geometry.contains(i + di, j + dj, k + dk) && self[i + di, j + dj, k + dk] == id {
            return true
        }
        return false
    }
}

extension Volume where Voxel == Float {
    /// The smallest box that holds everything above zero, with one voxel of zeros around it.
    fileprivate func trimmed() throws -> Volume {
        var lower = geometry.size
        var upper = SIMD3(0, 0, 0)
        for k in 0..<geometry.size.z {
            for j in 0..<geometry.size.y {
                for i in 0..<geometry.size.x where self[i, j, k] > 0 {
                    lower = SIMD3(Swift.min(lower.x, i), Swift.min(lower.y, j), Swift.min(lower.z, k))
                    upper = SIMD3(Swift.max(upper.x, i), Swift.max(upper.y, j), Swift.max(upper.z, k))
                }
            }
        }
        return try cropped(from: lower &- 1, to: upper &+ 2)
    }

    /// The mean of blocks of voxels, as many along each axis as make them at least `spacing` mm long; what is left at the ends stays out.
    func averaged(toSpacing spacing: Double) throws -> Volume {
        let factor = SIMD3(0, 1, 2).map { axis in
            Swift.max(1, Swift.min(geometry.size[axis], Int((spacing / geometry.spacing[axis] - 1e-6).rounded(.up))))
        }
        guard factor != SIMD3(1, 1, 1) else { return self }
        let size = geometry.size / factor
        let grid = try GridGeometry<F>(
            size: size, spacing: geometry.spacing * SIMD3<Double>(factor),
            origin: geometry.point(at: (SIMD3<Double>(factor) - 1) / 2), axes: geometry.axes)
        var mean = [Float](repeating: 0, count: grid.voxelCount)
        voxels.withUnsafeBufferPointer { voxels in
            mean.withUnsafeMutableBufferPointer { mean in
                for k in 0..<(size.z * factor.z) {
                    for j in 0..<(size.y * factor.y) {
                        let from = geometry.offset(0, j, k)
                        let to = grid.offset(0, j / factor.y, k / factor.z)
                        for i in 0..<(size.x * factor.x) { mean[to + i / factor.x] += voxels[from + i] }
                    }
                }
            }
        }
        let share = 1 / Float(factor.x * factor.y * factor.z)
        return try Volume(geometry: grid, voxels: mean.map { $0 * share })
    }
}

extension SIMD3<Int> {
    fileprivate func map(_ transform: (Int) -> Int) -> SIMD3<Int> { SIMD3(transform(x), transform(y), transform(z)) }
}
