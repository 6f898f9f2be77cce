import Anatomy
import Frames
import Testing
import Volumes

@testable import Segmentation

@Suite struct LabelFusionTests {
    private func grid(_ size: SIMD3<Int>) throws -> GridGeometry<Patient> {
        try GridGeometry(
            size: size, spacing: SIMD3(1, 1, 1), origin: Point(0, 0, 0), axes: (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)))
    }

    private func field(_ lower: SIMD3<Int>, _ upper: SIMD3<Int>, _ distance: (SIMD3<Int>) -> Float) -> BoneField {
        var values: [Float] = []
        for k in lower.z..<upper.z {
            for j in lower.y..<upper.y { for i in lower.x..<upper.x { values.append(distance(SIMD3(i, j, k))) } }
        }
        return BoneField(lower: lower, upper: upper, distance: values)
    }

    /// Two slabs that overlap by four voxels: the border lies in the middle, where both are equally deep.
    @Test func eachVoxelGoesToTheBoneItLiesDeepestIn() throws {
        let grid = try grid(SIMD3(3, 3, 20))
        let upper = field(SIMD3(0, 0, 6), SIMD3(3, 3, 20)) { 7.5 - Float($0.z) }
        let lower = field(SIMD3(0, 0, 0), SIMD3(3, 3, 14)) { Float($0.z) - 11.5 }
        for fields in [[(VertebraLevel.t12, upper), (.l1, lower)], [(.l1, lower), (.t12, upper)]] {
            let labels = fused(fields.map { (level: $0.0, field: $0.1) }, on: grid)
            for k in 0..<20 { #expect(labels[1, 1, k] == (k >= 10 ? VertebraLevel.t12 : .l1).rawValue, "z \(k)") }
        }
    }

    @Test func islandsAreDroppedAndCavitiesFilled() throws {
        let grid = try grid(SIMD3(12, 7, 7))
        let bone = field(SIMD3(0, 0, 0), SIMD3(12, 7, 7)) { v in
            let isBlock = (1...5).contains(v.x) && (1...5).contains(v.y) && (1...5).contains(v.z) && v != SIMD3(3, 3, 3)
            return isBlock || v == SIMD3(9, 3, 3) ? -1 : 1
        }
        let labels = fused([(level: .l2, field: bone)], on: grid)
        #expect(labels[3, 3, 3] == VertebraLevel.l2.rawValue && labels[9, 3, 3] == 0)
        #expect(labels.voxels.count { $0 != 0 } == 125)
    }

    @Test func aHoleWithAWayOutIsNoCavity() {
        let size = SIMD3(5, 5, 5)
        var mask = [Bool](repeating: true, count: 125)
        func at(_ i: Int, _ j: Int, _ k: Int) -> Int { (k * 5 + j) * 5 + i }
        mask[at(2, 2, 2)] = false
        #expect(withoutCavities(mask, size: size) == [Bool](repeating: true, count: 125))
        // A tunnel to the face of the box.
        mask[at(2, 2, 3)] = false
        mask[at(2, 2, 4)] = false
        #expect(withoutCavities(mask, size: size) == mask)
    }

    @Test func nothingStaysNothing() {
        let empty = [Bool](repeating: false, count: 27)
        #expect(withoutCavities(empty, size: SIMD3(3, 3, 3)) == empty)
    }
}
