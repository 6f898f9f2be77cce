import Anatomy
import Frames

/// One pedicle as measured at its isthmus, the narrowest section perpendicular to its own axis.
public struct Pedicle: Equatable, Sendable {
    public var side: Side
    /// Centre of the isthmus section.
    public var isthmusCentre: Point<Vertebra>
    /// Runs from the arch into the body (anteriorly).
    public var axis: UnitVector<Vertebra>
    /// Diameter of the isthmus ellipse nearest to left-right, perpendicular to the axis, mm.
    public var width: Double
    /// The other diameter of the isthmus ellipse, mm.
    public var height: Double
    /// Area of the isthmus section, mm².
    public var area: Double
    /// Unit direction of `width` in the section, towards the patient's left.
    public var widthDirection: UnitVector<Vertebra>

    /// The narrower diameter, which limits the screw: an oblique L5 pedicle may be wider than high.
    public var narrowest: Double { min(width, height) }

    /// Unit direction of `height`, pointing up.
    public var heightDirection: UnitVector<Vertebra> {
        let up = axis.cross(widthDirection)
        let oriented = up.z >= 0 ? up : -up
        return UnitVector(oriented)!  // axis and width direction are perpendicular by construction
    }
}
