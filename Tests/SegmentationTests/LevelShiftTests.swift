import Anatomy
import Segmentation
import Testing

@Suite struct LevelShiftTests {
    @Test func movesAcrossTheThoracolumbarJunctionAndBack() throws {
        let levels: [VertebraLevel] = [.t11, .t12, .l1, .l2]
        let moved = try shifted(levels, by: 1)
        #expect(moved == [.t12, .l1, .l2, .l3])
        #expect(try shifted(moved, by: -1) == levels)
    }

    @Test func theSacrumKeepsItsName() throws {
        #expect(try shifted([.l4, .l5, .s1], by: 1) == [.l5, .l6, .s1])
    }

    @Test func refusesToLeaveTheSpine() {
        #expect(throws: NamingError.shiftOutOfRange(level: .l5, by: 2)) { try shifted([.l4, .l5], by: 2) }
        #expect(throws: NamingError.shiftOutOfRange(level: .c1, by: -1)) { try shifted([.c1], by: -1) }
    }
}
