/// The rules a screw must keep and the weights by which candidates are compared. Lengths in mm, angles in degrees.
public struct ScrewParameters: Codable, Equatable, Sendable {
    // Hard constraints: a candidate that breaks one is never planned.

    /// Largest part of the isthmus width that the screw's outer diameter may fill (0-1). Published planners use 0.8.
    public var maximumFill = 0.8
    /// Least bone between the shaft and the pedicle's outer surface, beyond the entry zone: twice what a 1 mm label's surface is known to.
    public var minimumWall = 0.3
    /// Least distance between the shaft and the spinal canal, entry zone included.
    public var minimumCanalDistance = 0.3
    /// Least bone in front of the tip, along the axis.
    public var minimumAnteriorMargin = 4.0
    /// Deepest tip as a part of the body's depth on a lateral view (0-1). Screws beyond 85 % at L1 risk the anterior cortex.
    public var maximumDepthFraction = 0.8
    /// A tip shallower than this part of the body's depth is never planned: the screw would hold in the pedicle alone.
    public var refusedDepthFraction = 0.25
    /// A tip shallower than this is planned with a warning, and a longer screw than usual is taken to reach it.
    public var minimumDepthFraction = 0.5
    /// Length behind the entry point that must be free of the same bone, so that the head sits on the dorsal cortex.
    public var freeBehindHead = 15.0
    /// How deep in bone that way may run: so much is trimmed with a burr.
    public var trimmedBehindHead = 0.5
    /// How far along the axis the entry may lie from where the axis meets the dorsal cortex: as far as sloping bone seats a planned screw.
    public var maximumSeatOffset = 3.0
    /// Least distance between the shaft and another vertebra.
    public var minimumNeighbourDistance = 0.5
    /// Least distance of the shaft from the midsagittal plane on its own side.
    public var minimumMidlineDistance = 1.0
    /// Length of shaft after the entry point left out of wall checks and grading: a screw always breaks the cortex where it enters.
    public var entryZone = 5.0

    // Soft terms: the score is their weighted sum, each about 0 to 1 at its best.

    /// Bone round the shaft: 1 less the squared shortfall from `wallWanted` over 6 mm, beyond which more bone adds nothing.
    ///
    /// More than a pedicle has, so that the whole shaft counts there and errors of the surface average out over it. With 1 mm only the few
    /// places where bone is thinnest held the path, each known to 0.15 mm, and the patient scanned anew had other such places.
    public var wallWeight = 1.5
    public var wallWanted = 2.5
    /// Room between the shaft and the spinal canal: the same, from `canalWanted`. A medial breach costs more than a lateral one.
    public var canalWeight = 2.0
    public var canalWanted = 2.5
    /// Parallel to the superior endplate in the sagittal plane; falls with the square of the angle over `angleScale`. A pedicle is higher than
    /// wide, so walls alone would leave that angle loose, and the endplate is known to 0.1°, a pedicle's axis to 0.6°.
    public var endplateWeight = 2.0
    /// Convergence half-way between the pedicle's own and the level's usual; falls with the square of the angle over `angleScale`.
    /// The usual angle steadies the path: the axis of a short pedicle is known to about 1° only, and any path within the slack of
    /// the isthmus is as safe.
    public var aimWeight = 1.0
    public var angleScale = 10.0
    /// Through the centre of the isthmus, which is known to 0.05 mm; falls with the square of the offset over half the isthmus' narrower diameter.
    public var centringWeight = 4.0
    /// Room between the screw head and the neighbouring vertebrae (the facet above).
    public var headWeight = 0.2
    public var headRadius = 6.0
    /// Usable length against the level's usual length.
    public var lengthWeight = 0.6
    /// Bone density along the path, 0 at 100 HU to 1 at 600 HU; only with a CT whose HU are genuine.
    public var densityWeight = 0.2

    public init() {}

    /// For a synthetic CT, made from MR: its pedicles have been reported up to 34 % off in the axial plane, so the wall that is asked for is a millimetre
    /// on every side and the isthmus is filled by two thirds at most.
    public static var syntheticCT: ScrewParameters {
        var parameters = ScrewParameters()
        parameters.maximumFill = 0.66
        parameters.minimumWall = 1
        parameters.minimumCanalDistance = 1
        return parameters
    }
}

/// Everything that shapes a plan besides the images and the catalogue.
public struct PlanningParameters: Codable, Equatable, Sendable {
    public var vertebra = VertebraParameters()
    public var screw = ScrewParameters()

    public init() {}
}
