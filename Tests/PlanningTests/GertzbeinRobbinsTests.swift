import Testing

@testable import Planning

@Suite struct GertzbeinRobbinsTests {
    @Test(arguments: [(0.0, "A"), (0.04, "A"), (0.1, "B"), (1.99, "B"), (2, "C"), (3.9, "C"), (4, "D"), (6, "E"), (20, "E")])
    func gradesByBreach(breach: Double, grade: String) { #expect(GertzbeinRobbins(breach: breach).rawValue == grade) }
}
