import Anatomy
import Protocols

/// An evaluation as JSON (Protocols/Specification/evaluation.schema.json). What does not exist is left out.
public struct EvaluationFile: Encodable {
    /// One of the two maps: where it was read and what its ids mean.
    public struct Map: Encodable {
        let path: String
        let scheme: LabelScheme

        public init(path: String, scheme: LabelScheme) {
            self.path = path
            self.scheme = scheme
        }
    }

    let schema = "lamina.evaluation"
    let schemaVersion = "1.0.0"
    let laminaVersion: String
    let prediction: Map
    let reference: Map
    let parameters: EvaluationParameters
    let evaluation: LabelEvaluation
    /// Of the whole run, so more than the evaluation's own.
    let warnings: [CommandWarning]

    public init(
        laminaVersion: String, prediction: Map, reference: Map, parameters: EvaluationParameters, evaluation: LabelEvaluation,
        warnings: [CommandWarning]
    ) {
        self.laminaVersion = laminaVersion
        self.prediction = prediction
        self.reference = reference
        self.parameters = parameters
        self.evaluation = evaluation
        self.warnings = warnings
    }

    enum CodingKeys: String, CodingKey {
        case schema
        case schemaVersion = "schema_version"
        case laminaVersion = "lamina_version"
        case prediction, reference, parameters, vertebrae, complete, all, findings, warnings
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(schema, forKey: .schema)
        try fields.encode(schemaVersion, forKey: .schemaVersion)
        try fields.encode(laminaVersion, forKey: .laminaVersion)
        try fields.encode(prediction, forKey: .prediction)
        try fields.encode(reference, forKey: .reference)
        try fields.encode(parameters, forKey: .parameters)
        try fields.encode(evaluation.vertebrae, forKey: .vertebrae)
        try fields.encode(evaluation.complete, forKey: .complete)
        try fields.encode(evaluation.all, forKey: .all)
        try fields.encode(evaluation.findings, forKey: .findings)
        try fields.encode(warnings, forKey: .warnings)
    }
}

extension VertebraEvaluation: Encodable {
    enum CodingKeys: String, CodingKey {
        case level, dice, iou
        case averageSurfaceDistance = "asd_mm"
        case hausdorff95 = "hd95_mm"
        case referenceVolume = "reference_volume_mm3"
        case predictedVolume = "predicted_volume_mm3"
        case centroidDistance = "centroid_distance_mm"
        case isComplete = "complete"
        case isIdentified = "identified"
        case covered, match
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(level.name, forKey: .level)
        try fields.encode(dice, forKey: .dice)
        try fields.encode(iou, forKey: .iou)
        try fields.encodeIfPresent(surface?.average, forKey: .averageSurfaceDistance)
        try fields.encodeIfPresent(surface?.hausdorff95, forKey: .hausdorff95)
        try fields.encode(referenceVolume, forKey: .referenceVolume)
        try fields.encode(predictedVolume, forKey: .predictedVolume)
        try fields.encodeIfPresent(centroidDistance, forKey: .centroidDistance)
        try fields.encode(isComplete, forKey: .isComplete)
        try fields.encode(isIdentified, forKey: .isIdentified)
        try fields.encode(covered, forKey: .covered)
        try fields.encodeIfPresent(match, forKey: .match)
    }
}

extension BestMatch: Encodable {
    enum CodingKeys: String, CodingKey { case level, dice, covered, shift }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(level.name, forKey: .level)
        try fields.encode(dice, forKey: .dice)
        try fields.encode(covered, forKey: .covered)
        try fields.encode(shift, forKey: .shift)
    }
}

extension EvaluationStatistics: Encodable {
    enum CodingKeys: String, CodingKey {
        case vertebraCount = "vertebrae"
        case identifiedCount = "identified"
        case identificationRate = "identification_rate"
        case dice, iou
        case averageSurfaceDistance = "asd_mm"
        case hausdorff95 = "hd95_mm"
        case centroidDistance = "centroid_distance_mm"
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(vertebraCount, forKey: .vertebraCount)
        try fields.encode(identifiedCount, forKey: .identifiedCount)
        try fields.encodeIfPresent(identificationRate, forKey: .identificationRate)
        try fields.encodeIfPresent(dice, forKey: .dice)
        try fields.encodeIfPresent(iou, forKey: .iou)
        try fields.encodeIfPresent(averageSurfaceDistance, forKey: .averageSurfaceDistance)
        try fields.encodeIfPresent(hausdorff95, forKey: .hausdorff95)
        try fields.encodeIfPresent(centroidDistance, forKey: .centroidDistance)
    }
}

extension MapFindings: Encodable {
    enum CodingKeys: String, CodingKey { case missing, extra, merged, split, naming }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(missing.map(\.name), forKey: .missing)
        try fields.encode(extra.map(\.name), forKey: .extra)
        try fields.encode(merged, forKey: .merged)
        try fields.encode(split, forKey: .split)
        try fields.encodeIfPresent(naming, forKey: .naming)
    }
}

extension MapFindings.Merge: Encodable {
    enum CodingKeys: String, CodingKey { case predicted, reference }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(predicted.name, forKey: .predicted)
        try fields.encode(reference.map(\.name), forKey: .reference)
    }
}

extension MapFindings.Split: Encodable {
    enum CodingKeys: String, CodingKey { case reference, predicted }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(reference.name, forKey: .reference)
        try fields.encode(predicted.map(\.name), forKey: .predicted)
    }
}
