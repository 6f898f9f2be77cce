import Anatomy
import Testing

@Suite struct LevelSelectionTests {
    @Test func ranges() throws {
        #expect(try parseLevels("T10-L2") == [.t10, .t11, .t12, .l1, .l2])
        #expect(try parseLevels("l4") == [.l4])
        #expect(try parseLevels("L1, T9") == [.t9, .l1])
        #expect(try parseLevels("L4-S1") == [.l4, .l5, .s1])
        #expect(try parseLevels("L5-L6") == [.l5, .l6])
        #expect(try parseLevels("T12-T13,L1") == [.t12, .t13, .l1])
    }

    @Test func errorsNameThePart() {
        #expect(throws: LevelSelectionError.notALevel("X1")) { try parseLevels("T10,X1") }
        #expect(throws: LevelSelectionError.backwards("L2-T10")) { try parseLevels("L2-T10") }
        #expect(throws: LevelSelectionError.notALevel("")) { try parseLevels("") }
        #expect(throws: LevelSelectionError.notALevel("T1-T2-T3")) { try parseLevels("T1-T2-T3") }
    }
}
