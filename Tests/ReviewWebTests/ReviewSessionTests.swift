import Anatomy
import Planning
import Protocols
import Testing

@testable import ReviewWeb

@Suite struct ReviewSessionTests {
    private func moved(_ session: ReviewSession, _ side: Side = .left, by offset: Double = 1) -> ScrewOrder {
        ScrewOrder(planSHA256: session.state.planSHA256, level: "L1", side: side, entryOffset: [offset, 0, 0])
    }

    /// The reviewed plan as it stands, read off what an undo would restore.
    private func entry(_ session: ReviewSession) -> Double? { session.done.last?.after.entry?[0] }

    private let start = PaperCase.planned.screws.first { $0.side == .left }

    @Test func whatIsUndoneIsExactlyWhatWasThere() throws {
        var session = ReviewSession(of: PaperCase())
        try session.apply(moved(session))
        try session.apply(moved(session, by: 2))
        try session.apply(moved(session, .right, by: -1))
        #expect(session.state.applied.count == 3 && session.done.map(\.after.side) == [.left, .left, .right])
        #expect(session.done[1].before == session.done[0].after)
        for _ in 0..<3 { try session.undo(shown: session.state.planSHA256) }
        #expect(session.state.applied.isEmpty && session.state.undone.count == 3)
        try session.redo(shown: session.state.planSHA256)
        #expect(session.done.map(\.before) == [start])
        try session.redo(shown: session.state.planSHA256)
        #expect(entry(session) == (start?.entry?[0]).map { $0 + 3 })
        // A new change leaves nothing to do again.
        try session.apply(moved(session))
        #expect(session.state.undone.isEmpty && code { try session.redo(shown: session.state.planSHA256) } == "nothing_to_redo")
    }

    private func code(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return (error as? CommandFailure)?.code }
        return nil
    }

    @Test func anOlderPageChangesNothing() throws {
        var session = ReviewSession(of: PaperCase())
        let old = moved(session)
        try session.apply(old)
        #expect(code { try session.apply(old) } == "stale_page")
        #expect(code { _ = try session.trial(of: old) } == "stale_page")
        #expect(code { try session.undo(shown: old.planSHA256) } == "stale_page")
        #expect(session.done.count == 1)
    }

    @Test func aWriteThatFailsLosesNothing() throws {
        var paper = PaperCase()
        paper.failure = CommandFailure(.storage, code: "disk_full", what: "no room")
        var session = ReviewSession(of: paper)
        #expect(code { try session.apply(moved(session)) } == "disk_full")
        #expect(session.done.isEmpty && session.state.planSHA256 == paper.planSHA256)
    }

    @Test func nothingIsUndoneAcrossAnotherRunsChange() throws {
        var paper = PaperCase()
        var others = PaperCase.planned
        others.notice = "another"
        paper.others = others
        var session = ReviewSession(of: paper)
        try session.apply(moved(session))
        _ = try session.page()
        #expect(session.done.isEmpty && session.state.notice != nil)
        #expect(code { try session.undo(shown: session.state.planSHA256) } == "nothing_to_undo")
        // Only once: the next page is of the same case.
        try session.apply(moved(session))
        _ = try session.page()
        #expect(session.done.count == 1)
    }

    @Test func whatIsNotThereIsRefused() {
        var session = ReviewSession(of: PaperCase())
        let other = ScrewOrder(planSHA256: session.state.planSHA256, level: "T3", side: .left)
        #expect(code { try session.apply(other) } == "level_not_in_plan")
        #expect(code { try session.undo(shown: session.state.planSHA256) } == "nothing_to_undo")
    }

    @Test func afterItsEndNothingIsChanged() throws {
        var session = ReviewSession(of: PaperCase())
        try session.apply(moved(session))
        #expect(session.end().standing.map(\.sentence) == ["L1 left: moved"])
        #expect(code { try session.undo(shown: session.state.planSHA256) } == "review_over")
    }

    @Test func theStateSaysWhereNoScrewCanBeJudged() {
        let pedicles = ReviewSession(of: PaperCase()).state.pedicles
        #expect(pedicles.map(\.side) == [.left, .right] && pedicles.map(\.closure) == [nil, "no isthmus was found"])
        #expect(pedicles.allSatisfy { $0.level == "L1" && $0.hasScrew && $0.status == "planned" })
    }
}
