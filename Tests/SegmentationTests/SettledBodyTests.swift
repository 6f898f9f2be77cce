import Frames
import Testing
import Volumes

@testable import Segmentation

@Suite struct SettledBodyTests {
    private let pose = VertebraPose(centre: Point(5, -40, 100), left: SIMD3(1, 0, 0), back: SIMD3(0, 1, 0), up: SIMD3(0, 0, 1))

    /// A body of 36 x 24 x 24 mm whose middle lies at (3, -3, 1.5) from the pose's centre, a canal behind it from y = 12 to 27, and an arch behind that.
    private func vertebra(hasCanal: Bool = true, height: Double = 12) throws -> FineMap {
        let (body, arch) = (box(-15...21, -15...9, (1.5 - height)...(1.5 + height)), box(-9...9, 28...36, -12...12))
        return try fineMap(pose: pose, bone: { max(body($0), arch($0)) }, canal: hasCanal ? box(-9...9, 12...27, -20...20) : { _ in 0 })
    }

    private func view(top: Double = 200) throws -> GridGeometry<Patient> {
        try GridGeometry(
            size: SIMD3(100, 100, Int(top)), spacing: SIMD3(1.5, 1.5, 1), origin: Point(-70, -115, 0),
            axes: (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)))
    }

    /// The arch, behind the canal's front, does not draw the centre back. Half a voxel: 0.75 mm.
    @Test func theCentreIsTheBodys() throws {
        let body = try #require(SettledBody(try vertebra(), score: 0.9, in: try view(), leastVolume: 2000))
        #expect(body.centre.distance(to: Point(8, -43, 101.5)) < 0.75)
        #expect(body.isWhole && body.score == 0.9)
        // Body and arch: 20,736 and 3,456 mm³; half a voxel on each face is up to 12 %.
        #expect(abs(body.volume - 24_192) < 3000)
    }

    @Test func noVertebraWithoutACanalOrWithLittleBone() throws {
        #expect(
            SettledBody(try vertebra(hasCanal: false), score: 0.9, in: try view(), leastVolume: 2000) == nil)
        #expect(SettledBody(try vertebra(), score: 0.9, in: try view(), leastVolume: 40_000) == nil)
        // All of its bone lies behind the canal's front.
        let arch = try fineMap(pose: pose, bone: box(-20...20, 28...40, -15...15), canal: box(-9...9, 12...27, -20...20))
        #expect(SettledBody(arch, score: 0.9, in: try view(), leastVolume: 2000) == nil)
    }

    /// The image ends 15 mm above the pose's centre: less than half a body. Then the pose's own centre holds.
    @Test func whatTheEdgeCutsIsNotWhole() throws {
        let body = try #require(
            SettledBody(try vertebra(), score: 0.9, in: try view(top: 115), leastVolume: 2000))
        #expect(!body.isWhole && body.centre == pose.centre)
        let whole = try #require(
            SettledBody(try vertebra(), score: 0.9, in: try view(top: 118), leastVolume: 2000))
        #expect(whole.isWhole)
    }

    @Test func ofTwinsTheLargerStays() {
        func body(_ z: Double, _ volume: Double) -> SettledBody {
            SettledBody(centre: Point(0, 0, z), volume: volume, score: 0.9, ribLikelihood: 0, isWhole: true)
        }
        let kept = withoutTwins([body(0, 30_000), body(60, 20_000), body(66, 25_000), body(30, 40_000), body(20, 35_000)])
        #expect(kept.map(\.centre.z) == [66, 30, 20, 0])
    }
}
