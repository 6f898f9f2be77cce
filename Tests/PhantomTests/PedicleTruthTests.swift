import Anatomy
import Frames
import Phantom
import Testing

/// The truth of pedicles, measured on finely voxelised labels.
@Suite struct PedicleTruthTests {
    /// Levels with the narrowest, widest, most convergent and steepest pedicles.
    private static let cases: [(VertebraLevel, UInt64)] = [(.t1, 11), (.t4, 12), (.t8, 13), (.t12, 14), (.l2, 15), (.l5, 16)]

    @Test(arguments: cases)
    func isthmusSectionIsTheEllipseAndTheSmallest(level: VertebraLevel, seed: UInt64) throws {
        let spacing = 0.4
        let phantom = try makePhantom(parameters: boneOnly([level], spacing: spacing), seed: seed)
        let vertebra = try #require(phantom.truth.vertebra(level))
        let leftward = vertebra.patientFromVertebra.rotation.columns.0
        let mask = phantom.labels.map { $0 == level.rawValue ? UInt8(1) : 0 }
        #expect(vertebra.pedicles.map(\.side) == [.left, .right])
        for pedicle in vertebra.pedicles {
            let u = (leftward - (leftward * pedicle.axis).sum() * pedicle.axis)
            let across = u / u.length
            let up = across.cross(pedicle.axis)
            func cut(_ t: Double) throws -> PlaneSection {
                try #require(
                    section(of: mask, at: pedicle.isthmusCentre + t * pedicle.axis, u: across, v: up))
            }
            let isthmus = try cut(0)
            let area = Double.pi / 4 * pedicle.width * pedicle.height
            // Voxel centres of a 0.4 mm grid judge a closed curve to about a tenth of a voxel on average: under 3 % of the smallest area.
            #expect(abs(isthmus.area - area) < 0.03 * area)
            // The outermost voxel decides an extent: up to one voxel, and one step of the sampling.
            #expect(abs(isthmus.extent.x - pedicle.width) < spacing + 0.2)
            #expect(abs(isthmus.extent.y - pedicle.height) < spacing + 0.2)
            #expect(abs(isthmus.centroid.x) < 0.15 && abs(isthmus.centroid.y) < 0.15)

            let positions = stride(from: -6.0, through: 6.0, by: 0.5)
            let areas = try positions.map { (t: $0, area: try cut($0).area) }
            let smallest = try #require(areas.min { $0.area < $1.area })
            // Near its minimum the area grows by under 2 % in 1.5 mm, which is the noise of the measurement.
            #expect(abs(smallest.t) <= 1.5)
            #expect(smallest.area > 0.97 * area)
            // It grows to both sides, faster once body and arch begin; 3 % is the noise of the measurement again.
            for pair in zip(areas, areas.dropFirst()) where abs(pair.0.t) >= 1.5 && abs(pair.1.t) >= 1.5 {
                #expect(pair.1.t > 0 ? pair.1.area > 0.97 * pair.0.area : pair.0.area > 0.97 * pair.1.area)
            }
            #expect(areas.first!.area > 1.25 * area && areas.last!.area > 1.3 * area)
        }
    }

    /// Facts of the truth alone, over many seeds; the labels are drawn coarsely because they are not looked at.
    @Test func pedicleAxesRunForwardAndInwards() throws {
        for seed in UInt64(1)...20 {
            let phantom = try makePhantom(parameters: boneOnly([.t1, .t9, .l1, .l5], spacing: 5), seed: seed)
            for vertebra in phantom.truth.vertebrae {
                let vertebraFromPatient = vertebra.patientFromVertebra.inverse
                for pedicle in vertebra.pedicles {
                    let axis = vertebraFromPatient.rotation(pedicle.axis)
                    let centre = (vertebraFromPatient * Point<Patient>(pedicle.isthmusCentre)).xyz
                    #expect(abs(pedicle.axis.length - 1) < 1e-12)
                    #expect(axis.y < -0.7, "from the arch forward into the body")
                    #expect(axis.x * pedicle.side.leftwardSign < 0.02, "towards the midline")
                    #expect(centre.x * pedicle.side.leftwardSign > 8)
                    #expect(centre.z > 0, "in the upper half of the body")
                }
            }
        }
    }
}
