import Concurrency
import Foundation
import Volumes

/// Decodes the slices of a plan into its grid. Files are decoded by `options.threads` threads, each slice straight to its plane.
///
/// Memory: the volume, and one decoded file a thread.
func decodeStack(_ plan: StackPlan, files: [DicomFile], options: ReadOptions) throws -> (volume: CTVolume, statistics: HUStatistics) {
    let size = plan.grid.size
    let plane = size.x * size.y
    let planes = plan.slices.count
    let needed = Dictionary(grouping: plan.slices.indices, by: { plan.slices[$0].file })
    let order = needed.keys.sorted()
    let tables = TableCache()
    var statistics = HUStatistics()
    let voxels = try [Int16](unsafeUninitializedCapacity: plane * planes) { target, filled in
        // Sendable by hand: each plane is written by the one thread that decodes its slice.
        nonisolated(unsafe) let base = target.baseAddress!
        let parts = try concurrentMap(order, threads: options.threads) { file in
            var part = HUStatistics()
            try decodeFile(files[file], tables: tables) { decoder in
                for k in needed[file]! {
                    let slice = plan.slices[k]
                    part.merge(decoder.place(slice, offset: plan.offsets[k], width: size.x, height: size.y, into: base + k * plane))
                }
            }
            return part
        }
        for part in parts { statistics.merge(part) }
        filled = plane * planes
    }
    guard let heights = plan.unevenHeights else { return (try CTVolume(geometry: plan.grid, voxels: voxels), statistics) }
    let even = interpolatePlanes(voxels, plane: plane, heights: heights, spacing: plan.grid.spacing.z, count: size.z)
    return (try CTVolume(geometry: plan.grid, voxels: even), statistics)
}

/// The HU of one slice as it is stored.
func singleSlice(_ slice: DicomSlice, _ files: [DicomFile]) throws -> [Int16] {
    let file = files[slice.file]
    var values = [Int16](repeating: airHU, count: file.columns * file.rows)
    try values.withUnsafeMutableBufferPointer { target in
        try decodeFile(file, tables: TableCache()) { decoder in
            _ = decoder.place(slice, offset: SIMD2(0, 0), width: file.columns, height: file.rows, into: target.baseAddress!)
        }
    }
    return values
}

/// Decodes a file and lends its frames to `body`.
private func decodeFile(_ file: DicomFile, tables: TableCache, _ body: (FrameDecoder) throws -> Void) throws {
    var file = file
    let byteCount = file.columns * file.rows * file.frameCount * file.bytesPerPixel
    let pixels = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
    defer { pixels.deallocate() }
    try decodePixels(of: &file, into: pixels)
    try body(FrameDecoder(file: file, pixels: UnsafeRawBufferPointer(pixels), tables: tables))
}

/// The decoded pixels of a file.
private struct FrameDecoder {
    let file: DicomFile
    let pixels: UnsafeRawBufferPointer
    let tables: TableCache

    /// Writes a slice as HU into a plane of `width` x `height`, its first pixel at `offset`; the rest of the plane becomes air.
    func place(
        _ slice: DicomSlice, offset: SIMD2<Double>, width: Int, height: Int, into plane: UnsafeMutablePointer<Int16>
    ) -> HUStatistics {
        let count = file.columns * file.rows
        let raw = pixels.baseAddress! + slice.frame * count * file.bytesPerPixel
        if width == file.columns, height == file.rows { return convert(raw, slice.pose, count: count, into: plane) }
        return withUnsafeTemporaryAllocation(of: Int16.self, capacity: count) { straight in
            let statistics = convert(raw, slice.pose, count: count, into: straight.baseAddress!)
            shift(
                UnsafeBufferPointer(straight), width: file.columns, height: file.rows, by: offset, into: plane, targetWidth: width,
                targetHeight: height)
            return statistics
        }
    }

    private func convert(
        _ raw: UnsafeRawPointer, _ pose: DicomFrame, count: Int, into target: UnsafeMutablePointer<Int16>
    ) -> HUStatistics {
        guard file.bitsAllocated <= 16 else {
            return convertToHU(
                raw, type: file.stored.isSigned ? .int32 : .uint32, isBigEndian: false, slope: pose.slope, intercept: pose.intercept,
                count: count, into: target)
        }
        let table = tables.table(width: file.bitsAllocated, stored: file.stored, slope: pose.slope, intercept: pose.intercept)
        return table.convert(raw, count: count, into: target)
    }
}

/// Keeps the last table, since most series have one scale for all slices.
///
/// `@unchecked Sendable`: its state is read and written under the lock.
private final class TableCache: @unchecked Sendable {
    private struct Key: Equatable {
        var width: Int
        var stored: StoredBits
        var slope: Double
        var intercept: Double
    }
    private let lock = NSLock()
    private var last: (key: Key, table: HounsfieldTable)?

    func table(width: Int, stored: StoredBits, slope: Double, intercept: Double) -> HounsfieldTable {
        let key = Key(width: width, stored: stored, slope: slope, intercept: intercept)
        if let last = lock.withLock({ last }), last.key == key { return last.table }
        let table = HounsfieldTable(width: width, stored: stored, slope: slope, intercept: intercept)
        lock.withLock { last = (key, table) }
        return table
    }
}
