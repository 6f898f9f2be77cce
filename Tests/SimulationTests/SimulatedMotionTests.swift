import Anatomy
import Foundation
import Frames
import Testing

@testable import Simulation
@testable import Tracking

@Suite struct SimulatedMotionTests {
    private func moments(_ motion: MotionKind, frames: Int = 600, seed: UInt64 = 1, followed: [VertebraLevel] = [.t12, .l1]) throws
        -> [SimulatedMoment]
    {
        var parameters = SimulationParameters()
        (parameters.motion, parameters.frames, parameters.seed) = (motion, frames, seed)
        return simulatedMoments(of: try barModel(), restingAt: pronePatient(around: Point(0, 0, 0)), followed: followed, parameters)
    }

    /// How far a vertebra has gone from where it rests: degrees and room mm.
    private func way(_ moment: SimulatedMoment, _ n: Int) throws -> (degrees: Double, shift: SIMD3<Double>) {
        let rest = pronePatient(around: Point(0, 0, 0)) * (try barModel()).vertebrae[n].patientFromVertebra
        let motion = PoseMotion(from: rest, to: moment.roomFromVertebrae[n])
        return (motion.rotation.length * 180 / .pi, motion.shift)
    }

    @Test func stillIsStill() throws {
        for moment in try moments(.still) { #expect(try way(moment, 0).shift.length < 1e-12 && way(moment, 0).degrees < 1e-9) }
    }

    @Test func theBreathGoesAlongTheSpineAndUpAndDown() throws {
        // Ten whole breaths of four seconds; T12 is not followed, so it has the group's motion alone.
        let moments = try moments(.breathing, followed: [.l1])
        let shifts = try moments.map { try way($0, 0).shift }
        func rms(_ axis: Int) -> Double { (shifts.reduce(0) { $0 + $1[axis] * $1[axis] } / Double(shifts.count)).squareRoot() }
        let whole: Double = (rms(0) * rms(0) + rms(2) * rms(2)).squareRoot()
        let ratio: Double = rms(0) / rms(2)
        #expect(abs(whole - 2) < 1e-6)
        #expect(abs(ratio - 2) < 1e-6)
        #expect(rms(1) < 1e-12)
        #expect(moments.allSatisfy { $0.roomFromRest == moments[0].roomFromRest })
        // L1 has a little of its own besides.
        let own = try moments.map { (try way($0, 1).shift - (try way($0, 0).shift)).length }
        #expect(own.max()! > 0.05 && own.max()! < 1)
    }

    @Test func manipulatedVertebraeMoveEachOnItsOwn() throws {
        var (degrees, millimetres, both) = (0.0, 0.0, 0.0)
        for seed in 1...40 {
            for moment in try moments(.manipulation, frames: 60, seed: UInt64(seed)) {
                let (one, two) = (try way(moment, 0), try way(moment, 1))
                degrees += one.degrees * one.degrees / 2400
                millimetres += one.shift.length * one.shift.length / 2400
                both += (one.shift * two.shift).sum() / 2400
            }
        }
        // RMS over 40 sequences of some four memories each: a standard error of 4 %.
        #expect(abs(degrees.squareRoot() - 1.5) < 0.2 && abs(millimetres.squareRoot() - 1) < 0.15)
        #expect(abs(both) < 0.25)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func aStepComesOnceInTheMiddleAndTakesAllAlong(_ seed: UInt64) throws {
        let moments = try moments(.step, frames: 30, seed: seed)
        let first = try #require(try moments.firstIndex { try way($0, 0).shift.length > 0 })
        #expect((10..<20).contains(first))
        for (n, moment) in moments.enumerated() {
            let shift = try way(moment, 0).shift
            let length: Double = n < first ? 0 : 4
            #expect(abs(shift.length - length) < 1e-9)
            let rest = (moment.roomFromRest.origin - moments[0].roomFromRest.origin).xyz
            #expect((rest - shift).length < 1e-9)
        }
    }

    @Test func aLevelMovesTheSameWhateverOthersAreFollowed() throws {
        let (alone, both) = (try moments(.manipulation, followed: [.l1]), try moments(.manipulation))
        #expect(zip(alone, both).allSatisfy { $0.roomFromVertebrae[1] == $1.roomFromVertebrae[1] })
        #expect(try way(alone[100], 0).shift.length < 1e-12)
    }
}
