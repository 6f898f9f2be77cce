import Foundation
import Frames
import Testing
import Volumes

@testable import Tracking

struct ProjectVolumeTests {
    /// A ball of even attenuation: the line integral is the chord's length times it.
    @Test(arguments: [SIMD3(1.0, 1.0, 1.0), SIMD3(0.7, 0.7, 2.5)])
    func chordsOfABall(spacing: SIMD3<Double>) throws {
        let (radius, attenuation) = (18.0, 0.04)
        let size = SIMD3<Int>(SIMD3(44, 44, 44) / spacing)
        let grid = try GridGeometry<Vertebra>(size: size, spacing: spacing, origin: Point(-0.5 * (SIMD3<Double>(size) - 1) * spacing))
        var ball = Volume<Float, Vertebra>(geometry: grid, repeating: 0)
        for k in 0..<size.z {
            for j in 0..<size.y {
                for i in 0..<size.x {
                    // A soft edge one voxel wide, as a scanner's.
                    let inside = radius - grid.point(at: SIMD3(i, j, k)).xyz.length
                    ball[i, j, k] = Float(attenuation * min(1, max(0, 0.5 + inside / spacing.max())))
                }
            }
        }
        for camera in [try TestViews.fromTheFront(), try TestViews.fromTheSide()] {
            let at = camera.carmFromRoom * upright(at: Point(0, 0, 0))
            let image = project(ball, at: at, from: camera, to: DetectorRaster(pixelsOf: camera))
            var worst = 0.0
            for v in 0..<128 {
                for u in 0..<128 {
                    let ray = camera.detectorPoint(at: SIMD2(Double(u), Double(v))).xyz
                    let centre = (camera.carmFromRoom * Point<Room>(0, 0, 0)).xyz
                    let distance = ray.cross(centre).length / ray.length
                    guard abs(distance - radius) > 3 else { continue }
                    let chord = distance < radius ? 2 * (radius * radius - distance * distance).squareRoot() : 0
                    worst = max(worst, abs(Double(image[v * 128 + u]) - attenuation * chord))
                }
            }
            // The greatest integral is 1.44; voxels make steps of up to one voxel at each end.
            #expect(worst < 0.6 * attenuation * spacing.max(), "\(worst)")
        }
    }

    /// The plain definition: small steps along the ray, trilinear samples.
    @Test func agreesWithSmallStepsAlongTheRay() throws {
        let volume = try blobs()
        let camera = try TestViews.fromTheFront()
        let turn = Rotation<Room, Vertebra>(angle: 0.4, about: UnitVector(Vector(0.3, 0.2, 0.9))!)
        let at = camera.carmFromRoom * RigidTransform<Room, Vertebra>(asserting: turn, origin: Point(5, 20, -4))
        let image = project(volume, at: at, from: camera, to: DetectorRaster(pixelsOf: camera))
        let back = at.inverse
        var worst: Float = 0
        for (u, v) in [(64, 64), (60, 70), (80, 55), (50, 64), (71, 71), (90, 64)] {
            let end = camera.detectorPoint(at: SIMD2(Double(u), Double(v))).xyz
            let step = 0.05
            let count = Int(end.length / step)
            var sum = 0.0
            for n in 0..<count {
                let place = Point<CArm>(end * ((Double(n) + 0.5) / Double(count)))
                sum += volume.linear(at: back * place) ?? 0
            }
            worst = max(worst, abs(image[v * 128 + u] - Float(sum * end.length / Double(count))))
        }
        // Peak 0.6: one bilinear sample a plane against the same in small steps.
        #expect(worst < 0.004, "\(worst)")
    }

    @Test func aWindowAndBlocksSeeTheSamePlaces() throws {
        let volume = try blobs()
        let camera = try TestViews.fromTheFront()
        let at = camera.carmFromRoom * upright(at: Point(0, 0, 0))
        let all = project(volume, at: at, from: camera, to: DetectorRaster(pixelsOf: camera))
        let raster = DetectorRaster(pixelsOf: camera).window(RasterWindow(lower: SIMD2(40, 50), upper: SIMD2(90, 80)))
        let part = project(volume, at: at, from: camera, to: raster)
        for row in 0..<30 {
            for column in 0..<50 { #expect(abs(part[row * 50 + column] - all[(row + 50) * 128 + column + 40]) < 1e-5) }
        }
        #expect(DetectorRaster(blocksOf: 2, in: camera).first == SIMD2(0.5, 0.5))
        #expect(DetectorRaster(blocksOf: 3, in: camera).size == SIMD2(42, 42))
    }

    @Test func threadsDoNotChangeTheImage() throws {
        let volume = try blobs()
        let camera = try TestViews.fromTheSide()
        let at = camera.carmFromRoom * upright(at: Point(3, 0, 0))
        let raster = DetectorRaster(pixelsOf: camera)
        #expect(project(volume, at: at, from: camera, to: raster) == project(volume, at: at, from: camera, to: raster, threads: 2))
    }

    @Test func whatLiesBehindSourceOrDetectorIsNotSeen() throws {
        let volume = try blobs()
        let camera = try TestViews.fromTheFront()
        for depth in [-800.0, 900] {
            // The view's axis is the room's +y.
            let at = camera.carmFromRoom * upright(at: Point(0, depth, 0))
            #expect(project(volume, at: at, from: camera, to: DetectorRaster(pixelsOf: camera)).allSatisfy { $0 == 0 })
        }
    }

    /// A CT of more voxels than a float counts exactly: 250 x 250 x 290, of which only the far end holds anything.
    @Test func aWholeCTsLastSlicesAreWhereTheyBelong() throws {
        let grid = try GridGeometry<Vertebra>(size: SIMD3(250, 250, 290), spacing: SIMD3(1, 1, 1), origin: Point(-125, -125, -250))
        var volume = Volume<Float, Vertebra>(geometry: grid, repeating: 0)
        // 20 mm deep along the beam, from x = 10 to 20 and z = 25 to 35.
        for k in 275..<286 { for j in 115..<135 { for i in 135..<146 { volume[i, j, k] = 0.02 } } }
        let camera = try TestViews.fromTheFront()
        let image = project(
            volume, at: camera.carmFromRoom * upright(at: Point(0, 0, 0)), from: camera, to: DetectorRaster(pixelsOf: camera), threads: 2)
        func value(_ x: Double, _ z: Double) throws -> Float {
            let pixel = try #require(camera.pixel(of: Point<Room>(x, 0, z)))
            return image[Int(pixel.y.rounded()) * 128 + Int(pixel.x.rounded())]
        }
        #expect(abs(try value(15, 30) - 0.4) < 0.01)
        #expect(try value(-15, 30) == 0)
        #expect(try value(15, -30) == 0)
        #expect(try value(15, 5) == 0)
    }
}
