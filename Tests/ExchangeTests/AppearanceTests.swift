import Testing

@testable import Exchange

@Suite struct AppearanceTests {
    @Test func sidesDiffer() {
        #expect(Appearance(.left).hexadecimal == "#35D0E8" && Appearance(.right).hexadecimal == "#FF5FD2")
        #expect(Appearance.bone.fractions == [0.9137, 0.8745, 0.7804])
        #expect(Appearance.allCases.map(\.index) == [0, 1, 2, 3])
    }
}
