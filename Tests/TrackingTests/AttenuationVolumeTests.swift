import Frames
import Testing
import Volumes

@testable import Tracking

struct AttenuationVolumeTests {
    @Test func everyVoxelThatIsNotZeroLiesInABlock() throws {
        let volume = try blobs(size: SIMD3(37, 41, 30))
        let blocks = AttenuationVolume(volume).occupied
        let size = volume.geometry.size
        for k in 0..<size.z {
            for j in 0..<size.y {
                for i in 0..<size.x where volume[i, j, k] != 0 {
                    #expect(blocks.contains { all(SIMD3(i, j, k), from: $0.lower, to: $0.upper) })
                }
            }
        }
        #expect(blocks.allSatisfy { all($0.upper, from: SIMD3(0, 0, 0), to: size &- 1) })
    }

    @Test func anEmptyVolumeHasNoBlock() throws {
        let grid = try GridGeometry<Vertebra>(size: SIMD3(9, 3, 5), spacing: SIMD3(1, 1, 1), origin: Point(0, 0, 0))
        #expect(AttenuationVolume(Volume<Float, Vertebra>(geometry: grid, repeating: 0)).occupied.isEmpty)
    }

    /// Or a whole CT would take longer to look through than to project.
    @Test func aLargeVolumeHasLargeBlocks() throws {
        let grid = try GridGeometry<Vertebra>(size: SIMD3(300, 200, 100), spacing: SIMD3(1, 1, 1), origin: Point(0, 0, 0))
        #expect(AttenuationVolume(Volume<Float, Vertebra>(geometry: grid, repeating: 1)).occupied.count < 12_000)
    }

    private func all(_ p: SIMD3<Int>, from lower: SIMD3<Int>, to upper: SIMD3<Int>) -> Bool {
        p.x >= lower.x && p.y >= lower.y && p.z >= lower.z && p.x <= upper.x && p.y <= upper.y && p.z <= upper.z
    }
}
