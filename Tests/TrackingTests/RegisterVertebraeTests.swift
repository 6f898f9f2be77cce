import Anatomy
import Foundation
import Frames
import TestSupport
import Testing
import Volumes

@testable import Tracking

struct RegisterVertebraeTests {
    private func vertebra(_ level: VertebraLevel = .l1) throws -> ModelVertebra {
        ModelVertebra(
            level: level, attenuation: AttenuationVolume(try blobs()),
            patientFromVertebra: RigidTransform(
                asserting: Rotation(columns: SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), origin: Point(0, 0, 0)),
            centroid: Point(0, 0, 0))
    }

    /// Frames without noise of the blobs alone.
    private func frame(_ camera: CArmCamera, _ volume: Volume<Float, Vertebra>, _ poses: [RigidTransform<Room, Vertebra>]) -> XRayFrame {
        var sum = [Float](repeating: 0, count: camera.size.x * camera.size.y)
        for pose in poses {
            let image = project(volume, at: camera.carmFromRoom * pose, from: camera, to: DetectorRaster(pixelsOf: camera))
            for n in sum.indices { sum[n] += image[n] }
        }
        return XRayFrame(view: "AP", camera: camera, transmission: sum.map { exp(-$0) })
    }

    private func levels(_ frames: [XRayFrame], _ parameters: RegistrationParameters) -> [[ComparedView]] {
        let filter = GradientFilter(sigma: parameters.sigma)
        return [3, 1].map { factor in
            frames.map { ComparedView(camera: $0.camera, measured: MeasuredSlopes($0, blocksOf: factor, filter: filter), background: nil) }
        }
    }

    @Test func oneViewFindsTurnsAndTheShiftAcrossTheRay() throws {
        let seed: UInt64 = 41
        var random = SeededGenerator(seed: seed)
        let camera = try TestViews.fromTheFront()
        let truth = upright(at: Point(3, 10, -6))
        let volume = try blobs()
        var parameters = RegistrationParameters()
        parameters.iterations = [10, 10]
        let levels = levels([frame(camera, volume, [truth])], parameters)
        for run in 0..<10 {
            func number(_ range: Double) -> Double { Double.random(in: -range...range, using: &random) }
            let off = PoseMotion([number(0.06), number(0.06), number(0.06), number(4), number(4), number(4)])
            let start = off.applied(to: truth, about: truth.origin)
            let result = try registerVertebrae(
                [vertebra().attenuation], startingAt: [start], in: levels, prior: PosePrior(none: [start]), parameters: parameters,
                threads: 1)
            let left = PoseMotion(from: truth, to: result.poses[0])
            #expect(left.rotation.length < 0.003, "seed \(seed), run \(run): \(left)")
            #expect(max(abs(left.shift.x), abs(left.shift.z)) < 0.03, "seed \(seed), run \(run): \(left)")
            #expect(abs(left.shift.y) < 1, "seed \(seed), run \(run): \(left)")
        }
    }

    @Test func twoViewsFindTheDepthToo() throws {
        let cameras = [try TestViews.fromTheFront(), try TestViews.fromTheSide()]
        let truth = upright(at: Point(3, 10, -6))
        let volume = try blobs()
        var parameters = RegistrationParameters()
        parameters.iterations = [10, 10]
        let levels = levels(cameras.map { frame($0, volume, [truth]) }, parameters)
        let start = PoseMotion([0.05, -0.06, 0.04, 3, 4, -3]).applied(to: truth, about: truth.origin)
        let result = try registerVertebrae(
            [vertebra().attenuation], startingAt: [start], in: levels, prior: PosePrior(none: [start]), parameters: parameters, threads: 2)
        let left = PoseMotion(from: truth, to: result.poses[0])
        #expect(left.rotation.length < 0.002 && left.shift.length < 0.02, "\(left)")
    }

    @Test func neighboursAreToldApartTogether() throws {
        let camera = try TestViews.fromTheFront()
        // They overlap in the image.
        let truth = [upright(at: Point(0, 10, 14)), upright(at: Point(4, 0, -14))]
        let volume = try blobs()
        var parameters = RegistrationParameters()
        parameters.iterations = [10, 10]
        let levels = levels([frame(camera, volume, truth)], parameters)
        let offs = [PoseMotion([0.05, -0.03, 0.04, 2, 2, -3]), PoseMotion([-0.04, 0.03, 0.05, -3, 1, 2])]
        let start = zip(truth, offs).map { $1.applied(to: $0, about: $0.origin) }
        let result = try registerVertebrae(
            [vertebra(.t12).attenuation, vertebra(.l1).attenuation], startingAt: start, in: levels, prior: PosePrior(none: start),
            parameters: parameters,
            threads: 2)
        for (pose, truth) in zip(result.poses, truth) {
            let left = PoseMotion(from: truth, to: pose)
            #expect(left.rotation.length < 0.004, "\(left)")
            #expect(max(abs(left.shift.x), abs(left.shift.z)) < 0.04, "\(left)")
        }
    }
}
