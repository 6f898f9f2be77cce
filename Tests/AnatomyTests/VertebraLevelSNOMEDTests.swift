import Anatomy
import Testing

@Suite struct VertebraLevelSNOMEDTests {
    @Test func everyNameHasItsCode() {
        #expect(VertebraLevel.c1.snomed == SNOMEDConcept("14806007", "C1 vertebra"))
        #expect(VertebraLevel.t1.snomed.code == "64864005" && VertebraLevel.t12.snomed.code == "23215003")
        #expect(VertebraLevel.l4.snomed == SNOMEDConcept("11994002", "L4 vertebra") && VertebraLevel.l5.snomed.code == "49668003")
        #expect(VertebraLevel.s1.snomed.meaning == "Sacrum" && VertebraLevel.t13.snomed == VertebraLevel.l6.snomed)
        let own = VertebraLevel.allCases.filter { ![.l6, .t13].contains($0) }.map(\.snomed.code)
        #expect(Set(own).count == own.count)
    }
}
