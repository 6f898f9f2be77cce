import Foundation
import Frames
import Testing
import Volumes

@testable import Segmentation

@Suite struct EdgeSearchTests {
    /// Bone of 700 HU below the plane x = 20.3, tissue of 40 HU above it, blurred by a Gaussian: the plane is the edge's half height.
    private let plane = 20.3

    private func slab(blur: Double, bone: Double = 700) throws -> CTVolume {
        let grid = try GridGeometry<Patient>(
            size: SIMD3(58, 24, 12), spacing: SIMD3(0.7, 0.7, 1.5), origin: Point(0, 0, 0),
            axes: (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)))
        var ct = CTVolume(geometry: grid, repeating: 0)
        for k in 0..<12 {
            for j in 0..<24 {
                for i in 0..<58 {
                    let share = 0.5 * erfc((0.7 * Double(i) - plane) / (blur * 2.squareRoot()))
                    ct[i, j, k] = Int16((40 + (bone - 40) * share).rounded())
                }
            }
        }
        return ct
    }

    /// A patch of surface that the network put `off` mm too far out.
    private func surface(off: Double) -> [SurfacePoint] {
        (0..<8).flatMap { j in
            (0..<6).map { k in SurfacePoint(at: Point(plane + off, 3 + 1.4 * Double(j), 4 + 1.4 * Double(k)), normal: SIMD3(1, 0, 0)) }
        }
    }

    /// 0.1 mm: a seventh of a voxel, of which linear interpolation and rounding of HU take some hundredths.
    @Test(arguments: [0.5, 0.8, 1.1], [-1.2, -0.6, 0.0, 0.45, 1.0])
    func aBlurredEdgeIsFoundAtItsHalfHeight(blur: Double, off: Double) throws {
        for point in shiftedToEdges(surface(off: off), in: try slab(blur: blur), parameters: EdgeParameters()) {
            #expect(abs(point.shift + off) < 0.1 && point.clarity > 0)
        }
    }

    @Test func withoutAnEdgeTheSurfaceStays() throws {
        let points = surface(off: 0.5)
        // 50 HU in all is less than an edge; -300 HU is one from the outside in.
        for bone in [90.0, -300] {
            #expect(shiftedToEdges(points, in: try slab(blur: 0.8, bone: bone), parameters: EdgeParameters()) == points)
        }
    }

    @Test func anEdgeOutOfReachIsNotFollowed() throws {
        let points = surface(off: 6)
        #expect(shiftedToEdges(points, in: try slab(blur: 0.5), parameters: EdgeParameters()) == points)
    }

    @Test func whatTheImageDoesNotHoldStays() throws {
        let outside = [SurfacePoint(at: Point(-1, 5, 5), normal: SIMD3(-1, 0, 0))]
        #expect(shiftedToEdges(outside, in: try slab(blur: 0.5), parameters: EdgeParameters()) == outside)
    }
}
