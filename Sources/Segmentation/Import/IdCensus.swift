import Anatomy
import Frames
import Volumes

/// How often each id occurs in a foreign label map.
struct IdCensus {
    /// Ids that occur, ascending, without 0, with their voxel counts.
    let counts: [(id: Int, voxels: Int)]

    /// Ids below this are counted in a table, others in a dictionary; every scheme's ids are below it.
    private static let tableSize = 1024
    /// More different values than this are an image. The largest scheme has 118 ids.
    private static let mostIds = 300

    /// - Throws: `SegmentationError.notALabelMap`. Complexity: O(voxels).
    init(of labels: Volume<Int32, Patient>) throws {
        var table = [Int](repeating: 0, count: Self.tableSize)
        var others: [Int: Int] = [:]
        // Runs of one value are counted at once: a label map is nearly all runs.
        func add(_ id: Int32, _ run: Int) {
            if id >= 0, id < Self.tableSize { table[Int(id)] += run } else { others[Int(id), default: 0] += run }
        }
        try labels.voxels.withUnsafeBufferPointer { voxels in
            var start = 0
            for at in voxels.indices where voxels[at] != voxels[start] {
                add(voxels[start], at - start)
                start = at
                guard others.count <= Self.mostIds else { throw SegmentationError.notALabelMap(distinctValues: Self.mostIds) }
            }
            if start < voxels.count { add(voxels[start], voxels.count - start) }
        }
        let small = table.indices.dropFirst().filter { table[$0] > 0 }.map { (id: $0, voxels: table[$0]) }
        counts = (small + others.map { (id: $0.key, voxels: $0.value) }).sorted { $0.id < $1.id }
        guard counts.count <= Self.mostIds else { throw SegmentationError.notALabelMap(distinctValues: Self.mostIds) }
    }

    /// The map with VerSe ids, on its own grid.
    ///
    /// - Throws: `SegmentationError.noVertebra`. Complexity: O(voxels).
    func renamed(_ labels: Volume<Int32, Patient>, scheme: LabelScheme) throws -> LabelVolume {
        let levels = counts.compactMap { scheme.level(of: $0.id) }
        guard !levels.isEmpty else {
            throw SegmentationError.noVertebra(scheme: scheme, ids: counts.map(\.id), fitting: fittingSchemes(besides: scheme))
        }
        var table = [UInt8](repeating: 0, count: Self.tableSize)
        for (id, _) in counts where table.indices.contains(id) { table[id] = scheme.level(of: id)?.rawValue ?? 0 }
        return table.withUnsafeBufferPointer { table in
            labels.map { id in id >= 0 && Int(id) < table.count ? table[Int(id)] : 0 }
        }
    }

    /// A warning with the ids that the scheme does not define, if there are any.
    func unknownIds(scheme: LabelScheme) -> [LabelWarning] {
        let unknown = counts.filter { scheme.level(of: $0.id) == nil && !scheme.isOtherStructure($0.id) }
        guard !unknown.isEmpty else { return [] }
        let list = unknown.prefix(12).map { "\($0.id) (\($0.voxels) voxels)" }.joined(separator: ", ")
        let rest = unknown.count > 12 ? " and \(unknown.count - 12) more" : ""
        return [
            LabelWarning(
                .unknownIds,
                "ids that scheme \(scheme.rawValue) does not define were left out: \(list)\(rest); is the scheme right?")
        ]
    }

    /// What these ids would be in the other schemes, as sentences; empty when they fit none.
    private func fittingSchemes(besides scheme: LabelScheme) -> [String] {
        LabelScheme.allCases.filter { $0 != scheme && $0 != .lamina }.compactMap { other in
            let ids = counts.map(\.id).filter { other.level(of: $0) != nil }
            let levels = ids.compactMap { other.level(of: $0) }
            guard let first = levels.min(), let last = levels.max() else { return nil }
            return "\(idList(ids)) would be \(first == last ? first.name : "\(first)-\(last)") in \(other.rawValue)"
        }
    }
}
