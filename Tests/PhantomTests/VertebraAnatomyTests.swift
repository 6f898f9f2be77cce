import Anatomy
import Testing

@testable import Phantom

@Suite struct VertebraAnatomyTests {
    /// Published pedicle widths (mean, SD) that a population of phantoms has to show, mm; gathered from published morphometry.
    private static let published: [(VertebraLevel, Double, Double)] = [
        (.t1, 9.3, 1.0), (.t4, 4.5, 0.9), (.t8, 6.3, 0.9), (.t12, 8.3, 1.8), (.l1, 7.5, 2.18), (.l3, 9.7, 2.6), (.l5, 14.6, 4.77),
    ]

    @Test(arguments: published)
    func widthsFollowThePublishedTables(level: VertebraLevel, mean: Double, sd: Double) throws {
        let drawn = try (UInt64(0)..<400).map { try #require(drawVertebra(level, parameters: .init(), seed: $0)) }
        let widths = drawn.flatMap { [$0.left.width, $0.right.width] }
        let average = widths.reduce(0, +) / Double(widths.count)
        // 400 vertebrae: the mean is good to SD/20; the cut at 3.5 mm lifts T4 a little.
        #expect(abs(average - mean) < 0.1 * sd + 0.05)
        #expect(widths.allSatisfy { abs($0 - mean) <= 2 * sd })
        #expect(widths.allSatisfy { $0 >= 3.5 })
        #expect(drawn.count { $0.left.width != $0.right.width } > 320, "left and right differ, unless both are cut at the band")
    }

    @Test func everyLevelFromT1ToS1HasAnatomyAndNoOther() {
        let levels = VertebraLevel.craniocaudal.filter { drawVertebra($0, parameters: .init(), seed: 1) != nil }
        #expect(levels.map(\.name).joined(separator: " ") == "T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 L1 L2 L3 L4 L5 S1")
    }

    @Test func theLeftTransverseProcessIsAlwaysTheLonger() throws {
        for seed in UInt64(0)..<50 {
            for level in LevelAnatomy.levels {
                let drawn = try #require(drawVertebra(level, parameters: .init(), seed: seed))
                #expect(drawn.leftTransverse > drawn.rightTransverse + 3)
            }
        }
    }
}
