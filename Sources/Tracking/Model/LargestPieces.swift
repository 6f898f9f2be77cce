import Anatomy
import Volumes

extension Volume where Voxel == UInt8 {
    /// The same labels with only the largest piece of each of some levels; what else carries their names becomes 0.
    ///
    /// A single voxel with a vertebra's label far away from it would make the vertebra's own volume as large as the scan. Voxels that touch by a corner are of one
    /// piece, as they are to the planner: laminae are thin. Of pieces of one size the first in the array's order stays.
    ///
    /// - Complexity: O(voxels).
    func keepingLargestPieces(of levels: some Sequence<VertebraLevel>) -> Self {
        var isWanted = [Bool](repeating: false, count: 256)
        for level in levels { isWanted[Int(level.rawValue)] = true }
        let size = geometry.size
        /// By label: the first voxel of its largest piece until now, and that piece's size.
        var largest: [UInt8: (start: Int, count: Int)] = [:]
        var kept = self
        kept.voxels.withUnsafeMutableBufferPointer { kept in
            /// Takes a label's piece out of the map, or puts it back.
            func paint(_ start: Int, _ id: UInt8, over old: UInt8, where isOfIt: (Int) -> Bool = { _ in true }) -> Int {
                flood(from: start, size: size, diagonal: true) { at in
                    guard kept[at] == old, isOfIt(at) else { return false }
                    kept[at] = id
                    return true
                }
            }
            for start in kept.indices where isWanted[Int(kept[start])] {
                let id = kept[start]
                let count = paint(start, 0, over: id)
                if count > largest[id]?.count ?? 0 { largest[id] = (start, count) }
            }
            for (id, piece) in largest { _ = paint(piece.start, id, over: 0) { voxels[$0] == id } }
        }
        return kept
    }
}
