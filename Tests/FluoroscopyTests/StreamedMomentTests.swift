import Foundation
import Protocols
import Testing

@testable import Fluoroscopy

@Suite struct StreamedMomentTests {
    /// The first number is the first pixel, the low byte comes first; also from a piece of other data, at an odd address.
    @Test func bytesBecomeNumbersInTheirOrder() {
        #expect(pixelValues(Data([1, 255, 0]), .uint8) == [1, 255, 0])
        let words = Data([9, 1, 0, 2, 1, 255, 255])
        #expect(pixelValues(words.dropFirst(), .uint16) == [1, 258, 65535])
        let floats = [Float(0.5), -2, .infinity].flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        #expect(pixelValues(Data([0] + floats).dropFirst(), .float32) == [0.5, -2, .infinity])
        #expect(pixelValues(Data(), .float32) == [])
    }
}
