import Foundation
import Protocols
import TestSupport
import Testing

@testable import Streaming

/// A stream of ticks whose capture and publishing are told in milliseconds, and a reader's two clocks.
struct PoseGateTests {
    private let start = StreamTime(wallNS: 1_800_000_000_000_000_000, monotonicNS: 50_000_000_000)

    private func now(_ ms: Double, wallSteppedByMS step: Double = 0) -> StreamTime {
        StreamTime(
            wallNS: UInt64(Int64(start.wallNS) + Int64((ms + step) * 1e6)), monotonicNS: start.monotonicNS + UInt64(ms * 1e6))
    }

    /// Captured at `ms`, published 20 ms later, good for 200 ms, clock error 0.15 ms.
    private func tick(
        _ sequence: UInt64, at ms: Double, clock: StreamClock = .monoLocal, epoch: UInt64 = 3, registration: UInt64 = 42,
        source: StreamSource = .live, plan: String = String(repeating: "a1", count: 32),
        patient: String = String(repeating: "b2", count: 32)
    ) -> PoseTick {
        let begun = start.on(clock)
        return exampleTick(
            epoch: epoch, sequence: sequence, source: source, registration: registration, plan: plan, patient: patient,
            captureNS: begun + UInt64(ms * 1e6), publishNS: begun + UInt64((ms + 20) * 1e6), clock: clock)
    }

    private func confirmedGate(clock: StreamClock = .monoLocal) -> PoseGate {
        var gate = PoseGate()
        gate.confirm(StreamConfirmation(tick(1, at: 0, clock: clock)))
        return gate
    }

    @Test func nothingIsShownBeforeItIsConfirmed() {
        var gate = PoseGate()
        let first = tick(1, at: 0)
        let asked = StreamConfirmation(first)
        #expect(gate.take(first, at: now(30)) == .refused(.unconfirmed(asked, changes: ["nothing was confirmed yet"])))
        #expect(gate.current(at: now(30)) == nil)
        gate.confirm(asked)
        #expect(gate.take(first, at: now(31)) == .accepted)
        #expect(gate.current(at: now(31)) == first)
    }

    @Test func whatWasAcceptedGrowsOld() {
        var gate = confirmedGate()
        #expect(gate.take(tick(1, at: 0), at: now(30)) == .accepted)
        #expect(gate.current(at: now(199.8)) != nil)
        #expect(abs(gate.remainingMS(at: now(100)) - 99.85) < 1e-6)
        #expect(gate.current(at: now(200)) == nil)
        #expect(gate.remainingMS(at: now(500)) == 0)
    }

    @Test(arguments: [StreamClock.monoLocal, .utcNTP, .utcPTP]) func whatIsOldOrFromTheFutureIsRefused(clock: StreamClock) {
        var gate = confirmedGate(clock: clock)
        #expect(gate.take(tick(1, at: 0, clock: clock), at: now(200)) == .refused(.tooOld(ageMS: 200)))
        #expect(gate.take(tick(2, at: 300, clock: clock), at: now(290)) == .refused(.fromTheFuture(byMS: 10)))
        #expect(gate.current(at: now(290)) == nil)
        // By no more than two readings of a clock may differ.
        #expect(gate.take(tick(3, at: 301, clock: clock), at: now(300)) == .accepted)
    }

    @Test func whatComesTwiceOrOutOfOrderIsNotTaken() {
        var gate = confirmedGate()
        #expect(gate.take(tick(5, at: 0), at: now(30)) == .accepted)
        #expect(gate.take(tick(5, at: 0), at: now(31)) == .duplicate)
        #expect(gate.take(tick(4, at: 20), at: now(50)) == .refused(.outOfOrder(sequence: 4, last: 5)))
        #expect(gate.current(at: now(50))?.sequence == 5)
        // A tick that was refused for its age cannot come again with a lower number.
        #expect(gate.take(tick(9, at: 0), at: now(300)) == .refused(.tooOld(ageMS: 300)))
        #expect(gate.take(tick(8, at: 290), at: now(310)) == .refused(.outOfOrder(sequence: 8, last: 9)))
    }

    @Test func whateverChangesHasToBeConfirmedAnew() {
        let other = String(repeating: "0f", count: 32)
        let changed: [(PoseTick, String)] = [
            (tick(2, at: 40, epoch: 4), "the publisher was started anew"),
            (tick(2, at: 40, registration: 43), "the patient was registered anew"),
            (tick(2, at: 40, plan: other), "another plan"), (tick(2, at: 40, patient: other), "another patient"),
        ]
        for (next, change) in changed {
            var gate = confirmedGate()
            #expect(gate.take(tick(1, at: 0), at: now(30)) == .accepted)
            let asked = StreamConfirmation(next)
            #expect(gate.take(next, at: now(70)) == .refused(.unconfirmed(asked, changes: [change])))
            gate.confirm(asked)
            // What was shown before is of something else.
            #expect(gate.current(at: now(70)) == nil)
            #expect(gate.take(next, at: now(71)) == .accepted)
        }
        var (study, lost) = (tick(2, at: 40), tick(2, at: 40))
        study.identity.studySHA256 = other
        lost.registration = nil
        for next in [study, lost] {
            var gate = confirmedGate()
            guard case .refused(.unconfirmed) = gate.take(next, at: now(70)) else {
                Issue.record("\(next) was taken")
                continue
            }
        }
    }

