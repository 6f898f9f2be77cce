import Anatomy
import Foundation
import Frames
import Phantom
import Testing
import Volumes

/// The same anatomy scanned on other grids and in other positions.
@Suite struct VariantTests {
    static let variants: [(String, PhantomParameters)] = {
        var list = [("plain", boneOnly([.t11, .t12]))]
        func add(_ name: String, _ change: (inout PhantomParameters) -> Void) {
            var parameters = list[0].1
            change(&parameters)
            list.append((name, parameters))
        }
        add("oblique") { $0.gridTurn = .init(axis: SIMD3(1, 2, -1), angleDeg: 25) }
        add("left-handed") { $0.leftHanded = true }
        add("anisotropic") { $0.spacing = SIMD3(0.7, 0.7, 2.5) }
        add("upside down") { $0.gridTurn = .init(axis: SIMD3(0, 1, 0), angleDeg: 180) }
        add("rotated about x") { $0.patientTurn = .init(axis: SIMD3(1, 0, 0), angleDeg: 30) }
        add("rotated about y") { $0.patientTurn = .init(axis: SIMD3(0, 1, 0), angleDeg: -30) }
        add("rotated about z") { $0.patientTurn = .init(axis: SIMD3(0, 0, 1), angleDeg: 30) }
        return list
    }()

    /// The left transverse process is the longer one in every variant, on the patient's left (+x of LPS).
    @Test(arguments: variants) func theLongerTransverseProcessStaysOnTheLeft(name: String, parameters: PhantomParameters) throws {
        let phantom = try makePhantom(parameters: parameters, seed: 21)
        for vertebra in phantom.truth.vertebrae {
            let transform = vertebra.patientFromVertebra
            let tips = try #require(vertebra.transverseTips)
            let reach = extent(
                of: phantom.labels, id: UInt8(vertebra.labelID), from: transform.origin.xyz, along: transform.rotation.columns.0)
            func leftward(_ tip: SIMD3<Double>) -> Double { ((tip - transform.origin.xyz) * transform.rotation.columns.0).sum() }
            #expect(tips.left.x > tips.right.x + 20)
            // Tips are caps of 4 mm radius: the outermost voxel centre lies within a voxel diagonal of the tip.
            let tolerance = parameters.spacing.length
            #expect(abs(reach.high - leftward(tips.left)) < tolerance, "\(name)")
            #expect(abs(reach.low - leftward(tips.right)) < tolerance, "\(name)")
            #expect(reach.high > -reach.low + 0.7, "\(name)")
        }
    }

    /// The same point of the same vertebra has the same label whatever the grid and the pose.
    @Test(arguments: variants.dropFirst()) func theAnatomyStaysAtItsPoints(name: String, parameters: PhantomParameters) throws {
        let plain = try makePhantom(parameters: Self.variants[0].1, seed: 22)
        let other = try makePhantom(parameters: parameters, seed: 22)
        let here = try #require(plain.truth.vertebra(.t12)).patientFromVertebra
        let there = try #require(other.truth.vertebra(.t12)).patientFromVertebra
        if parameters.patientTurn == nil { #expect(here == there) }
        let grid = plain.labels.geometry
        var agree = 0
        var bone = 0
        for at in plain.labels.voxels.indices where plain.labels.voxels[at] == VertebraLevel.t12.rawValue {
            let index = SIMD3(at % grid.size.x, at / grid.size.x % grid.size.y, at / (grid.size.x * grid.size.y))
            let p = there * (here.inverse * grid.point(at: index))
            bone += 1
            if other.labels.nearest(at: p) == VertebraLevel.t12.rawValue { agree += 1 }
        }
        // A third of the voxels lie at the surface, where the nearest voxel of another grid may fall outside: about a quarter of those do for
        // equal voxels, more for thick ones.
        let limit = parameters.spacing.z > 1 ? 0.80 : 0.88
        #expect(Double(agree) > limit * Double(bone), "\(name): \(agree) of \(bone)")
    }

    @Test func geometryIsAsAsked() throws {
        var parameters = boneOnly([.l2])
        parameters.leftHanded = true
        parameters.spacing = SIMD3(0.8, 1, 2)
        let geometry = try makePhantom(parameters: parameters, seed: 1).ct.geometry
        #expect(!geometry.isRightHanded)
        #expect(geometry.spacing == SIMD3(0.8, 1, 2))
    }

    @Test func aVertebraIsTheSameWhateverItsNeighbours() throws {
        let alone = try makePhantom(parameters: boneOnly([.t12], spacing: 3), seed: 5).truth
        let among = try makePhantom(parameters: boneOnly([.t10, .t11, .t12, .l1], spacing: 3), seed: 5).truth
        #expect(alone.vertebra(.t12) == among.vertebra(.t12))
    }
}
