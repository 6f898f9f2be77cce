import Anatomy
import Foundation
import Frames
import Testing
import Volumes

@testable import Segmentation

/// A ball in the image, and a probability whose ball is smaller.
@Suite struct DrawnBoneTests {
    private func ct(radius: Double) throws -> CTVolume {
        let grid = try GridGeometry<Patient>(
            size: SIMD3(50, 50, 50), spacing: SIMD3(1, 1, 1), origin: Point(-24.5, -24.5, -24.5),
            axes: (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)))
        var volume = CTVolume(geometry: grid, repeating: 40)
        for k in 0..<50 {
            for j in 0..<50 {
                for i in 0..<50 {
                    let depth = radius - (grid.point(at: SIMD3(i, j, k)) - Point(0, 0, 0)).length
                    // The share of the voxel that is bone.
                    volume[i, j, k] = Int16(40 + 460 * min(1, max(0, depth + 0.5)))
                }
            }
        }
        return volume
    }

    private func drawn(network: Double, image: Double) throws -> DrawnBone? {
        let map = try fineMap(bone: { Float(1 / (1 + exp((($0 * $0).sum().squareRoot() - network) / 0.9))) })
        return drawnBone(.l1, map.thisVertebra, ct: try ct(radius: image), parameters: SegmentationParameters())
    }

    /// The image's edge decides: a ball of 13 mm from a surface of 12 mm. It has 9,203 mm³, of which 2 % are 0.09 mm of its radius.
    @Test func theSurfaceComesToTheImagesEdge() throws {
        let bone = try #require(try drawn(network: 12, image: 13))
        let volume = Double(bone.field.distance.count { $0 < 0 })
        #expect(abs(volume - 9203) < 184)
        #expect(abs(bone.medianShift - 1) < 0.1)
        #expect(bone.level == .l1 && bone.edgeShare == 1 && bone.shareOfLargestPiece == 1 && bone.softShare == 0)
        #expect(bone.probability > 0.8 && bone.probability < 1)
    }

    /// Where the image shows nothing the network's surface stays, a ball of 7,238 mm³ to 3 %, and both measures say that there is no bone.
    @Test func withoutAnEdgeNothingMoves() throws {
        let bone = try #require(try drawn(network: 12, image: 0))
        let volume = Double(bone.field.distance.count { $0 < 0 })
        #expect(abs(volume - 7238) < 217)
        #expect(bone.medianShift == 0 && bone.edgeShare == 0 && bone.softShare > 0.95)
    }

    /// 7 mm: 1,437 mm³, where 2,000 are asked for.
    @Test func tooLittleIsNoBone() throws {
        #expect(try drawn(network: 7, image: 7) == nil)
    }
}
