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

    // MARK: - Unusual spines and people

    /// The whole spine of someone with the given levels: ribs on the thoracic ones, the sacrum below the last.
    private func person(
        _ levels: [VertebraLevel], size: Double = 1, curve: (Double) -> Point<Patient> = { Point(3, 10 * sin($0 / 90), $0) }
    ) -> (
        detections: [VertebraDetection], sacrum: Point<Patient>
    ) {
        let neck: [(VertebraLevel, Double)] = [(.c1, 17.5), (.c2, 24.5), (.c3, 18), (.c4, 18), (.c5, 17), (.c6, 18), (.c7, 20)]
        let steps = Dictionary(uniqueKeysWithValues: neck + Self.steps + [(.t13, 30), (.l6, 33)])
        var height = 0.0
        var centre = curve(height)
        var detections: [VertebraDetection] = []
        for level in levels {
            detections.append(VertebraDetection(bodyCentre: centre, ribLikelihood: level.region == .thoracic ? 0.95 : 0.05))
            // Down the curve until the next centre is one step away.
            let next = steps[level]! * size
            let from = centre
            while centre.distance(to: from) < next {
                height -= 0.05
                centre = curve(height)
            }
        }
        return (detections, centre)
    }

    private func levels(_ first: VertebraLevel, _ last: VertebraLevel, with extra: VertebraLevel? = nil) -> [VertebraLevel] {
        VertebraLevel.craniocaudal.filter { $0 >= first && $0 <= last && ($0 == extra || $0 != .t13 && $0 != .l6) }
    }

    @Test func aThirteenthRibIsCountedFromTheSkull() throws {
        let levels = levels(.c1, .l5, with: .t13)
        let (found, sacrum) = person(levels)
        let chain = try nameVertebrae(found, evidence: NamingEvidence(sacrum: .init(centre: sacrum, confidence: 0.95), skullSeen: true))
        #expect(chain.levels == levels)
        #expect(chain.anatomy == .thirteenThoracic)
        #expect(chain.warnings.contains { $0.code == .transitionalAnatomy })
    }

    @Test func aSixthLumbarVertebraIsCountedFromTheSkull() throws {
        let levels = levels(.c1, .l6, with: .l6)
        let (found, sacrum) = person(levels)
        let chain = try nameVertebrae(found, evidence: NamingEvidence(sacrum: .init(centre: sacrum, confidence: 0.95), skullSeen: true))
        #expect(chain.levels == levels)
        #expect(chain.anatomy == .sixLumbar)
        #expect(chain.warnings.contains { $0.code == .transitionalAnatomy })
    }

    /// Six vertebrae without ribs above the sacrum are L1 to L6, or a T12 whose ribs are short: a person must say which.
    @Test func aSixthLumbarVertebraInAShortViewIsNoSettledMatter() throws {
        var (found, sacrum) = person(levels(.t8, .l6, with: .l6))
        for i in found.indices { found[i].ribLikelihood = i <= 4 ? 0.99 : 0.01 }
        let chain = try nameVertebrae(found, evidence: NamingEvidence(sacrum: .init(centre: sacrum, confidence: 0.95)))
        #expect(chain.levelEstimated)
        #expect(chain.warnings.contains { $0.code == .levelEstimated })
    }

    @Test func scoliosisBendsNoName() throws {
        let levels = levels(.t4, .l5)
        // To 60 mm left and right: the end plates of its two bends are tilted by 57 degrees to one another.
        let (found, sacrum) = person(levels) { Point(60 * sin($0 / 110), 25 * sin($0 / 90), $0) }
        let chain = try nameVertebrae(found, evidence: NamingEvidence(sacrum: .init(centre: sacrum, confidence: 0.95)))
        #expect(chain.levels == levels)
    }

    @Test(arguments: [0.55, 0.75, 1, 1.25]) func sizeChangesNoName(size: Double) throws {
        let levels = levels(.t7, .l5)
        let (found, sacrum) = person(levels, size: size)
        let chain = try nameVertebrae(found, evidence: NamingEvidence(sacrum: .init(centre: sacrum, confidence: 0.95)))
        #expect(chain.levels == levels)
        #expect(chain.anatomy == .usual)
    }

    /// The same bodies, with the last rib on one or on the next.
    @Test(arguments: [3, 4]) func theLastRibTellsT12(last: Int) throws {
        var found = person(levels(.t9, .l3)).detections
        for i in found.indices { found[i].ribLikelihood = i <= last ? 0.97 : 0.03 }
        let chain = try nameVertebrae(found)
        #expect(chain.levels[last] == .t12)
        #expect(chain.levels[last + 1] == .l1)
        #expect(chain.anchors == [.ribs])
    }

    /// Bone of the pelvis beside L5 looks like a rib. Where names and ribs contradict one another, ribs settle nothing.
    @Test func ribsWhereNoneShouldBeSettleNothing() throws {
        var found = person(levels(.l2, .l5)).detections
        for i in found.indices { found[i].ribLikelihood = i == 3 ? 0.91 : 0.02 }
        let chain = try nameVertebrae(found)
        #expect(!chain.anchors.contains(.ribs))
        #expect(chain.levelEstimated)
    }

    // MARK: - False and incomplete detections

    @Test func aFalseOneBesideTheSpineDoesNotCostTheLastVertebra() throws {
        let (levels, centres, below) = spine(.t9, .l5)
        let evidence = NamingEvidence(sacrum: .init(centre: below, confidence: 0.95))
        for end in [centres[0], centres[8]] {
            for side in [-45.0, 45] {
                let aside = VertebraDetection(
                    bodyCentre: Point(end.x + side, end.y - 30, end.z + (end.z > centres[4].z ? -12 : 12)), score: 0.8)
                #expect(try nameVertebrae(found(centres) + [aside], evidence: evidence).levels == levels + [nil])
            }
        }
    }

    @Test func theImagesEdgeMayCutOffTheUppermostPedicles() throws {
        let (levels, centres, below) = spine(.t9, .l5)
        var found = found(centres)
        for i in found.indices.dropFirst() {
            found[i].leftPedicle = centres[i] + Vector(14, 19, 7)
            found[i].rightPedicle = centres[i] + Vector(-14, 19, 7)
        }
        let chain = try nameVertebrae(found, evidence: NamingEvidence(sacrum: .init(centre: below, confidence: 0.95)))
        #expect(chain.levels == levels)
    }

    @Test func pediclesStayWithTheirBodiesBesideAFalseOne() {
        let centres = spine(.t9, .l5).centres
        let left = centres.map { $0 + Vector(14, 19, 7) }
        let aside = centres[3] + Vector(-50, -20, -10)
        #expect(pairPedicles(bodies: centres + [aside], candidates: left, side: .left) == Array(centres.indices) + [nil])
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
