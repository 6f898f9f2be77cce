import Foundation

/// Puts Lamina's header and each facet's normal into a binary STL's bytes; Assimp writes its own header and normals of 0.
func finishSTL(_ bytes: inout Data) throws {
    guard let count = binarySTLCount(bytes), bytes.count == 84 + 50 * count else {
        throw MeshError.exportFailed(reason: "the STL's size does not fit its triangle count")
    }
    // Not starting with "solid", by which some readers take a binary file for text.
    let title = Array("Lamina mesh; SPACE=LPS; UNIT=mm".utf8)
    bytes.replaceSubrange(0..<80, with: title + Array(repeating: 0x20, count: 80 - title.count))
    bytes.withUnsafeMutableBytes { raw in
        for n in 0..<count {
            let at = 84 + 50 * n
            func corner(_ c: Int) -> SIMD3<Double> {
                func number(_ axis: Int) -> Double {
                    Double(
                        Float(
                            bitPattern: UInt32(
                                littleEndian: raw.loadUnaligned(fromByteOffset: at + 12 + 12 * c + 4 * axis, as: UInt32.self))))
                }
                return SIMD3(number(0), number(1), number(2))
            }
            let normal = (corner(1) - corner(0)).cross(corner(2) - corner(0))
            let length = normal.length
            for axis in 0..<3 {
                let value = length > 0 ? Float(normal[axis] / length) : 0
                raw.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: at + 4 * axis, as: UInt32.self)
            }
        }
    }
}

/// The triangle count that a binary STL states, or nil when the bytes are too few to state one.
func binarySTLCount(_ bytes: Data) -> Int? {
    guard bytes.count >= 84 else { return nil }
    return bytes.withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 80, as: UInt32.self))) }
}

/// Whether STL bytes are the text kind: they begin with "solid" and their size is not what the binary kind would have.
func isTextSTL(_ bytes: Data) -> Bool {
    guard bytes.starts(with: Array("solid".utf8)) else { return false }
    guard let count = binarySTLCount(bytes) else { return true }
    return bytes.count != 84 + 50 * count
}
