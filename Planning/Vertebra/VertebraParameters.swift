import Meshes

/// How a vertebra is modelled from its label.
public struct VertebraParameters: Codable, Equatable, Sendable {
    /// The signed distance field built from the label.
    public var surface = SurfaceParameters()
    /// A label smaller than this is no whole vertebra, mm³. T1 of a small adult holds about 10 000 mm³.
    public var minimumVolume = 4000.0
    /// A vertebra is taken as cut by the view when its label meets the outer faces of the CT over more than this, mm².
    public var maximumAreaOnViewFaces = 30.0
    /// Cross-section of the vertebral canal, mm²: smaller holes are foramina, larger ones are not closed by bone.
    public var canalArea: ClosedRange<Double> = 60...1200
    /// Endplate fits beyond this residual come with a warning, mm.
    public var goodEndplateRMSE = 1.5
    /// The part of the body's half-width and half-depth whose endplate surface is fitted: keeps osteophytes at the rim out.
    public var endplateInnerFraction = 0.7
    /// Half the width taken as S1's body between the sacral wings, and the height of its body, mm.
    public var sacralBodyHalfWidth = 20.0
    public var sacralBodyHeight = 28.0
    /// Weight of a level's usual pedicle direction against the wall's normals, for an isthmus of 100 mm².
    public var usualDirectionWeight = 0.04
    /// Smallest believable area of a pedicle section, mm².
    public var minimumIsthmusArea = 8.0

    public init() {}
}
