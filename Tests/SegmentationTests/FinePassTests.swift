import Frames
import Testing

@testable import Segmentation

@Suite struct FinePassTests {
    /// A voxel's place in the vertebra's frame is where the grid has it, for a vertebra that is turned and far off. Double precision.
    @Test func placesAreInTheVertebrasFrame() throws {
        let turn = Rotation<Patient, Patient>(angle: 0.6, about: try #require(UnitVector(Vector(1, -2, 0.5))))
        let pose = VertebraPose(
            centre: Point(30, -200, 900), left: turn(SIMD3(1, 0, 0)), back: turn(SIMD3(0, 1, 0)), up: turn(SIMD3(0, 0, 1)))
        let map = try fineMap(pose: pose)
        let grid = map.thisVertebra.geometry
        var count = 0
        map.forEachVoxel { offset, place in
            count += 1
            let index = SIMD3(offset % 56, offset / 56 % 72, offset / (56 * 72))
            let expected = pose.centre + Vector(place.x * pose.left + place.y * pose.back + place.z * pose.up)
            if offset % 997 == 0 { #expect(grid.point(at: index).distance(to: expected) < 1e-9) }
        }
        #expect(count == grid.voxelCount)
    }

    @Test func mirroringTurnsXAlone() {
        // The value says where it was: 100 x + 10 y + z.
        var values: [Float] = []
        for x in 0..<3 { for y in 0..<2 { for z in 0..<4 { values.append(Float(100 * x + 10 * y + z)) } } }
        let mirrored = mirroredSides(values, [3, 2, 4])
        #expect(Array(mirrored[0..<4]) == [200, 201, 202, 203])
        #expect(Array(mirrored[20..<24]) == [10, 11, 12, 13])
        #expect(mirroredSides(mirrored, [3, 2, 4]) == values)
    }
}
