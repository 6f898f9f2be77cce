import Anatomy
import Foundation
import Frames

/// A pedicle that was measured, with all that surrounds it: where a person's screw can be judged as the planner's own are.
public struct PedicleSite: Sendable {
    let scene: ScrewScene

    public var patientFromVertebra: RigidTransform<Patient, Vertebra> { scene.model.patientFromVertebra }

    /// What holds for every screw of this pedicle.
    public var warnings: [Finding] { scene.warnings }

    /// A screw along the pedicle's axis, of the thickest size that level and isthmus allow, or of the thinnest that is made; nil where the axis leaves the bone.
    public func screwOnAxis(_ catalogue: ScrewCatalogue) -> ScrewPlacement? {
        let limit = 2 * scene.plannedRadius
        guard let size = catalogue.screws.last(where: { $0.diameter <= limit }) ?? catalogue.screws.first,
            let found = candidate(of: size, on: Trajectory(), soughtFor: size.diameter / 2, in: scene)
        else { return nil }
        return ScrewPlacement(
            entry: Point(found.path.entry), direction: scene.pedicle.axis, diameter: found.diameter, length: found.length)
    }

    /// Measures a screw where a person puts it; nil where it does not run through the bone of this pedicle, so that nothing of it would be known.
    ///
    /// The entry is taken as it is given: it is not moved onto the cortex.
    public func judged(_ placement: ScrewPlacement) -> JudgedScrew? {
        let (entry, direction) = (placement.entry.xyz, placement.direction.xyz)
        guard let trajectory = Trajectory(entry: entry, direction: direction, pedicle: scene.pedicle),
            let free = bonePath(trajectory, through: scene.pedicle, of: scene.bone),
            let score = score(trajectory, radius: placement.diameter / 2, in: scene)
        else { return nil }
        // How far behind this entry the axis leaves the dorsal cortex.
        let buried = ((entry - free.entry) * direction).sum()
        let path = BonePath(
            entry: entry, direction: direction, boneLength: free.boneLength - buried, isthmusDepth: free.isthmusDepth - buried,
            axisCortex: buried)
        return judge(
            ScrewCandidate(
                trajectory: trajectory, path: path, diameter: placement.diameter, length: placement.length, score: score,
                soughtRadius: placement.diameter / 2),
            in: scene)
    }
}

/// Where a person puts a screw, and which.
public struct ScrewPlacement: Equatable, Sendable {
    public var entry: Point<Vertebra>
    /// Towards the tip.
    public var direction: UnitVector<Vertebra>
    /// mm.
    public var diameter: Double
    /// mm.
    public var length: Double

    public init(entry: Point<Vertebra>, direction: UnitVector<Vertebra>, diameter: Double, length: Double) {
        (self.entry, self.direction, self.diameter, self.length) = (entry, direction, diameter, length)
    }

    /// This screw turned about its entry to angles as in plan.json's `angles_deg`, degrees; one that is nil stays.
    public func turned(transverse: Double?, sagittal: Double?, side: Side) -> ScrewPlacement {
        guard transverse != nil || sagittal != nil else { return self }
        let to = shaftDirection(
            transverse: transverse.map { $0 * .pi / 180 } ?? transverseAngle(direction.xyz, side: side),
            sagittal: sagittal.map { $0 * .pi / 180 } ?? sagittalAngle(direction.xyz), side: side)
        var turned = self
        turned.direction = UnitVector(Vector(to)) ?? direction
        return turned
    }
}
