import Digests
import Foundation

/// A DICOM UID made of text: the same text gives the same UID, other text another.
///
/// "2.25." and the number of a UUID of version 8 (RFC 9562) out of the text's SHA-256. Source: PS3.5, B.2.
func uniqueIdentifier(of text: String) -> String {
    let digits = sha256(of: Data(text.utf8)).prefix(32)
    guard var number = UInt128(digits, radix: 16) else { preconditionFailure("a digest is hexadecimal") }
    number = number & ~(0xF << 76) | 0x8 << 76
    number = number & ~(0b11 << 62) | 0b10 << 62
    return "2.25.\(number)"
}
