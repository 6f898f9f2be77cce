import Foundation
import Protocols
import Tracking

/// One frame as it came in a message.
struct StreamedFrame: Sendable {
    var header: StreamedFrameHeader
    var camera: CArmCamera
    /// The header as it was sent.
    var headerBytes: Data
    /// As many bytes as size and encoding of the header make.
    var pixels: Data
}

/// All views of one moment as they came in. Turning them into transmissions is left to whoever takes the moment: most may be skipped.
struct StreamedMoment: Sendable {
    var number: Int
    /// One a view, in the order that the stream announced.
    var frames: [StreamedFrame]
    var arrival: ContinuousClock.Instant
}

/// The numbers of an image, row by row.
///
/// - Parameter bytes: a whole number of pixels.
/// - Complexity: O(pixels).
func pixelValues(_ bytes: Data, _ encoding: FrameEncoding) -> [Float] {
    bytes.withUnsafeBytes { bytes in
        switch encoding {
        case .uint8: bytes.map { Float($0) }
        case .uint16: elements(bytes, UInt16.self) { Float(UInt16(littleEndian: $0)) }
        case .float32: elements(bytes, UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
        }
    }
}

private func elements<Stored>(_ bytes: UnsafeRawBufferPointer, _: Stored.Type, _ value: (Stored) -> Float) -> [Float] {
    let size = MemoryLayout<Stored>.size
    return (0..<(bytes.count / size)).map { value(bytes.loadUnaligned(fromByteOffset: $0 * size, as: Stored.self)) }
}
