import Foundation
import Testing

@testable import Fluoroscopy

@Suite(.timeLimit(.minutes(1))) struct MomentInboxTests {
    private let sent = StreamMessages(views: ["AP"])

    /// Of moments that came while nobody looked, the newest is taken and the others are counted.
    @Test func theNewestIsTaken() throws {
        let inbox = MomentInbox(idleSeconds: 5)
        for moment in 0..<4 { #expect(inbox.deliver(try sent.parts("AP", moment: moment))) }
        #expect(inbox.take()?.number == 3)
        #expect(inbox.state.counts.skipped == 3 && inbox.state.counts.moments == 4)
        _ = inbox.deliver(try sent.parts("AP", moment: 4))
        #expect(inbox.take()?.number == 4 && inbox.state.counts.skipped == 3)
    }

    @Test func theLastMomentIsTakenBeforeTheEnd() throws {
        let inbox = MomentInbox(idleSeconds: 5)
        _ = inbox.deliver(try sent.parts("AP", moment: 0))
        #expect(try !inbox.deliver(sent.end()))
        #expect(inbox.take()?.number == 0 && inbox.take() == nil && inbox.state.ending == .finished)
    }

    /// A waiting reader is woken; what waits is not tracked any more; the first reason stays.
    @Test func stopEndsAtOnce() throws {
        let inbox = MomentInbox(idleSeconds: 60)
        Thread.detachNewThread {
            usleep(50_000)
            inbox.end(.stopped)
        }
        #expect(inbox.take() == nil)
        #expect(try !inbox.deliver(sent.parts("AP", moment: 0)))
        #expect(inbox.take() == nil && inbox.state.ending == .stopped)
        #expect(try !inbox.deliver(sent.end()) && inbox.state.ending == .stopped)
    }

    /// Refused messages and moments without all their views do not keep a stream alive.
    @Test func silenceIsTheLackOfWholeMoments() throws {
        let inbox = MomentInbox(idleSeconds: 0.3)
        let pair = StreamMessages()
        let begun = ContinuousClock.now
        Thread.detachNewThread {
            for moment in 0..<40 where inbox.deliver((try? pair.parts("AP", moment: moment)) ?? []) { usleep(20_000) }
        }
        #expect(inbox.take() == nil)
        #expect(inbox.state.ending == .silent(seconds: 0.3))
        // Not before its time; how long after depends on the machine.
        #expect(begun.duration(to: .now) >= .milliseconds(300))
        #expect(inbox.state.counts.incomplete > 2)
    }
}
