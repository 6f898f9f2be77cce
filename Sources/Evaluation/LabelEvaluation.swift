import Anatomy
import Segmentation

/// A predicted vertebra label map measured against a reference.
public struct LabelEvaluation: Equatable, Sendable {
    /// One for each level of the reference, the worst first: by Dice, then by surface distance.
    public var vertebrae: [VertebraEvaluation]
    public var findings: MapFindings
    /// Over the reference vertebrae that do not touch a face of its grid.
    public var complete: EvaluationStatistics
    /// Over all reference vertebrae.
    public var all: EvaluationStatistics
    /// What to know before trusting the numbers.
    public var warnings: [LabelWarning]
}

/// One vertebra of the reference, against the predicted label of the same name unless said otherwise.
public struct VertebraEvaluation: Equatable, Sendable {
    public var level: VertebraLevel
    /// 0 when the level is not predicted.
    public var dice: Double
    public var iou: Double
    /// Nil when the level is not predicted.
    public var surface: SurfaceDistances?
    /// mm³.
    public var referenceVolume: Double
    /// mm³ on the reference's grid; 0 when the level is not predicted.
    public var predictedVolume: Double
    /// mm; nil when the level is not predicted.
    public var centroidDistance: Double?
    /// Whether the reference stays clear of all faces of its grid. A vertebra that touches one may go on outside it.
    public var isComplete: Bool
    public var isIdentified: Bool
    /// The part of the reference vertebra that carries a predicted label, whichever (0 to 1).
    public var covered: Double
    /// Nil when no predicted label lies in the vertebra.
    public var match: BestMatch?
}
