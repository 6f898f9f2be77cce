/// Lowest HU kept: air. Scanners and exports mark what lies outside the view with -2000, -3024 and the like.
let airHU: Int16 = -1024

/// What happened while stored values became HU.
struct HUStatistics: Equatable, Sendable {
    var lowest = Int16.max
    var highest = Int16.min
    var belowAir = 0
    /// The lowest value found before it was set to -1024.
    var lowestFound = 0.0
    var aboveRange = 0
    var notANumber = 0
    var padding = 0
    var extraBits = 0

    mutating func merge(_ other: HUStatistics) {
        lowest = min(lowest, other.lowest)
        highest = max(highest, other.highest)
        belowAir += other.belowAir
        lowestFound = min(lowestFound, other.lowestFound)
        aboveRange += other.aboveRange
        notANumber += other.notANumber
        padding += other.padding
        extraBits += other.extraBits
    }

    var warnings: [ImageWarning] {
        var list: [ImageWarning] = []
        if padding > 0 { list.append(.init(.padding, "\(padding) padding pixels were set to -1024 HU")) }
        if belowAir > 0 {
            list.append(.init(.belowAir, "\(belowAir) voxels below -1024 HU (down to \(millimetres(lowestFound))) were set to -1024 HU"))
        }
        if aboveRange > 0 { list.append(.init(.aboveRange, "\(aboveRange) voxels above 32767 HU were set to 32767 HU")) }
        if notANumber > 0 {
            list.append(.init(.notANumber, "\(notANumber) voxels are not a finite number and were set to -1024 HU"))
        }
        if extraBits > 0 {
            list.append(.init(.extraBits, "\(extraBits) pixels have bits beyond those declared, which were ignored"))
        }
        if lowest > -500 {
            list.append(.init(.noAir, "no air: the lowest value is \(lowest); check that the values are Hounsfield units"))
        }
        if highest < 300 {
            list.append(.init(.noBone, "no bone: the highest value is \(highest); check that the values are Hounsfield units"))
        }
        return list
    }
}

/// Which bits of a DICOM pixel count, and which value marks padding.
struct StoredBits: Equatable, Sendable {
    var count: Int
    var isSigned: Bool
    /// The bits of the padding value, as wide as the pixel.
    var padding: UInt16?
}

/// Turns stored 8- and 16-bit values into HU through a table of every possible value: byte order, sign, scaling, padding and
/// clamping are settled once for each table and not for each voxel.
struct HounsfieldTable: Sendable {
    private enum Mark: UInt8 { case none, belowAir, aboveRange, padding, extraBits }
    private var values: [Int16] = []
    private var marks: [UInt8] = []
    private var exact: [Float] = []

    /// The table of values of `type` as files hold them.
    init(type: ScalarType, isBigEndian: Bool = false, slope: Double, intercept: Double) {
        let width = type.byteCount * 8
        precondition(width <= 16)
        let isSigned = type == .int8 || type == .int16
        fill(width: width) { raw in
            let bits = isBigEndian && width == 16 ? raw.byteSwapped : raw
            return (Double(number(bits, count: width, isSigned: isSigned)) * slope + intercept, .none)
        }
    }

    /// The table of DICOM pixels of `width` bits (8 or 16) in host byte order.
    ///
    /// Bits beyond the stored ones may hold overlays, and are cut off, or belong to a padding value too wide for the stored bits,
    /// which is recognised first. Padding becomes air only where it is no plausible tissue: some exports name 0 as padding, and
    /// then tissue of that value must stay.
    init(width: Int, stored: StoredBits, slope: Double, intercept: Double) {
        fill(width: width) { raw in
            let value = Double(number(raw, count: stored.count, isSigned: stored.isSigned)) * slope + intercept
            let whole = Double(number(raw, count: width, isSigned: stored.isSigned)) * slope + intercept
            if raw == stored.padding, whole < -900 || whole > 4000 { return (Double(airHU), .padding) }
            // A negative number is fine with and without its sign carried into the spare bits.
            let fits = value == whole || raw >> UInt16(stored.count) == 0
            return (value, fits ? .none : .extraBits)
        }
    }

    private mutating func fill(width: Int, _ map: (UInt16) -> (value: Double, mark: Mark)) {
        let count = 1 << width
        values.reserveCapacity(count)
        marks.reserveCapacity(count)
        exact.reserveCapacity(count)
        for raw in 0..<count {
            let (value, mark) = map(UInt16(raw))
            let (hu, clamped) = clampedHU(value)
            values.append(hu)
            exact.append(Float(value))
            marks.append((mark != .none ? mark : clamped < 0 ? .belowAir : clamped > 0 ? .aboveRange : .none).rawValue)
        }
    }

