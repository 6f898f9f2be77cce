import Anatomy
import Foundation
import Frames
import Segmentation
import Testing

/// Spines laid out on paper: bodies on a gentle curve, with the distances between centres that a middle-sized adult has.
@Suite struct NameVertebraeTests {
    /// From T1 to L5: the way from each body's centre to the next one's, mm; L5's is to S1.
    private static let steps: [(VertebraLevel, Double)] = [
        (.t1, 19), (.t2, 19.5), (.t3, 20), (.t4, 20.5), (.t5, 21), (.t6, 22), (.t7, 22.5), (.t8, 23), (.t9, 24), (.t10, 25.5), (.t11, 27.5),
        (.t12, 30), (.l1, 32), (.l2, 33.5), (.l3, 34), (.l4, 34), (.l5, 33),
    ]

    /// Body centres from one level to another, head first, and where the next one below would be.
    private func spine(_ first: VertebraLevel, _ last: VertebraLevel) -> (
        levels: [VertebraLevel], centres: [Point<Patient>], below: Point<Patient>
    ) {
        let part = Self.steps.filter { $0.0 >= first && $0.0 <= last }
        var z = 400.0
        var centres: [Point<Patient>] = []
        for (_, step) in part {
            centres.append(place(z))
            z -= step
        }
        return (part.map(\.0), centres, place(z))
    }

    private func place(_ z: Double) -> Point<Patient> { Point(3, 10 * sin(z / 90), z) }

    private func found(_ centres: [Point<Patient>]) -> [VertebraDetection] { centres.map { VertebraDetection(bodyCentre: $0) } }

    @Test func sacrumSettlesTheCount() throws {
        let (levels, centres, below) = spine(.t9, .l5)
        let chain = try nameVertebrae(found(centres), evidence: NamingEvidence(sacrum: .init(centre: below, confidence: 0.99)))
        #expect(chain.levels == levels)
        #expect(chain.anchors.contains(.sacrum))
    }

    @Test func withoutAnAnchorTheLevelsAreCalledAnEstimate() throws {
        let chain = try nameVertebrae(found(spine(.t10, .l3).centres))
        #expect(chain.levelEstimated)
        #expect(chain.warnings.contains { $0.code == .levelEstimated })
        #expect(abs(chain.shiftProbabilities.values.reduce(0, +) - 1) < 1e-9)
    }

    @Test(arguments: [VertebraLevel.t11, .l1, .l2]) func aPersonsAnchorWins(level: VertebraLevel) throws {
        let (_, centres, _) = spine(.t10, .l3)
        let chain = try nameVertebrae(found(centres), anchors: [LevelAnchor(zLPS: centres[2].z, level: level)])
        #expect(chain.levels[2] == level)
        #expect(!chain.levelEstimated)
    }

    @Test func orderOfTheInputDoesNotMatter() throws {
        let (levels, centres, below) = spine(.t9, .l5)
        let evidence = NamingEvidence(sacrum: .init(centre: below, confidence: 0.99))
        let order = [5, 0, 7, 2, 8, 1, 3, 6, 4]
        let chain = try nameVertebrae(found(order.map { centres[$0] }), evidence: evidence)
        #expect(chain.levels == order.map { levels[$0] })
    }

    @Test func aMissingVertebraLeavesAGapAndAWarning() throws {
        let (levels, centres, below) = spine(.t9, .l5)
        var kept = centres
        kept.remove(at: 4)
        let chain = try nameVertebrae(found(kept), evidence: NamingEvidence(sacrum: .init(centre: below, confidence: 0.99)))
        #expect(chain.levels == levels.filter { $0 != levels[4] })
        #expect(chain.warnings.contains { $0.code == .missingLevel })
    }

    @Test func somethingBesideTheSpineIsDropped() throws {
        let (levels, centres, below) = spine(.t9, .l5)
        let aside = VertebraDetection(bodyCentre: Point(95, -60, centres[4].z + 9), score: 0.3)
        let chain = try nameVertebrae(found(centres) + [aside], evidence: NamingEvidence(sacrum: .init(centre: below, confidence: 0.99)))
        #expect(chain.levels == levels + [nil])
    }

    @Test func badInputIsRefused() {
        #expect(throws: NamingError.noDetections) { try nameVertebrae([]) }
        let broken = VertebraDetection(bodyCentre: Point(0, .nan, 0))
        #expect(throws: NamingError.badDetection(index: 0, what: "a coordinate is not a finite number")) { try nameVertebrae([broken]) }
        #expect(throws: (any Error).self) {
            try nameVertebrae(found(spine(.t10, .l3).centres), anchors: [LevelAnchor(zLPS: -900, level: .l3)])
        }
    }
}
