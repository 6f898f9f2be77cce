import Foundation
import Frames
import Protocols
import TestSupport
import Testing

@testable import Fluoroscopy

@Suite struct MomentAssemblerTests {
    private let sent = StreamMessages()
    private let now = ContinuousClock.now

    /// Feeds messages and returns the numbers of the moments that were whole; -1 for the end.
    private func feed(_ assembler: inout MomentAssembler, _ messages: [[Data]]) -> [Int] {
        messages.compactMap { parts in
            switch assembler.take(parts, at: now) {
            case .nothingYet: nil
            case .complete(let moment): moment.number
            case .ended: -1
            }
        }
    }

    @Test func viewsOfAMomentComeTogetherInTheAnnouncedOrder() throws {
        var assembler = MomentAssembler()
        #expect(try feed(&assembler, [sent.parts("LAT", moment: 3, timeS: 0.31)]) == [])
        guard case .complete(let moment) = assembler.take(try sent.parts("AP", moment: 3, timeS: 0.3), at: now) else {
            Issue.record("it is not complete")
            return
        }
        #expect(moment.number == 3 && moment.frames.map(\.header.view.name) == ["AP", "LAT"] && moment.arrival == now)
        #expect(moment.frames[0].camera.carmFromRoom.origin == Point(0, 0, 700))
        #expect(
            assembler.counts.moments == 1 && assembler.counts.messages == 2 && assembler.counts.refused.isEmpty
                && assembler.warnings.isEmpty)
        #expect(assembler.stream == "stream-1")
    }

    @Test func aMomentWithoutAViewIsLeftOutAndCounted() throws {
        var assembler = MomentAssembler()
        let whole = try feed(
            &assembler,
            [
                sent.parts("AP", moment: 0), sent.parts("AP", moment: 1), sent.parts("LAT", moment: 1), sent.parts("LAT", moment: 2),
                sent.parts("AP", moment: 5), sent.parts("LAT", moment: 5), sent.parts("AP", moment: 6), sent.end(),
            ])
        #expect(whole == [1, 5, -1])
        #expect(assembler.counts.incomplete == 3 && assembler.counts.refused.isEmpty)
        #expect(
            assembler.warnings.map(\.code) == ["moment_incomplete"] && assembler.warnings[0].message.contains("moment 0 came without LAT"))
    }

    /// Replayed, late and repeated frames, and those of a sender that was started anew, never become a moment.
    @Test func orderIsKept() throws {
        var assembler = MomentAssembler()
        let other = StreamMessages(stream: "stream-2")
        let whole = try feed(
            &assembler,
            [
                sent.parts("AP", moment: 4), sent.parts("LAT", moment: 4),
                sent.parts("AP", moment: 4), sent.parts("LAT", moment: 4),
                sent.parts("AP", moment: 3), sent.parts("LAT", moment: 3),
                other.parts("AP", moment: 9), other.parts("LAT", moment: 9), other.end(),
                sent.parts("AP", moment: 5), sent.parts("AP", moment: 5), sent.parts("LAT", moment: 4), sent.parts("LAT", moment: 5),
                sent.parts("AP", moment: 6, timeS: 0.5), sent.parts("LAT", moment: 6, timeS: 0.45),
                sent.parts("AP", moment: 7), sent.parts("LAT", moment: 7),
            ])
        #expect(whole == [4, 5, 7])
        #expect(assembler.counts.refused == ["old_moment": 5, "other_stream": 3, "repeated_view": 1, "time_not_rising": 2])
        #expect(assembler.counts.incomplete == 0)
        #expect(Set(assembler.warnings.map(\.code)) == ["message_refused"] && assembler.warnings.count == 4)
    }

    /// Of a number or a time far ahead the stream is none the worse: neither alone nor in a moment that is being put together, nor twice.
    @Test func oneFalseJumpStopsNothing() throws {
        var assembler = MomentAssembler()
        let whole = try feed(
            &assembler,
            [
                sent.parts("AP", moment: 0), sent.parts("LAT", moment: Int(Int32.max), timeS: 0.01), sent.parts("LAT", moment: 0),
                sent.parts("AP", moment: 2_000_000, timeS: 0.1), sent.parts("LAT", moment: 2_000_000, timeS: 0.1),
                sent.parts("AP", moment: 1), sent.parts("LAT", moment: 1, timeS: 1e9), sent.parts("LAT", moment: 1),
                sent.parts("AP", moment: 5000, timeS: 0.2), sent.parts("AP", moment: 4000, timeS: 0.21), sent.parts("AP", moment: 2),
                sent.parts("LAT", moment: 2),
            ])
        #expect(whole == [0, 1, 2])
        #expect(assembler.counts.refused == ["jump": 6] && assembler.counts.incomplete == 0)
        #expect(assembler.warnings.count == 1 && assembler.warnings[0].message.contains("far ahead of moment 0"))
    }

    /// After a pause, or from another count, the second moment goes on; so does one whose views come in any order.
    @Test(arguments: [(5000, 1.0), (2, 500.0), (100_000, 500.0)]) func aJumpThatGoesOnIsFollowed(number: Int, timeS: Double) throws {
        var assembler = MomentAssembler()
        let messages = try (0..<3).flatMap { n in
            try ["LAT", "AP"].map { try sent.parts($0, moment: number + n, timeS: timeS + 0.1 * Double(n)) }
        }
        #expect(
            try feed(&assembler, [sent.parts("AP", moment: 1), sent.parts("LAT", moment: 1)] + messages) == [1, number + 1, number + 2])
        #expect(assembler.counts.refused == ["jump": 2])
    }

    /// Just within a thousand numbers and a minute nothing is doubted.
    @Test func gapsAreAllowed() throws {
        var assembler = MomentAssembler()
        let whole = try feed(
            &assembler,
            [(0, 0.0), (1000, 60), (2000, 60.1)].flatMap { moment, time in
                try ["AP", "LAT"].map { try sent.parts($0, moment: moment, timeS: time) }
            })
        #expect(whole == [0, 1000, 2000] && assembler.counts.refused.isEmpty)
    }

    /// A late view of the moment before must not drop the one that is being put together.
    @Test func whatIsRefusedLeavesNoTrace() throws {
        var assembler = MomentAssembler()
        let whole = try feed(
            &assembler,
            [
                sent.parts("AP", moment: 1), sent.parts("LAT", moment: 0), [], [Data("garbage".utf8)],
                sent.parts("LAT", moment: 2) { $0.views = ["LAT"] }, sent.parts("AP", moment: 2) { $0.view.airValue = 1000 },
                sent.parts("LAT", moment: 1),
            ])
        #expect(whole == [1])
        #expect(assembler.counts.refused == ["old_moment": 1, "other_topic": 2, "other_views": 1, "changed_view": 1])
    }

    @Test func aViewStaysWhatItWas() throws {
        func refusal(_ change: (inout StreamedFrameHeader) -> Void) throws -> [String: Int] {
            var assembler = MomentAssembler()
            _ = try feed(&assembler, [sent.parts("AP", moment: 0), sent.parts("LAT", moment: 0), sent.parts("AP", moment: 1, change)])
            return assembler.counts.refused
        }
        #expect(try refusal { $0.view.airValue = 1000 } == ["changed_view": 1])
        #expect(try refusal { $0.view.pixelSpacingMM = SIMD2(-0.5, 0.5) } == ["changed_view": 1])
        #expect(try refusal { $0.view.field = .circle(centre: SIMD2(1, 1), radius: 1) } == ["changed_view": 1])
        #expect(try refusal { $0.views = ["LAT", "AP"] } == ["other_views": 1])
        let place = RigidTransform<CArm, Room>(
            asserting: Rotation(columns: SIMD3(-1, 0, 0), SIMD3(0, 0, 1), SIMD3(0, 1, 0)), origin: Point(5, 0, 700))
        #expect(try refusal { $0.view.carmFromRoom = place } == [:])
    }

    /// A geometry that reads well and is no camera: it must not name the stream either.
    @Test func whatIsNoCameraIsRefused() throws {
        var assembler = MomentAssembler()
        let flat = try sent.parts("AP", moment: 0) {
            ($0.view.sourceDetectorMM, $0.view.principalPointPx, $0.view.carmFromRoom) = (nil, nil, nil)
            $0.view.projection = [Double](repeating: 0, count: 12)
        }
        #expect(feed(&assembler, [flat]) == [])
        #expect(assembler.counts.refused == ["bad_camera": 1] && assembler.stream == nil)
    }

    /// What others write is shown short and without control characters, which could draw on a terminal.
    @Test func warningsArePrintable() throws {
        var assembler = MomentAssembler()
        let name = "\u{1B}[2J" + String(repeating: "x", count: 5000)
        let header = #"{"schema": "lamina.frame-message", "\#(name)": 1}"#.replacingOccurrences(of: "\u{1B}", with: #"\u001b"#)
        _ = assembler.take([FrameMessage.topic, Data(header.utf8), Data()], at: now)
        let message = try #require(assembler.warnings.first?.message)
        #expect(message.count <= 400 && message.contains("?[2J") && !message.contains("\u{1B}"))
    }

    /// Messages with bytes changed at random: whatever comes out is whole and in order. Seed 11.
    @Test func garbageNeverBreaksTheOrder() throws {
        var generator = SeededGenerator(seed: 11)
        var assembler = MomentAssembler()
        var whole: [Int] = []
        for moment in 0..<300 {
            for view in ["AP", "LAT"] {
                var parts = try sent.parts(view, moment: moment)
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    let part = Int.random(in: 0..<3, using: &generator)
                    let byte = Int.random(in: 0..<parts[part].count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: parts[part][byte] = UInt8.random(in: 0...255, using: &generator)
                    case 1: parts[part] = parts[part].prefix(byte)
                    case 2: parts.remove(at: part)
                    default: parts.append(parts[part])
                    }
                }
                whole += feed(&assembler, [parts])
            }
        }
        #expect(zip(whole, whole.dropFirst()).allSatisfy { $0 < $1 })
        #expect(whole.count > 50 && assembler.counts.moments == whole.count)
        #expect(assembler.counts.messages == 600 && assembler.counts.refused.values.reduce(0, +) > 50)
    }
}
