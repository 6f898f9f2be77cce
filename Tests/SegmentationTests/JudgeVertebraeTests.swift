import Anatomy
import Foundation
import Testing

@testable import Segmentation

@Suite struct JudgeVertebraeTests {
    private func vertebra(_ level: VertebraLevel, _ change: (inout FoundVertebra) -> Void = { _ in }) -> FoundVertebra {
        var vertebra = FoundVertebra(
            level: level, bodyCentre: SIMD3(0, 0, 0), volume: 40_000, confidence: 0, probability: 0.97, edgeShare: 0.95, softShare: 0.01,
            shareOfLargestPiece: 0.99, contestedShare: 0.01, leftRightRatio: 1.02, ribVolume: 0, flaws: [])
        change(&vertebra)
        return vertebra
    }

    /// T12 judged among six sound neighbours.
    private func judged(_ change: (inout FoundVertebra) -> Void) -> FoundVertebra {
        let all = [.t9, .t10, .t11].map { vertebra($0) } + [vertebra(.t12, change)] + [.l1, .l2, .l3].map { vertebra($0) }
        let judged = withFlaws(all, parameters: TrustParameters())
        #expect(judged.enumerated().allSatisfy { $0 == 3 || $1.isTrusted }, "a flaw is its own vertebra's")
        return judged[3]
    }

    @Test func soundOnesAreTrusted() {
        let sound = judged { _ in }
        #expect(sound.flaws.isEmpty && sound.isTrusted && sound.confidence > 0.9 && sound.confidence <= 1)
    }

    @Test func eachSignIsSeen() {
        #expect(judged { $0.probability = 0.7 }.flaws == [.unsure])
        #expect(judged { $0.edgeShare = 0.4 }.flaws == [.blurred])
        #expect(judged { $0.softShare = 0.07 }.flaws == [.boneless])
        #expect(judged { $0.shareOfLargestPiece = 0.8 }.flaws == [.torn])
        #expect(judged { $0.separation = 0.6 }.flaws == [.besideBone])
        #expect(judged { $0.contestedShare = 0.3 }.flaws == [.mixed])
        #expect(judged { $0.leftRightRatio = 2 }.flaws == [.lopsided])
        #expect(judged { $0.leftRightRatio = 0.5 }.flaws == [.lopsided])
        #expect(judged { $0.volume = 20_000 }.flaws == [.unusualVolume])
        #expect(judged { $0.volume = 80_000 }.flaws == [.unusualVolume])
    }

    @Test func everySignLowersConfidence() {
        let sound = judged { _ in }.confidence
        #expect(judged { $0.probability = 0.7 }.confidence < sound)
        #expect(judged { $0.edgeShare = 0.4 }.confidence < sound)
        #expect(judged { $0.softShare = 0.3 }.confidence < sound)
        #expect(judged { $0.shareOfLargestPiece = 0.8 }.confidence < sound)
        #expect(judged { $0.contestedShare = 0.3 }.confidence < sound)
        #expect(judged { $0.leftRightRatio = 0.5 }.confidence == judged { $0.leftRightRatio = 2 }.confidence)
    }

    /// Part of a vertebra may be small and lopsided, and is left to the planner; other signs count for it too.
    @Test func whatTheViewCutsMayBeSmall() {
        let cut = judged {
            $0.flaws = [.cutByView]
            $0.volume = 9000
            $0.leftRightRatio = 3
        }
        #expect(cut.flaws == [.cutByView] && cut.isTrusted)
        let blurred = judged {
            $0.flaws = [.cutByView]
            $0.edgeShare = 0.2
        }
        #expect(blurred.flaws == [.cutByView, .blurred] && !blurred.isTrusted)
    }

    /// Which of T11, T12, L1, ... with these volumes, cm³, are too small or too large.
    private func doubted(_ volumes: [Double], from first: Int = 0) -> [VertebraLevel] {
        let levels: [VertebraLevel] = [.t11, .t12, .l1, .l2, .l3]
        let all = zip(levels.dropFirst(first), volumes).map { level, volume in vertebra(level) { $0.volume = 1000 * volume } }
        return withFlaws(all, parameters: TrustParameters()).filter { $0.flaws == [.unusualVolume] }.map(\.level)
    }

    /// Volumes of a phantom. Half of L1 is still larger than 0.6 of T11, the smallest of its neighbours, and far too small for its place, also as the last one.
    @Test func halfAVertebraIsTooSmall() {
        #expect(doubted([32.8, 34.7, 42.7, 49.6, 52.4]).isEmpty)
        #expect(doubted([32.8, 34.7, 22.1, 49.6, 52.4]) == [.l1])
        #expect(doubted([32.8, 34.7, 42.7, 24.8, 52.4]) == [.l2])
        #expect(doubted([32.8, 34.7, 22.1]) == [.l1])
        #expect(doubted([32.8, 34.7, 42.7, 24.8]) == [.l2])
        #expect(doubted([16.4, 34.7, 42.7]) == [.t11])
        // The front third alone is missing.
        #expect(doubted([32.8, 34.7, 28.1, 49.6, 52.4]) == [.l1])
    }

    /// Beside half a vertebra a whole one looks large, and is not.
    @Test func aWholeOneBesideAHalfIsNotDoubted() {
        #expect(doubted([32.8, 34.7, 22.1, 49.6]) == [.l1])
        #expect(doubted([17.35, 42.7, 49.6], from: 1) == [.t12])
    }

    /// With one neighbour alone nothing says which of the two is the odd one. A lone vertebra has nothing to be compared with.
    @Test func ofTwoThatDoNotFitBothAreDoubted() {
        #expect(doubted([34.7, 42.7], from: 1).isEmpty)
        #expect(doubted([34.7, 20], from: 1) == [.t12, .l1])
        #expect(doubted([50, 35], from: 1) == [.t12, .l1])
        #expect(doubted([20], from: 2).isEmpty)
        #expect(withFlaws([], parameters: TrustParameters()).isEmpty)
    }

    /// A bolt in T12's box and a doubt about L1: both are said of these levels, with no name among the words.
    @Test func whatIsSaidOfALevelKnowsTheLevel() throws {
        let labels = try BlockSpine().labels().map { UInt8($0) }
        let regions = labelledRegions(of: labels)
        var ct = try BlockSpine().image()
        let t12 = try #require(regions.first { $0.level == .t12 })
        // 5 x 5 x 3 voxels of 2 mm³.
        for k in 0..<3 { for j in 0..<5 { for i in 0..<5 { ct[t12.lower.x + 20 + i, t12.lower.y + 10 + j, t12.lower.z + 3 + k] = 3000 } } }
        let chain = NamedChain(
            places: [], probability: 1, alternatives: [], shiftProbabilities: [0: 1], anatomy: .usual, anatomyProbabilities: [.usual: 1],
            anchors: [.user], levelEstimated: false, warnings: [])
        let found = withFlaws([vertebra(.t12), vertebra(.l1) { $0.edgeShare = 0.1 }], parameters: TrustParameters())
        let all = try warnings(of: found, regions: regions, chain: chain, in: ct)
        #expect(all.map(\.code) == [.metal, .notTrusted] && all.map(\.levels) == [[.t12], [.l1]])
        let renamed = all.map { $0.renamed([.t12: .l1, .l1: .l2]) }
        #expect(renamed[0].message == all[0].message.replacingOccurrences(of: "T12", with: "L1") && renamed[0].levels == [.l1])
        #expect(renamed[1].message.hasPrefix("L2 was segmented") && renamed[1].levels == [.l2])
        for warning in all { #expect(levelsInWords(of: warning).isEmpty, "\(warning.message)") }
    }
}
