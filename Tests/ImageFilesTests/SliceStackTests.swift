import Foundation
import Testing

@testable import ImageFiles

@Suite struct SliceStackTests {
    private let row = SIMD3<Double>(1, 0, 0)
    private let column = SIMD3<Double>(0, 1, 0)

    private func stack(_ positions: [SIMD3<Double>]) throws -> SliceStack {
        try #require(try stackSlices(positions, row: row, column: column))
    }
    private func along(_ heights: [Double]) -> [SIMD3<Double>] { heights.map { SIMD3(5, 6, $0) } }

    @Test func orderFollowsPositions() throws {
        let stack = try stack(along([4, 0, 6, 2]))
        #expect(stack.order == [1, 3, 0, 2])
        #expect(stack.spacing == 2)
        #expect(stack.isEven && !stack.isTilted && stack.duplicates.isEmpty)
    }

    @Test func aMissingSliceIsNamed() throws {
        let stack = try stack(along([10, 12, 14, 20, 22]))
        #expect(!stack.isEven)
        #expect(stack.gaps == [SliceGap(fromMM: 14, toMM: 20, missing: 2)])
    }

    /// Even in a long thin stack, where one slice is a small part of the whole.
    @Test func aMissingSliceNeverPasses() throws {
        for missing in stride(from: 1, to: 599, by: 23) {
            let heights = (0..<600).filter { $0 != missing }.map { Double($0) * 0.4 }
            #expect(try !stack(along(heights)).isEven, "slice \(missing)")
        }
    }

    @Test func positionsRoundedToATenthAreEven() throws {
        let stack = try stack(along((0..<100).map { (Double($0) * 6.25).rounded() / 10 }))
        #expect(stack.isEven)
        // Rounding moves a position by up to 0.05 mm, the last one too, so the line turns by as much again.
        #expect(stack.unevenness <= 0.1)
    }

    @Test func doublesAreFound() throws {
        let stack = try stack(along([0, 1, 1.000001, 2]))
        #expect(stack.order == [0, 1, 3])
        #expect(stack.duplicates.map(\.other) == [2])
    }

    @Test func tiltIsMeasured() throws {
        let slope = tan(15 * Double.pi / 180)
        let stack = try stack((0..<10).map { SIMD3(0, Double($0) * 2 * slope, Double($0) * 2) })
        #expect(stack.isTilted)
        #expect(abs(stack.tilt - 15 * .pi / 180) < 1e-12)
    }

    @Test func wanderingIsRefused() {
        #expect(throws: ImageFileError.wanderingSlices(offsetMM: 3)) {
            _ = try stackSlices([SIMD3(0, 0, 0), SIMD3(3, 0, 1), SIMD3(0, 0, 2)], row: row, column: column)
        }
    }

    @Test func oneSliceIsNoStack() throws {
        #expect(try stackSlices(along([3]), row: row, column: column) == nil)
        #expect(try stackSlices(along([3, 3]), row: row, column: column) == nil)
    }
}
