import Anatomy
import Segmentation
import Testing
import Volumes

@testable import Evaluation

@Suite struct MaskSurfaceTests {
    private func count(_ map: LabelBoxes, _ level: VertebraLevel) throws -> Int {
        let labels = try map.labels()
        let region = try #require(labelledRegions(of: labels).first { $0.level == level })
        return surface(of: region, in: labels).count
    }

    /// All voxels of an n x m x l box but those of the box one smaller all round.
    @Test(arguments: [(SIMD3(5, 6, 7), 5 * 6 * 7 - 3 * 4 * 5), (SIMD3(1, 4, 9), 36), (SIMD3(2, 2, 2), 8), (SIMD3(3, 3, 3), 26)])
    func boxes(_ size: SIMD3<Int>, _ expected: Int) throws {
        var map = LabelBoxes()
        map.boxes = [(.l1, SIMD3(4, 5, 6), SIMD3(4, 5, 6) &+ size)]
        #expect(try count(map, .l1) == expected)
    }

    @Test func theGridsFacesCountAsOutside() throws {
        var map = LabelBoxes()
        map.size = SIMD3(6, 7, 8)
        map.boxes = [(.l1, SIMD3(), map.size)]
        #expect(try count(map, .l1) == 6 * 7 * 8 - 4 * 5 * 6)
    }

    /// A neighbour is outside too, and a corner missing opens no voxel that it does not share a face with.
    @Test func neighboursAndCorners() throws {
        var map = LabelBoxes()
        map.boxes = [
            (.l1, SIMD3(5, 5, 5), SIMD3(10, 10, 10)), (.l2, SIMD3(5, 5, 10), SIMD3(10, 10, 15)), (.l3, SIMD3(5, 5, 5), SIMD3(6, 6, 6)),
        ]
        #expect(try count(map, .l1) == 125 - 27 - 1)
        map.boxes[2] = (.l3, SIMD3(7, 7, 7), SIMD3(8, 8, 8))
        #expect(try count(map, .l1) == 125 - 27 + 6)
    }

    @Test func placesAreMillimetresAlongTheGridsAxes() throws {
        var map = LabelBoxes()
        map.spacing = SIMD3(0.5, 2, 3)
        map.boxes = [(.l1, SIMD3(4, 5, 6), SIMD3(5, 6, 7))]
        let labels = try map.labels()
        #expect(surface(of: labelledRegions(of: labels)[0], in: labels) == [SIMD3(2, 10, 18)])
    }
}
