import Anatomy

/// Why a label map cannot be used. Each case says what was found, where, and what to do.
public enum SegmentationError: Error, Equatable, CustomStringConvertible {
    /// No labelled vertebra lies inside the image.
    case noOverlap(labels: PatientExtent, image: PatientExtent)
    /// No id of the map is a vertebra in the scheme; `fitting` says what the ids would be in other schemes.
    case noVertebra(scheme: LabelScheme, ids: [Int], fitting: [String])
    /// Far too many different values for a label map.
    case notALabelMap(distinctValues: Int)
    /// The levels' order runs from foot to head.
    case upsideDown(cranial: VertebraLevel, caudal: VertebraLevel, scheme: LabelScheme)
    /// The levels do not follow one another along the spine; `found` is their order from head to foot.
    case wrongOrder(found: [VertebraLevel])
    /// One id labels two separate places along the spine.
    case duplicateLevel(VertebraLevel, distance: Double)
    /// Structures named "left" lie to the right of those named "right".
    case sidesSwapped(swapped: Int, of: Int)
    /// The liver lies to the left of the spleen, and nobody said that the patient has situs inversus.
    case organsMirrored
    /// The liver lies to the right of the spleen, as usual, though the patient was said to have situs inversus.
    case organsNotMirrored
    /// The labels do not lie on this image's bone.
    case doNotFit(LabelFit)

    public var description: String {
        switch self {
        case .noOverlap(let labels, let image):
            "no labelled vertebra lies inside the image: labels span \(labels), the image \(image) (LPS); "
                + "use the label map that was made from this very scan"
        case .noVertebra(let scheme, let ids, let fitting):
            "no id of the label map is a vertebra in scheme \(scheme.rawValue); found \(idList(ids)). "
                + (fitting.isEmpty
                    ? "These ids fit no scheme known here: \(LabelScheme.allCases.map(\.rawValue).joined(separator: ", "))"
                    : "For comparison: \(fitting.joined(separator: "; ")). Name the scheme the map was made with")
        case .notALabelMap(let count):
            "the label file holds more than \(count) different values, so it is an image and not a label map; pass the segmentation"
        case .upsideDown(let cranial, let caudal, let scheme):
            "\(caudal) lies above \(cranial) in the label map: it is upside down, or its ids are not those of scheme \(scheme.rawValue)"
        case .wrongOrder(let found):
            "the levels are out of order along the spine: from head to foot the label map runs \(found.names); correct the labels"
        case .duplicateLevel(let level, let distance):
            "\(level) labels two separate places \(distance.tenths) mm apart along the spine; correct the labels"
        case .sidesSwapped(let swapped, let count):
            "\(swapped) of \(count) structures named left or right lie on the other side of the patient: the label map is mirrored; "
                + "export it again with its own orientation"
        case .organsMirrored:
            "the liver lies to the left of the spleen: the scan and its labels are mirrored, so left is right; export the scan again with its "
                + "own orientation, or pass --situs-inversus if this patient's organs are known to lie so"
        case .organsNotMirrored:
            "the liver lies to the right of the spleen, as usual, but --situs-inversus says that this patient's organs are reversed: the scan "
                + "and its labels are mirrored, or the flag is wrong"
        case .doNotFit(let fit):
            "the labels do not lie on this image's bone (\(fit)): they belong to another scan, are shifted, or the image is not a CT; "
                + "use the label map that was made from this very scan"
        }
    }
}

/// "18-34, 92" for messages.
func idList(_ ids: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for id in ids.sorted() {
        if let last = runs.last, id == last.upperBound + 1 {
            runs[runs.count - 1] = last.lowerBound...id
        } else {
            runs.append(id...id)
        }
    }
    let shown = runs.prefix(12).map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    let text = shown.isEmpty ? "no ids at all" : "ids " + shown.joined(separator: ", ")
    return runs.count > 12 ? text + " ..." : text
}
