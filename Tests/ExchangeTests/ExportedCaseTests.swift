import Testing

@testable import Exchange

@Suite struct ExportedCaseTests {
    @Test func captionSaysWarningsAndRefusals() {
        let caption = exampleCase().caption
        for part in ["only", "THE APPROVAL IS VOID", "abab", "level_estimated, metal (L4)", "Refused: L4_right."] {
            #expect(caption.contains(part), "\(part)")
        }
    }

    @Test func namesAndSizes() {
        let screw = exampleCase().screws[0]
        #expect(screw.name == "L4_left" && screw.size == "6.5 x 45 mm")
    }
}
