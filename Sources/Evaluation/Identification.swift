import Segmentation

/// Whether the predicted centroid nearest to a reference vertebra's carries its level, and lies nearer than `limit` mm.
///
/// Source: Sekuboyina et al., "VerSe: a vertebrae labelling and segmentation benchmark for multi-detector CT images", Medical Image Analysis 73
/// (2021).
func isIdentified(_ reference: LabelledRegion, among predicted: [LabelledRegion], limit: Double) -> Bool {
    func distance(_ region: LabelledRegion) -> Double { region.centroid.distance(to: reference.centroid) }
    guard let nearest = predicted.min(by: { distance($0) < distance($1) }) else { return false }
    return nearest.level == reference.level && distance(nearest) < limit
}
