import Anatomy
import Foundation
import Frames
import Meshes
import Testing
import Volumes

@testable import Planning

@Suite struct CanalFieldTests {
    /// Bone all round a tube of radius 9 along z, with a slit of `gap` mm through its back wall.
    private func bone(gap: Double) throws -> PosedBone {
        let field: SignedDistanceField<Patient> = try ToyVertebra.field { p in
            let tube = 9 - (p.x * p.x + (p.y - 18) * (p.y - 18)).squareRoot()
            let block = max(abs(p.x) - 16, abs(p.y - 18) - 16)
            let slit = p.y > 18 ? gap / 2 - abs(p.x) : -100
            return max(tube, block, gap > 0 ? slit : -100)
        }
        return PosedBone(
            field: field,
            patientFromVertebra: RigidTransform(
                asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0)))
    }

    /// A margin to the canal must not grow because the lamina has a slit, which closes only when bone is thickened.
    @Test(arguments: [0.0, 2.2]) func distanceIsToTheBonesOwnSurface(gap: Double) throws {
        let bone = try bone(gap: gap)
        let slices = findCanal(in: bone, window: .posed, areas: 60...1200)
        #expect(slices.count > 20)
        #expect(slices.allSatisfy { ($0.closing > 0) == (gap > 0) })
        let canal = try canalField(slices, bone: bone, height: -10...10)
        for degrees in stride(from: 0.0, to: 360, by: 20) {
            // Not beside the slit, at 90°: there the canal ends half-way into it.
            let angle = degrees * .pi / 180
            guard sin(angle) < 0.9 else { continue }
            for radius in [8.0, 9, 10, 12] {
                let p = Point<Vertebra>(radius * cos(angle), 18 + radius * sin(angle), 0.3)
                // 0.1 mm: a circle of 9 mm sampled at 1 mm.
                #expect(abs(canal.distance(at: p) - (radius - 9)) < 0.1, "\(degrees)° at \(radius) mm: \(canal.distance(at: p))")
            }
        }
        #expect(abs(medianSize(of: slices).x - 18) < 1.1)
    }
}
