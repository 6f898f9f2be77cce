import Foundation

/// Composes small explicit little-endian DICOM slices byte by byte, so that these tests need no other program.
struct DicomBytes {
    var columns = 4
    var rows = 3
    var position = SIMD3<Double>(0, 0, 0)
    var orientation = "1\\0\\0\\0\\1\\0"
    var seriesUID = "1.2.3"
    var modality = "CT"
    var imageType = "ORIGINAL\\PRIMARY\\AXIAL"
    var patient = "P1"
    /// Stored values; HU are 1024 less.
    var pixels: [Int16]
    var omitted: Set<UInt32> = []

    init(z: Double, value: Int16 = 1024) {
        position.z = z
        pixels = Array(repeating: value, count: 12)
    }

    var bytes: [UInt8] {
        let meta = element(0x0002_0010, "UI", "1.2.840.10008.1.2.1")
        var file = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        file += element(0x0002_0000, "UL", littleEndian([UInt32(meta.count)])) + meta
        file += element(0x0008_0008, "CS", imageType) + element(0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.2")
        file += element(0x0008_0060, "CS", modality) + element(0x0010_0020, "LO", patient)
        file += element(0x0020_000E, "UI", seriesUID) + element(0x0020_0032, "DS", "\(position.x)\\\(position.y)\\\(position.z)")
        file += element(0x0020_0037, "DS", orientation) + element(0x0028_0002, "US", littleEndian([UInt16(1)]))
        file += element(0x0028_0004, "CS", "MONOCHROME2") + element(0x0028_0010, "US", littleEndian([UInt16(rows)]))
        file += element(0x0028_0011, "US", littleEndian([UInt16(columns)])) + element(0x0028_0030, "DS", "2\\1.5")
        file += element(0x0028_0100, "US", littleEndian([UInt16(16)])) + element(0x0028_0101, "US", littleEndian([UInt16(16)]))
        file += element(0x0028_0102, "US", littleEndian([UInt16(15)])) + element(0x0028_0103, "US", littleEndian([UInt16(1)]))
        file += element(0x0028_1052, "DS", "-1024") + element(0x0028_1053, "DS", "1")
        return file + element(0x7FE0_0010, "OW", littleEndian(pixels))
    }

    private func element(_ tag: UInt32, _ type: String, _ text: String) -> [UInt8] {
        let value = Array(text.utf8)
        let padding: UInt8 = type == "UI" ? 0 : 0x20
        return element(tag, type, value.count % 2 == 0 ? value : value + [padding])
    }

    private func element(_ tag: UInt32, _ type: String, _ value: [UInt8]) -> [UInt8] {
        if omitted.contains(tag) { return [] }
        let head = littleEndian([UInt16(tag >> 16), UInt16(tag & 0xFFFF)]) + Array(type.utf8)
        let length = type == "OW" ? [0, 0] + littleEndian([UInt32(value.count)]) : littleEndian([UInt16(value.count)])
        return head + length + value
    }
}
