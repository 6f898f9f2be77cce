import Anatomy
import Frames
import Testing

@testable import Segmentation

@Suite struct NamedBodiesTests {
    private func body(_ z: Double, isWhole: Bool = true) -> SettledBody {
        SettledBody(centre: Point(0, 0, z), volume: 40_000, score: 0.9, ribLikelihood: 0.5, isWhole: isWhole)
    }

    /// T12 to L4 at an adult's usual steps, L2 named by a person.
    private let whole = [0, -32.4, -66.9, -102.6, -139.1]

    private func names(_ bodies: [SettledBody]) throws -> (levels: [VertebraLevel], z: [Double], chain: NamedChain) {
        let found = try named(
            bodies, evidence: NamingEvidence(), anchors: [LevelAnchor(zLPS: -66.9, level: .l2)], parameters: NamingParameters())
        return (found.bodies.map(\.level), found.bodies.map(\.body.centre.z), found.chain)
    }

    @Test func wholeOnesAreNamed() throws {
        let found = try names(whole.map { body($0) })
        #expect(found.levels == [.t12, .l1, .l2, .l3, .l4] && found.z == whole && found.chain.anchors.contains(.user))
    }

    /// What the view cuts at either end gets the next name, and takes no part in the search.
    @Test func cutOnesFollow() throws {
        let found = try names([body(28, isWhole: false)] + whole.map { body($0) } + [body(-174, isWhole: false)])
        #expect(found.levels == [.t11, .t12, .l1, .l2, .l3, .l4, .l5] && found.z.first == 28 && found.z.last == -174)
        #expect(found.chain.places.count == whole.count)
    }

    /// Below L5 is the sacrum, which is no body of the chain; and what lies two steps off is not the next one.
    @Test func notEveryCutOneIsTheNext() throws {
        let toL5 = whole + [-175.4]
        #expect(try names((toL5 + []).map { body($0) } + [body(-208, isWhole: false)]).levels == [.t12, .l1, .l2, .l3, .l4, .l5])
        #expect(try names([body(60, isWhole: false)] + whole.map { body($0) }).levels == [.t12, .l1, .l2, .l3, .l4])
        #expect(try names([body(9, isWhole: false)] + whole.map { body($0) }).levels == [.t12, .l1, .l2, .l3, .l4])
    }

    @Test func whereNoneIsWholeAllAreSearched() throws {
        #expect(try names(whole.map { body($0, isWhole: false) }).levels == [.t12, .l1, .l2, .l3, .l4])
    }
}
