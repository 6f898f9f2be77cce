import Anatomy
import Frames
import Segmentation
import TestSupport
import Testing
import Volumes

@Suite struct LabelFitTests {
    private func imported(_ spine: BlockSpine) throws -> VertebraLabels {
        let labels = try spine.labels()
        return try importLabels(labels, scheme: .verse, onto: labels.geometry)
    }
    private func shifted(_ by: Vector<Patient>) -> BlockSpine {
        var spine = BlockSpine()
        spine.top = spine.top + by
        return spine
    }

    @Test func labelsOnTheirOwnBonePass() throws {
        let result = try checkLabels(imported(BlockSpine()), against: BlockSpine().image())
        #expect(try #require(result.fit).separation == 1)
        #expect(result.warnings.isEmpty)
    }

    @Test(arguments: [Vector<Patient>(0, 15, 0), Vector(0, 0, -9), Vector(25, 0, 0), Vector(0, 0, 9)])
    func shiftedLabelsAreRefused(by: Vector<Patient>) throws {
        #expect(throws: SegmentationError.self) { try checkLabels(imported(shifted(by)), against: BlockSpine().image()) }
    }

    /// Labels 4 mm below their bone, in noise that leaves correct ones a separation of 0.86 (two uniform values 130 HU apart, each within
    /// 140 HU). The search to each side must find the way back, and nothing better where the labels belong.
    @Test func slightlyShiftedLabelsAreToldWhichWayToGo() throws {
        var random = SeededGenerator(seed: 12)
        let image = try BlockSpine().image().map { $0 / 2 + Int16.random(in: -140...140, using: &random) }
        var parameters = LabelFitParameters()
        parameters.leastSeparation = 0.5
        parameters.doubtfulSeparation = 0.5
        let low = try checkLabels(imported(shifted(Vector(0, 0, -4))), against: image, parameters: parameters)
        let better = try #require(low.fit?.better)
        #expect(better.by.z > 0 && better.by.x == 0 && better.by.y == 0)
        #expect(low.warnings.map(\.code) == [.poorFit])
        #expect(low.warnings.first?.message.contains("moved 4.0 mm towards the head") == true)
        parameters.doubtfulSeparation = 0.84
        #expect(throws: SegmentationError.self) {
            try checkLabels(imported(shifted(Vector(0, 0, -4))), against: image, parameters: parameters)
        }
        parameters.searchBelow = 1
        let right = try #require(try checkLabels(imported(BlockSpine()), against: image, parameters: parameters).fit)
        #expect(right.better == nil && abs(right.separation - 0.857) < 0.01)
    }

    @Test func noiseWithoutBoneIsChance() throws {
        var random = SeededGenerator(seed: 9)
        let noise = try BlockSpine().image().map { _ in Int16.random(in: -100...100, using: &random) }
        do {
            _ = try checkLabels(imported(BlockSpine()), against: noise)
            Issue.record("labels on noise were accepted")
        } catch let error as SegmentationError {
            guard case .doNotFit(let fit) = error else { throw error }
            // 17,000 voxels on each side: the standard error of the measure is 0.003.
            #expect(abs(fit.separation - 0.5) < 0.015)
        }
    }

    @Test func oneLevelInAirIsNamed() throws {
        var image = try BlockSpine().image()
        let labels = try imported(BlockSpine())
        for at in image.voxels.indices where labels.volume.voxels[at] == VertebraLevel.t12.rawValue { image.voxels[at] = -900 }
        let result = try checkLabels(labels, against: image)
        #expect(result.warnings.map(\.code) == [.poorFit] && result.warnings.first?.levels == [.t12])
        #expect(result.fit?.levels[1].airShare == 1)
    }

    /// The slow plain version: every pair of voxels compared.
    @Test func separationIsTheShareOfBrighterPairs() throws {
        var random = SeededGenerator(seed: 11)
        var spine = BlockSpine()
        spine.spacing = SIMD3(2, 2, 2)
        spine.size = SIMD3(45, 40, 72)
        let labels = try imported(spine)
        let image = try spine.image().map { $0 / 4 + Int16.random(in: -80...80, using: &random) }
        let fit = try #require(try checkLabels(labels, against: image).fit)
        for level in fit.levels {
            let (inside, outside) = sampled(level.level, labels: labels.volume, image: image)
            let wins = inside.reduce(0.0) { sum, a in sum + outside.reduce(0.0) { $0 + (a > $1 ? 1 : a == $1 ? 0.5 : 0) } }
            #expect(abs(level.separation - wins / Double(inside.count * outside.count)) < 1e-9)
        }
    }

    /// With 2 mm voxels the shell from 2 to 5 mm is the second and third voxel outside.
    private func sampled(_ level: VertebraLevel, labels: LabelVolume, image: CTVolume) -> (inside: [Int16], outside: [Int16]) {
        let grid = labels.geometry
        func isNear(_ i: Int, _ j: Int, _ k: Int, within reach: Int) -> Bool {
            for z in k - reach...k + reach {
                for y in j - reach...j + reach {
                    for x in i - reach...i + reach where grid.contains(x, y, z) && labels[x, y, z] == level.rawValue { return true }
                }
            }
            return false
        }
        var result: (inside: [Int16], outside: [Int16]) = ([], [])
        for k in 0..<grid.size.z {
            for j in 0..<grid.size.y {
                for i in 0..<grid.size.x {
                    if labels[i, j, k] == level.rawValue {
                        result.inside.append(image[i, j, k])
                    } else if labels[i, j, k] == 0, isNear(i, j, k, within: 3), !isNear(i, j, k, within: 1) {
                        result.outside.append(image[i, j, k])
                    }
                }
            }
        }
        return result
    }
}
