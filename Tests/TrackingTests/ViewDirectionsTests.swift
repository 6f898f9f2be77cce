import Foundation
import Frames
import Testing

@testable import Tracking

struct ViewDirectionsTests {
    private let isocentre = Point<Room>(0, 0, 0)

    /// A C-arm that looks across the patient's long axis, turned about it.
    private func camera(turnedBy degrees: Double) throws -> CArmCamera {
        let angle = degrees * .pi / 180
        let (columns, rows) = (SIMD3(cos(angle), sin(angle), 0), SIMD3(0.0, 0, -1))
        let axis = columns.cross(rows)
        let roomFromCarm = RigidTransform<Room, CArm>(asserting: Rotation(columns: columns, rows, axis), origin: Point(-700 * axis))
        return try CArmCamera(
            size: SIMD2(64, 64), pixelSpacing: SIMD2(1, 1), sourceDetectorDistance: 1020, principalPoint: SIMD2(31.5, 31.5),
            carmFromRoom: roomFromCarm.inverse)
    }

    @Test func raysRunFromTheSource() throws {
        let direction = rayDirection(try TestViews.fromTheFront(), to: isocentre)
        #expect((direction - SIMD3(0, 1, 0)).length < 1e-12)
        // A point beside the middle is seen aslant: 70 mm off at 700 mm.
        let aside = rayDirection(try TestViews.fromTheFront(), to: Point(70, 0, 0))
        #expect(abs(atan2(aside.x, aside.y) - atan(0.1)) < 1e-12)
    }

    /// 20 degrees; a view from straight across tells no more of the depth than the view itself.
    @Test(arguments: [(0.0, false), (19.5, false), (20.5, true), (90, true), (159, true), (161, false), (180, false), (-30, true)])
    func depthIsMeasuredWhereViewsStandApart(degrees: Double, isMeasured: Bool) throws {
        let one = try camera(turnedBy: 0)
        #expect(viewsStandApart([one, try camera(turnedBy: degrees)], at: isocentre) == isMeasured)
    }

    @Test func oneViewOrNoneMeasuresNoDepthAndAnyPairOfThreeMay() throws {
        let (one, near, apart) = (try camera(turnedBy: 0), try camera(turnedBy: 5), try camera(turnedBy: 60))
        #expect(!viewsStandApart([], at: isocentre) && !viewsStandApart([one], at: isocentre))
        #expect(!viewsStandApart([one, near], at: isocentre) && viewsStandApart([one, near, apart], at: isocentre))
    }

    @Test func aMotionsLengthIsInStandardDeviations() throws {
        var covariance = SquareMatrix(order: 6)
        for n in 0..<6 { covariance[n, n] = n < 3 ? 0.01 * 0.01 : 2 * 2 }
        // Two standard deviations in every parameter.
        #expect(abs(try length(PoseMotion([0.02, -0.02, 0.02, 4, 4, -4]), in: covariance) - 2) < 1e-12)
        // Six in one are the square root of six by root mean square.
        #expect(abs(try length(PoseMotion([0, 0, 0, 12, 0, 0]), in: covariance) - 6.0.squareRoot()) < 1e-12)
        #expect(throws: LinearAlgebraError.self) { try length(PoseMotion([0, 0, 0, 1, 0, 0]), in: SquareMatrix(order: 6)) }
    }

    @Test func theLargestDeviationLiesAslant() throws {
        let direction = SIMD3(0.6, 0.0, 0.8)
        let covariance = SquareMatrix(across: 0.25, along: 9, direction: direction)
        #expect(abs(try covariance.largestDeviation() - 3) < 1e-9)
        var flat = covariance
        flat.flatten(along: direction)
        #expect(abs(try flat.largestDeviation() - 0.5) < 1e-9)
        #expect((0..<3).allSatisfy { i in abs((0..<3).reduce(0) { $0 + flat[i, $1] * direction[$1] }) < 1e-12 })
    }
}

/// What `VertebraEstimate` publishes where the depth is not measured.
struct WidenedCovarianceTests {
    private let ray = SIMD3(0.36, 0.48, 0.8)

    private func covariance() -> SquareMatrix {
        var matrix = SquareMatrix(turnVariance: 1e-4, shift: SquareMatrix(across: 0.04, along: 2.25, direction: ray))
        // Turns and shifts vary together.
        for n in 0..<3 { (matrix[n, 3 + n], matrix[3 + n, n]) = (5e-4, 5e-4) }
        return matrix
    }

    private func variance(_ matrix: SquareMatrix, along direction: SIMD3<Double>) -> Double {
        var sum = 0.0
        for i in 0..<3 { for j in 0..<3 { sum += direction[i] * matrix[3 + i, 3 + j] * direction[j] } }
        return sum
    }

    @Test func theShiftAlongTheRayIsWidenedAndNothingElse() {
        let before = covariance()
        var after = before
        after.widen(along: ray, to: 10)
        #expect(abs(variance(after, along: ray) - 100) < 1e-9)
        for across in [SIMD3(0.8, -0.6, 0), SIMD3(0.48, 0.64, -0.6)] {
            #expect(abs(variance(after, along: across) - 0.04) < 1e-9)
        }
        for i in 0..<6 {
            for j in 0..<6 {
                #expect(abs(after[i, j] - after[j, i]) < 1e-12)
                if i < 3 || j < 3 { #expect(after[i, j] == before[i, j]) }
            }
        }
    }

    @Test func whatIsWideEnoughStays() {
        var matrix = covariance()
        matrix.widen(along: ray, to: 1.4)
        #expect(matrix == covariance())
    }

    /// A consumer may need the square root of it.
    @Test func itStaysPositiveDefinite() throws {
        var matrix = covariance()
        matrix.widen(along: ray, to: 10)
        #expect(try matrix.inverse().values.allSatisfy(\.isFinite))
    }

    /// Across the rays alone, and only where it was less.
    @Test func turnsAcrossTheRaysAreWidened() {
        var covariance = SquareMatrix(order: 6)
        for n in 0..<6 { covariance[n, n] = [1e-6, 4e-6, 9e-2, 1, 1, 1][n] }
        covariance.widenTurns(across: SIMD3(0, 1, 0), to: 0.05)
        #expect(abs(covariance[0, 0] - 2.5e-3) < 1e-12 && abs(covariance[1, 1] - 4e-6) < 1e-12 && abs(covariance[2, 2] - 9e-2) < 1e-12)
        #expect(covariance[3, 3] == 1)
    }
}
