import Anatomy
import Volumes

/// How many voxels carry each pair of a reference label and a predicted one, and the measures of overlap that follow.
struct OverlapTable {
    /// By reference id x 256 + predicted id.
    private var pairs = [Int](repeating: 0, count: 256 * 256)
    private var referenceCounts = [Int](repeating: 0, count: 256)
    private var predictedCounts = [Int](repeating: 0, count: 256)

    /// Both maps on one grid. Complexity: O(voxels).
    init(reference: LabelVolume, predicted: LabelVolume) {
        precondition(reference.voxels.count == predicted.voxels.count)
        for (a, b) in zip(reference.voxels, predicted.voxels) { pairs[Int(a) << 8 | Int(b)] += 1 }
        for a in 0..<256 {
            for b in 0..<256 {
                referenceCounts[a] += pairs[a << 8 | b]
                predictedCounts[b] += pairs[a << 8 | b]
            }
        }
    }

    /// Voxels of both.
    func common(_ reference: VertebraLevel, _ predicted: VertebraLevel) -> Int {
        pairs[Int(reference.rawValue) << 8 | Int(predicted.rawValue)]
    }

    /// 2 |A ∩ B| / (|A| + |B|); at least one of them must be there.
    func dice(_ reference: VertebraLevel, _ predicted: VertebraLevel) -> Double {
        2 * Double(common(reference, predicted)) / Double(count(reference) + predictedCounts[Int(predicted.rawValue)])
    }

    /// |A ∩ B| / |A ∪ B|; at least one of them must be there.
    func iou(_ reference: VertebraLevel, _ predicted: VertebraLevel) -> Double {
        let both = common(reference, predicted)
        return Double(both) / Double(count(reference) + predictedCounts[Int(predicted.rawValue)] - both)
    }

    /// The part of a reference vertebra that carries a predicted label.
    func covered(_ reference: VertebraLevel, by predicted: VertebraLevel) -> Double {
        Double(common(reference, predicted)) / Double(count(reference))
    }

    /// The part of a reference vertebra that carries any predicted vertebra.
    func covered(_ reference: VertebraLevel) -> Double {
        1 - Double(pairs[Int(reference.rawValue) << 8]) / Double(count(reference))
    }

    /// Whether no voxel of a predicted label lies in a reference vertebra.
    func isApart(_ predicted: VertebraLevel) -> Bool { pairs[Int(predicted.rawValue)] == predictedCounts[Int(predicted.rawValue)] }

    private func count(_ reference: VertebraLevel) -> Int { referenceCounts[Int(reference.rawValue)] }
}
