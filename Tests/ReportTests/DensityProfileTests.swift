import Frames
import Testing

@testable import Report

@Suite struct DensityProfileTests {
    /// HU that grow along the path are read as they are; the section's mean is the axis' value.
    @Test func readsAlongThePath() throws {
        let ct = try volume(SIMD3(40, 60, 40)) { point in Int16(10 * point.y) }
        let shaft = try #require(Shaft(entry: Point(20, 10, 20), tip: Point(20, 40, 20), radius: 3))
        let profile = DensityProfile(along: shaft, in: ct)
        #expect(profile.samples.count == 41 && profile.samples.first?.depth == -5 && profile.samples.last?.depth == 35)
        for sample in profile.samples { #expect(abs(try #require(sample.hu) - 10 * (10 + sample.depth)) < 1e-9) }
    }

    @Test func whatLeavesTheImageIsNoNumber() throws {
        let ct = try volume(SIMD3(40, 30, 40)) { _ in Int16(100) }
        let shaft = try #require(Shaft(entry: Point(20, 10, 20), tip: Point(20, 40, 20), radius: 3))
        let samples = DensityProfile(along: shaft, in: ct).samples
        #expect(samples.first { $0.depth == 19 }?.hu == 100 && samples.first { $0.depth == 20 }?.hu == nil)
    }
}
