import Protocols
import Testing

@testable import Fluoroscopy

@Suite struct FieldMaskTests {
    private func drawn(_ fields: [FluoroscopyField], _ columns: Int, _ rows: Int) -> [String] {
        let mask = fieldMask(fields, columns: columns, rows: rows)
        return (0..<rows).map { v in String(mask[v * columns..<(v + 1) * columns].map { $0 ? "#" : "." }) }
    }

    @Test func circles() {
        #expect(drawn([.circle(centre: SIMD2(2, 2), radius: 2)], 6, 5) == ["..#...", ".###..", "#####.", ".###..", "..#..."])
    }

    /// Edges belong to the field; the L is not convex.
    @Test func polygons() {
        let corners = [SIMD2<Double>(1, 1), SIMD2(4, 1), SIMD2(4, 2), SIMD2(2, 2), SIMD2(2, 4), SIMD2(1, 4)]
        #expect(drawn([.polygon(corners)], 6, 6) == ["......", ".####.", ".####.", ".##...", ".##...", "......"])
        #expect(drawn([.polygon(corners.reversed())], 6, 6) == drawn([.polygon(corners)], 6, 6))
    }

    @Test func allFieldsCount() {
        let half: [SIMD2<Double>] = [SIMD2(-1, -1), SIMD2(2, -1), SIMD2(2, 9), SIMD2(-1, 9)]
        #expect(drawn([.circle(centre: SIMD2(2, 1), radius: 1), .polygon(half)], 4, 3) == ["..#.", ".##.", "..#."])
    }
}
