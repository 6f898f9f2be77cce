import Foundation
import Frames
import Testing

@testable import Tracking

/// What other programs see, as Tools/Evaluation/camera_vectors.py wrote it down with the command and versions beside it.
struct CameraVectors: Decodable {
    struct RTKCase: Decodable {
        var parameters: [String: Double]
        var sizePx: [Int]
        var spacingMm: [Double]
        var originMm: [Double]
        var matrix: [Double]
        var points: [[Double]]
        var blobs: [[Double]]
    }
    struct Intrinsics: Decodable {
        var sdd: Double
        var height: Int
        var width: Int
        var delx: Double
        var dely: Double
        var x0: Double
        var y0: Double

        var value: DRRIntrinsics { DRRIntrinsics(sdd: sdd, height: height, width: width, delx: delx, dely: dely, x0: x0, y0: y0) }
    }
    struct DiffDRRCase: Decodable {
        var intrinsics: Intrinsics
        var orientation: DiffDRROrientation
        var reverseXAxis: Bool
        var pose: [Double]
        var points: [[Double]]
    }
    struct NanodrrCase: Decodable {
        var intrinsics: Intrinsics
        var orientation: String
        var rtInv: [Double]
        var points: [[Double]]
    }
    struct PositionerCase: Decodable {
        var primaryDeg: Double
        var secondaryDeg: Double
        var row: String
        var column: String
        var sourceDetectorMm: Double
        var sourceIsocentreMm: Double
        var pixelSpacingMm: [Double]
        var sizePx: [Int]
        var principalPointPx: [Double]
        var points: [[Double]]
    }
    var rtk: [RTKCase]
    var diffdrr: [DiffDRRCase]
    var nanodrr: [NanodrrCase]
    var positioner: [PositionerCase]

    static func read() throws -> CameraVectors {
        let file = try #require(Bundle.module.url(forResource: "Resources/cameras", withExtension: "json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(CameraVectors.self, from: Data(contentsOf: file))
    }
}

/// How far on the detector a camera sees points from where they were seen, mm; `points` are x, y, z, u, v.
func worstMiss(_ camera: CArmCamera, _ points: [[Double]]) throws -> Double {
    try points.map { p in
        let pixel = try #require(camera.pixel(of: Point<Room>(p[0], p[1], p[2])))
        let miss = (pixel - SIMD2(p[3], p[4])) * camera.pixelSpacing
        return (miss * miss).sum().squareRoot()
    }.max() ?? .infinity
}
