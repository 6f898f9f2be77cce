import Testing

@testable import ImageFiles

@Suite struct HounsfieldUnitsTests {
    private func convert(_ table: HounsfieldTable, _ raw: [UInt16]) -> ([Int16], HUStatistics) {
        var target = [Int16](repeating: 0, count: raw.count)
        let statistics = raw.withUnsafeBytes { table.convert($0.baseAddress!, count: raw.count, into: &target) }
        return (target, statistics)
    }

    @Test func signAndByteOrder() {
        let minusTwo: UInt16 = 0xFFFE
        let little = HounsfieldTable(type: .int16, slope: 2, intercept: 10)
        #expect(convert(little, [minusTwo, 5]).0 == [6, 20])
        let big = HounsfieldTable(type: .int16, isBigEndian: true, slope: 1, intercept: 0)
        #expect(convert(big, [minusTwo.byteSwapped, UInt16(5).byteSwapped]).0 == [-2, 5])
        let unsigned = HounsfieldTable(type: .uint16, slope: 1, intercept: -1024)
        #expect(convert(unsigned, [0, 3000]).0 == [-1024, 1976])
    }

    /// The table agrees with plain arithmetic on every value.
    @Test func tableMatchesArithmetic() {
        let raw = Array(UInt16.min...UInt16.max)
        let table = HounsfieldTable(type: .int16, slope: 0.731, intercept: -17.3)
        let (fast, statistics) = convert(table, raw)
        var slow = [Int16](repeating: 0, count: raw.count)
        let expected = raw.withUnsafeBytes {
            convertToHU(
                $0.baseAddress!, type: .int16, isBigEndian: false, slope: 0.731, intercept: -17.3, count: raw.count, into: &slow)
        }
        #expect(fast == slow)
        #expect(statistics.belowAir == expected.belowAir && statistics.lowest == -1024 && statistics.highest == expected.highest)
    }

    @Test func clampingIsCounted() {
        let table = HounsfieldTable(type: .int16, slope: 1, intercept: 0)
        let (values, statistics) = convert(table, [UInt16(bitPattern: -3024), UInt16(bitPattern: -1024), 100])
        #expect(values == [-1024, -1024, 100])
        #expect(statistics.belowAir == 1 && statistics.lowestFound == -3024 && statistics.lowest == -1024 && statistics.highest == 100)
    }

    @Test func twelveBitNumbersWithAndWithoutCarriedSign() {
        let table = HounsfieldTable(width: 16, stored: .init(count: 12, isSigned: true, padding: nil), slope: 1, intercept: 0)
        let (values, statistics) = convert(table, [0x0FFF, 0xFFFF, 0x07FF, 0x17FF])
        #expect(values == [-1, -1, 2047, 2047])
        // Only the last has a bit that is neither a stored one nor a carried sign.
        #expect(statistics.extraBits == 1)
    }

    @Test func paddingBecomesAirOnlyOutsideTissue() {
        let wide = HounsfieldTable(width: 16, stored: .init(count: 12, isSigned: false, padding: 63536), slope: 1, intercept: -1024)
        #expect(convert(wide, [63536, 2048]).0 == [-1024, 1024])
        let water = HounsfieldTable(width: 16, stored: .init(count: 16, isSigned: true, padding: 0), slope: 1, intercept: 0)
        #expect(convert(water, [0, 7]).0 == [0, 7])
    }

    @Test func floatsThatAreNoNumbers() {
        let raw: [Float] = [.nan, .infinity, 41.6, -5000, 1e9]
        var target = [Int16](repeating: 0, count: raw.count)
        let statistics = raw.withUnsafeBytes {
            convertToHU($0.baseAddress!, type: .float32, isBigEndian: false, slope: 1, intercept: 0, count: raw.count, into: &target)
        }
        #expect(target == [-1024, -1024, 42, -1024, 32767])
        #expect(statistics.notANumber == 2 && statistics.belowAir == 1 && statistics.aboveRange == 1)
    }
}
