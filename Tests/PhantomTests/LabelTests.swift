import Anatomy
import Foundation
import Frames
import Phantom
import Testing
import Volumes

@Suite struct LabelTests {
    private static let cases: [([VertebraLevel], UInt64)] = [
        ([.t1, .t2, .t3, .t4, .t5], 1), ([.t6, .t7, .t8, .t9], 2), ([.t9, .t10, .t11, .t12, .l1], 3), ([.l1, .l2, .l3], 4),
        ([.l4, .l5, .s1], 5),
        ([.t4, .t5, .t6, .t7, .t8, .t9, .t10], 6), ([.t11, .t12, .l1, .l2], 7), ([.l2, .l3, .l4, .l5], 8),
    ]

    @Test(arguments: cases) func everyLevelIsOnePieceAndTouchesNoOther(levels: [VertebraLevel], seed: UInt64) throws {
        let labels = try makePhantom(parameters: boneOnly(levels), seed: seed).labels
        let size = labels.geometry.size
        #expect(Set(labels.voxels) == Set(levels.map(\.rawValue) + [0]))
        for level in levels {
            let id = level.rawValue
            let start = try #require(labels.voxels.firstIndex(of: id))
            let piece = flood(from: start, count: labels.voxels.count) { at in
                labels.voxels[at] == id ? faceNeighbours(of: at, in: size) : nil
            }
            #expect(piece.count == labels.voxels.count { $0 == id }, "\(level) is in pieces")
        }
        let touching = labels.voxels.indices.count { at in
            labels.voxels[at] > 0 && faceNeighbours(of: at, in: size).contains { labels.voxels[$0] > labels.voxels[at] }
        }
        #expect(touching == 0)
    }

    @Test(arguments: cases) func theCanalIsOpenAndTheArchClosesRoundIt(levels: [VertebraLevel], seed: UInt64) throws {
        let phantom = try makePhantom(parameters: boneOnly(levels), seed: seed)
        for vertebra in phantom.truth.vertebrae where vertebra.level != "S1" {
            let axes = vertebra.patientFromVertebra.rotation.columns
            for centre in vertebra.canal.centreline {
                // 90 % of the ellipse: the rest is within a voxel of the wall.
                for angle in stride(from: 0.0, to: 360, by: 15) {
                    let (a, b) = (0.45 * vertebra.canal.width, 0.45 * vertebra.canal.depth)
                    let p = centre + a * cos(angle * .pi / 180) * axes.0 + b * sin(angle * .pi / 180) * axes.1
                    #expect(phantom.labels.nearest(at: Point(p)) == 0, "\(vertebra.level) at \(angle) degrees")
                }
            }
            let closed = stride(from: -0.5, through: 0.5, by: 0.05).contains { fraction in
                canalIsClosed(phantom.labels, vertebra: vertebra, height: fraction)
            }
            #expect(closed, "\(vertebra.level) has no closed ring")
        }
    }

    /// Whether the canal in the vertebra's axial plane at a share of the body height has a wall all round.
    private func canalIsClosed(_ labels: LabelVolume, vertebra: VertebraTruth, height fraction: Double) -> Bool {
        let axes = vertebra.patientFromVertebra.rotation.columns
        let id = UInt8(vertebra.labelID)
        let body = (vertebra.endplates.superior.centre - vertebra.endplates.inferior.centre).length
        let centreline = vertebra.canal.centreline
        let centre = centreline[centreline.count / 2] + fraction * body * axes.2
        let side = 81
        let hole = flood(from: side * side / 2, count: side * side) { at in
            let (i, j) = (at % side - side / 2, at / side - side / 2)
            guard labels.nearest(at: Point(centre + Double(i) * axes.0 + Double(j) * axes.1)) != id else { return nil }
            let (x, y) = (at % side, at / side)
            return [x > 0 ? at - 1 : at, x + 1 < side ? at + 1 : at, y > 0 ? at - side : at, y + 1 < side ? at + side : at]
        }
        return hole.allSatisfy { $0 % side > 0 && $0 % side < side - 1 && $0 / side > 0 && $0 / side < side - 1 }
    }

    @Test func endplatesLieWhereTheTruthSays() throws {
        let phantom = try makePhantom(parameters: boneOnly([.t5, .t12, .l5], spacing: 0.6), seed: 9)
        for vertebra in phantom.truth.vertebrae {
            let axes = vertebra.patientFromVertebra.rotation.columns
            for plate in [vertebra.endplates.superior, vertebra.endplates.inferior] {
                let slope = plate.normal.cross(axes.0)
                for (x, y) in [(0.0, 0.0), (7, 0), (-7, 0), (0, 6), (0, -6)] {
                    let p = plate.centre + x * axes.0 + y * slope
                    // Half a voxel along the normal, and a little for its obliqueness.
                    #expect(phantom.labels.nearest(at: Point(p - 0.45 * plate.normal)) == UInt8(vertebra.labelID))
                    #expect(phantom.labels.nearest(at: Point(p + 0.45 * plate.normal)) == 0)
                }
            }
        }
    }
}
