import Frames
import Testing
import Volumes

@testable import Planning

@Suite struct ConnectedPiecesTests {
    static func mask(_ size: SIMD3<Int>, _ inside: (Int, Int, Int) -> Bool) throws -> Volume<Bool, Patient> {
        let grid = try GridGeometry<Patient>(size: size, spacing: SIMD3(1, 1, 1), origin: Point(0, 0, 0))
        var mask = Volume<Bool, Patient>(geometry: grid, repeating: false)
        for k in 0..<size.z { for j in 0..<size.y { for i in 0..<size.x { mask[i, j, k] = inside(i, j, k) } } }
        return mask
    }

    @Test func keepsTheLargestPiece() throws {
        let two = try Self.mask(SIMD3(10, 4, 4)) { i, _, _ in i < 3 || i > 5 }
        let (kept, count) = largestPiece(of: two)
        #expect(count == 4 * 4 * 4)
        #expect(!kept[0, 0, 0] && kept[9, 0, 0])
    }

    @Test func piecesMayHangTogetherByACorner() throws {
        let corner = try Self.mask(SIMD3(2, 2, 2)) { i, j, k in i == j && j == k }
        #expect(largestPiece(of: corner).count == 2)
    }

    @Test func fillsCavitiesButLeavesTunnelsOpen() throws {
        let hollow = try Self.mask(SIMD3(5, 5, 5)) { i, j, k in !(i == 2 && j == 2 && k == 2) }
        #expect(withCavitiesFilled(hollow)[2, 2, 2])
        let tunnel = try Self.mask(SIMD3(5, 5, 5)) { i, j, _ in !(i == 2 && j == 2) }
        #expect(!withCavitiesFilled(tunnel)[2, 2, 2])
    }
}
