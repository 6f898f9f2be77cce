import Anatomy
import Concurrency
import Frames
import Phantom
import Testing

@testable import Planning

@Suite struct PedicleSearchTests {
    struct Errors: Sendable {
        var width: Double
        var axis: Double
        var offAxis: Double
    }

    /// 51 phantoms (seeds 1 to 51, each level T1 to L5 three times) at 1 mm, both sides.
    ///
    /// The tolerances are the accuracy that planning promises at the 95th percentile: half a voxel of width and 2° of axis.
    @Test func isthmusAndAxisMatchTheTruth() throws {
        let levels = VertebraLevel.craniocaudal.filter { $0 >= .t1 && $0 <= .l5 && $0 != .t13 }
        let errors = try concurrentMap(Array(1...51), threads: 2) { seed in
            try Self.errors(of: levels[seed % levels.count], seed: UInt64(seed))
        }.flatMap { $0 }
        #expect(errors.count == 102)
        let widths = errors.map(\.width)
        let axes = errors.map(\.axis)
        let centres = errors.map(\.offAxis)
        print("pedicles not found: \(widths.count { $0.isInfinite }) of \(widths.count)")
        print("isthmus width error mm: median \(quantile(widths, 0.5)), 95 % \(quantile(widths, 0.95)), worst \(widths.max()!)")
        print("pedicle axis error °: median \(quantile(axes, 0.5)), 95 % \(quantile(axes, 0.95)), worst \(axes.max()!)")
        print("isthmus centre off the true axis mm: median \(quantile(centres, 0.5)), 95 % \(quantile(centres, 0.95))")
        #expect(widths.count(where: \.isInfinite) == 0, "every pedicle is found")
        #expect(quantile(widths, 0.95) <= 0.5)
        #expect(quantile(axes, 0.95) <= 2)
        #expect(quantile(centres, 0.95) <= 0.5)
    }

    static func errors(of level: VertebraLevel, seed: UInt64) throws -> [Errors] {
        let phantom = try bonePhantom([level], seed: seed)
        let model = try model(of: level, in: phantom)
        return try Side.allCases.map { side in
            // A pedicle that is not found counts as an error without bound, not as none.
            guard let found = try? model.pedicles[side]?.get() else {
                return Errors(width: .infinity, axis: .infinity, offAxis: .infinity)
            }
            let truth = try #require(phantom.truth.vertebra(level)?.pedicle(side))
            let axis = try #require(UnitVector(Vector<Patient>(truth.axis)))
            let offset = model.patientFromVertebra * found.isthmusCentre - Point(truth.isthmusCentre)
            return Errors(
                width: abs(found.width - truth.width), axis: degrees((model.patientFromVertebra * found.axis).angle(to: axis)),
                offAxis: offset.rejected(from: axis).length)
        }
    }
}
