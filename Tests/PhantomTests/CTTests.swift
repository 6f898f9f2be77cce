import Anatomy
import Frames
import Phantom
import Testing
import Volumes

@Suite struct CTTests {
    /// Voxels whose whole neighbourhood of `radius` voxels carries one label.
    private func interior(_ labels: LabelVolume, id: UInt8, radius: Int) -> [Int] {
        let size = labels.geometry.size
        return labels.voxels.indices.filter { at in
            guard labels.voxels[at] == id else { return false }
            let (i, j, k) = (at % size.x, at / size.x % size.y, at / (size.x * size.y))
            for (di, dj, dk) in [(radius, 0, 0), (-radius, 0, 0), (0, radius, 0), (0, -radius, 0), (0, 0, radius), (0, 0, -radius)] {
                guard labels.geometry.contains(i + di, j + dj, k + dk), labels[i + di, j + dj, k + dk] == id else { return false }
            }
            return true
        }
    }

    private func spread(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot())
    }

    @Test(arguments: [SIMD3(1.0, 1, 1), SIMD3(0.7, 0.7, 2.5)]) func bodiesHaveTheirTrabecularDensityInsideADenseShell(
        spacing: SIMD3<Double>
    ) throws {
        var parameters = PhantomParameters()
        parameters.levels = [.t12, .l1]
        parameters.spacing = spacing
        let phantom = try makePhantom(parameters: parameters, seed: 31)
        for vertebra in phantom.truth.vertebrae {
            let id = UInt8(vertebra.labelID)
            #expect((100...250).contains(vertebra.trabecularHU))
            let inside = spread(interior(phantom.labels, id: id, radius: 5).map { Double(phantom.ct.voxels[$0]) })
            // Thousands of voxels with under 50 HU of noise: the mean is good to a few HU.
            #expect(abs(inside.mean - vertebra.trabecularHU) < 8)
            #expect((10...60).contains(inside.deviation))
            let centre = vertebra.patientFromVertebra
            // Straight ahead from the body's centre the densest point is the front wall's shell; blur and partial volume lower it.
            let ray = stride(from: 0.0, through: 25, by: 0.25).compactMap { d in
                phantom.ct.linear(at: centre * Point<Vertebra>(0, -d, 0))
            }
            #expect(ray.max()! > 450)
            let plate = vertebra.endplates.superior
            #expect(phantom.ct.linear(at: Point(plate.centre + 2.5 * plate.normal))! < 250, "disc")
            let canal = vertebra.canal.centreline[vertebra.canal.centreline.count / 2]
            #expect(abs(phantom.ct.linear(at: Point(canal))!) < 120, "cord")
        }
    }

    @Test func aFullScanShowsAirFatMuscleRibsAndUnlabelledBone() throws {
        var parameters = PhantomParameters()
        parameters.levels = [.t7, .t8]
        let phantom = try makePhantom(parameters: parameters, seed: 32)
        let count = phantom.ct.voxels.count
        #expect(phantom.ct.voxels.count { $0 < -900 } > count / 100, "air behind the skin")
        #expect(phantom.ct.voxels.count { $0 > -930 && $0 < -700 } > count / 50, "lungs")
        let ribs = zip(phantom.ct.voxels, phantom.labels.voxels).count { $0 > 500 && $1 == 0 }
        #expect(ribs > 1000, "ribs are bone without a label")
        #expect(phantom.ct.voxels.allSatisfy { $0 >= -1024 && $0 <= 3071 })
    }

    @Test func labelsDoNotDependOnTheContent() throws {
        var parameters = PhantomParameters()
        parameters.levels = [.l1]
        let full = try makePhantom(parameters: parameters, seed: 33)
        parameters.content = .bone
        let bone = try makePhantom(parameters: parameters, seed: 33)
        #expect(full.truth.vertebrae == bone.truth.vertebrae)
        #expect(full.labels.voxels.count { $0 > 0 } == bone.labels.voxels.count { $0 > 0 })
    }

    /// The aorta lies on the patient's left, so that a mirrored CT without labels is visible too.
    @Test func theAortaLiesOnTheLeft() throws {
        var parameters = PhantomParameters()
        parameters.levels = [.t8]
        parameters.margin = 25
        let phantom = try makePhantom(parameters: parameters, seed: 34)
        let t8 = try #require(phantom.truth.vertebra(.t8))
        func mean(_ x: Double) -> Double {
            let values = stride(from: -4.0, through: 4, by: 1).compactMap { z in
                phantom.ct.linear(at: t8.patientFromVertebra * Point<Vertebra>(x, -27.5, z))
            }
            return values.reduce(0, +) / Double(values.count)
        }
        #expect(mean(10) > 0, "blood")
        #expect(mean(-10) < -50, "fat")
    }
}