    /// A new run of the publisher counts from 1 again, and the old one's numbers do not come back with it.
    @Test func aNewEpochCountsAnew() {
        var gate = confirmedGate()
        #expect(gate.take(tick(100, at: 0), at: now(30)) == .accepted)
        let anew = tick(1, at: 40, epoch: 4)
        gate.confirm(StreamConfirmation(anew))
        #expect(gate.take(anew, at: now(60)) == .accepted)
        guard case .refused(.unconfirmed) = gate.take(tick(101, at: 50), at: now(70)) else {
            Issue.record("the old run was taken")
            return
        }
    }

    @Test func replaysAndSimulationsMustBeAskedFor() {
        for source in [StreamSource.replay, .simulation] {
            var gate = confirmedGate()
            #expect(gate.take(tick(1, at: 0, source: source), at: now(30)) == .refused(.notLive(source)))
            gate.allowed = [source]
            #expect(gate.take(tick(1, at: 0, source: source), at: now(30)) == .accepted)
            #expect(gate.take(tick(2, at: 1), at: now(30)) == .refused(.notLive(.live)))
        }
    }

    /// This machine's clock set, either way, while UTC ages are told from it: nothing is shown until a person has looked.
    @Test(arguments: [-120.0, 120]) func aClockThatWasSetIsCaught(step: Double) {
        var gate = confirmedGate(clock: .utcNTP)
        #expect(gate.take(tick(1, at: 0, clock: .utcNTP), at: now(30)) == .accepted)
        #expect(gate.take(tick(2, at: 40, clock: .utcNTP), at: now(70, wallSteppedByMS: step)) == .refused(.clockStepped(byMS: step)))
        #expect(gate.current(at: now(70)) == nil && gate.confirmed == nil)
        // A monotonic clock is not set.
        var local = confirmedGate()
        #expect(local.take(tick(1, at: 0), at: now(30)) == .accepted)
        #expect(local.take(tick(2, at: 40), at: now(70, wallSteppedByMS: step)) == .accepted)
    }

    /// The publisher's clock set forward by 120 ms makes ticks that lay 130 ms in the network look young. Known once some ticks have come.
    @Test func aPublishersClockThatWasSetIsCaught() {
        var gate = confirmedGate(clock: .utcNTP)
        for n: UInt64 in 1...30 {
            #expect(gate.take(tick(n, at: 40 * Double(n), clock: .utcNTP), at: now(40 * Double(n) + 130)) == .accepted)
        }
        let verdict = gate.take(tick(31, at: 1360, clock: .utcNTP), at: now(1370))
        guard case .refused(.clockStepped(let step)) = verdict else {
            Issue.record("a tick faster than any before by 120 ms: \(verdict)")
            return
        }
        // But for what clocks may drift apart.
        #expect(abs(step + 120) < 0.1)
    }

    /// A first tick that was held up says nothing of how fast the others may be.
    @Test func aSlowBeginningIsNoStep() {
        var gate = confirmedGate(clock: .utcNTP)
        #expect(gate.take(tick(1, at: 0, clock: .utcNTP), at: now(190)) == .accepted)
        for n: UInt64 in 2...40 {
            #expect(gate.take(tick(n, at: 200 + 40 * Double(n), clock: .utcNTP), at: now(225 + 40 * Double(n))) == .accepted)
        }
    }

    @Test func whatWasShownComesDownWhenAnotherComes() {
        var gate = confirmedGate()
        #expect(gate.take(tick(1, at: 0), at: now(30)) == .accepted)
        _ = gate.take(tick(2, at: 10, registration: 43), at: now(40))
        #expect(gate.current(at: now(41)) == nil)
    }

    @Test func aClientHasABoundOfItsOwn() {
        var gate = PoseGate(longestMS: 100)
        gate.confirm(StreamConfirmation(tick(1, at: 0)))
        #expect(gate.take(tick(1, at: 0), at: now(30)) == .accepted)
        #expect(gate.current(at: now(99)) != nil && gate.current(at: now(101)) == nil)
        #expect(gate.take(tick(2, at: 100), at: now(201)) == .refused(.tooOld(ageMS: 101)))
    }

    @Test func aMonotonicClockIsOfOneMachine() {
        var gate = PoseGate(isLocal: false)
        gate.confirm(StreamConfirmation(tick(1, at: 0)))
        #expect(gate.take(tick(1, at: 0), at: now(30)) == .refused(.foreignClock))
        #expect(gate.take(tick(1, at: 0, clock: .utcPTP), at: now(30)) == .accepted)
    }

    @Test func confirmingAnewLetsNothingOldIn() {
        var gate = confirmedGate(clock: .utcNTP)
        #expect(gate.take(tick(9, at: 0, clock: .utcNTP), at: now(30)) == .accepted)
        _ = gate.take(tick(10, at: 40, clock: .utcNTP), at: now(70, wallSteppedByMS: 120))
        gate.confirm(StreamConfirmation(tick(6, at: 40)))
        #expect(gate.take(tick(6, at: 60, clock: .utcNTP), at: now(90)) == .refused(.outOfOrder(sequence: 6, last: 9)))
    }

    @Test func aRunThatWasEndedStaysEnded() {
        var gate = confirmedGate()
        var last = tick(1, at: 0)
        (last.state, last.bodies) = (.stopped, [last.bodies[2]])
        #expect(gate.take(last, at: now(30)) == .accepted)
        #expect(gate.take(tick(2, at: 40), at: now(60)) == .refused(.ended))
    }
}