    /// Converts `count` stored values. Complexity: one table look-up a voxel.
    func convert(_ raw: UnsafeRawPointer, count: Int, into target: UnsafeMutablePointer<Int16>) -> HUStatistics {
        values.count == 256
            ? lookUp(raw.assumingMemoryBound(to: UInt8.self), count: count, into: target)
            : lookUp(raw.assumingMemoryBound(to: UInt16.self), count: count, into: target)
    }

    @inline(__always)
    private func lookUp<Raw: FixedWidthInteger & UnsignedInteger>(
        _ raw: UnsafePointer<Raw>, count: Int, into target: UnsafeMutablePointer<Int16>
    ) -> HUStatistics {
        var statistics = HUStatistics()
        values.withUnsafeBufferPointer { values in
            marks.withUnsafeBufferPointer { marks in
                var low = Int16.max
                var high = Int16.min
                for n in 0..<count {
                    let bits = Int(raw[n])
                    let hu = values[bits]
                    target[n] = hu
                    low = min(low, hu)
                    high = max(high, hu)
                    if marks[bits] != 0 { note(bits, in: &statistics) }
                }
                statistics.lowest = low
                statistics.highest = high
            }
        }
        return statistics
    }

    private func note(_ bits: Int, in statistics: inout HUStatistics) {
        switch Mark(rawValue: marks[bits]) {
        case .belowAir:
            statistics.belowAir += 1
            statistics.lowestFound = min(statistics.lowestFound, Double(exact[bits]))
        case .aboveRange: statistics.aboveRange += 1
        case .padding: statistics.padding += 1
        case .extraBits: statistics.extraBits += 1
        case .some(.none), nil: break
        }
    }
}

/// The lowest `count` bits of `raw` as a number.
private func number(_ raw: UInt16, count: Int, isSigned: Bool) -> Int {
    let kept = Int(raw) & ((1 << count) - 1)
    return isSigned && kept >> (count - 1) == 1 ? kept - (1 << count) : kept
}

/// A finite value rounded to the nearest HU between air and the largest; `clamped` is -1 or 1 where it was outside.
@inline(__always)
private func clampedHU(_ value: Double) -> (hu: Int16, clamped: Int) {
    let rounded = value.rounded()
    if rounded < Double(airHU) { return (airHU, -1) }
    if rounded > Double(Int16.max) { return (Int16.max, 1) }
    return (Int16(rounded), 0)
}

/// Converts `count` values of a type wider than 16 bits, or floating, to HU.
func convertToHU(
    _ raw: UnsafeRawPointer, type: ScalarType, isBigEndian: Bool, slope: Double, intercept: Double, count: Int,
    into target: UnsafeMutablePointer<Int16>
) -> HUStatistics {
    var statistics = HUStatistics()
    forEachNumber(raw, type: type, isBigEndian: isBigEndian, count: count) { n, stored in
        let value = stored * slope + intercept
        guard value.isFinite else {
            target[n] = airHU
            statistics.notANumber += 1
            return
        }
        let (hu, clamped) = clampedHU(value)
        target[n] = hu
        if clamped < 0 {
            statistics.belowAir += 1
            statistics.lowestFound = min(statistics.lowestFound, value)
        } else if clamped > 0 {
            statistics.aboveRange += 1
        }
    }
    for n in 0..<count {
        statistics.lowest = min(statistics.lowest, target[n])
        statistics.highest = max(statistics.highest, target[n])
    }
    return statistics
}

/// Calls `body` with each value as a Double (exact up to 2^53).
@inline(__always)
func forEachNumber(_ raw: UnsafeRawPointer, type: ScalarType, isBigEndian: Bool, count: Int, _ body: (Int, Double) -> Void) {
    @inline(__always) func integers<I: FixedWidthInteger>(_: I.Type) {
        let values = raw.assumingMemoryBound(to: I.self)
        for n in 0..<count { body(n, Double(isBigEndian ? values[n].byteSwapped : values[n])) }
    }
    switch type {
    case .int8: integers(Int8.self)
    case .uint8: integers(UInt8.self)
    case .int16: integers(Int16.self)
    case .uint16: integers(UInt16.self)
    case .int32: integers(Int32.self)
    case .uint32: integers(UInt32.self)
    case .int64: integers(Int64.self)
    case .uint64: integers(UInt64.self)
    case .float32:
        let bits = raw.assumingMemoryBound(to: UInt32.self)
        for n in 0..<count { body(n, Double(Float(bitPattern: isBigEndian ? bits[n].byteSwapped : bits[n]))) }
    case .float64:
        let bits = raw.assumingMemoryBound(to: UInt64.self)
        for n in 0..<count { body(n, Double(bitPattern: isBigEndian ? bits[n].byteSwapped : bits[n])) }
    }
}
