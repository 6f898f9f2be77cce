import Anatomy
import Testing

@testable import Exchange

@Suite struct SegmentColourTests {
    /// Neighbours, and theirs, can be told apart: by a quarter of a channel at least.
    @Test func neighboursDiffer() {
        let colours = VertebraLevel.craniocaudal.map(segmentColour)
        for n in colours.indices {
            #expect(colours[n].min() >= 0 && colours[n].max() <= 1)
            for other in colours[(n + 1)...].prefix(2) { #expect((colours[n] - other).max() > 0.25 || (other - colours[n]).max() > 0.25) }
        }
    }
}
