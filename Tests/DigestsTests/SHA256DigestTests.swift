import Digests
import Foundation
import Testing

@Suite struct SHA256DigestTests {
    // FIPS 180-2, appendix B, and the empty message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func knownAnswers(_ text: String, _ expected: String) {
        #expect(sha256(of: Data(text.utf8)) == expected)
    }

    @Test(arguments: [1, 55, 56, 63, 64, 65, 999]) func piecesDoNotMatter(_ size: Int) {
        let bytes = Data((0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 37) })
        var digest = SHA256Digest()
        for piece in [bytes[..<size], bytes[size...]] { piece.withUnsafeBytes { digest.update($0) } }
        #expect(digest.hexadecimal() == sha256(of: bytes))
    }

    /// What was taken so far can be asked for, and does not change what follows.
    @Test func digestsInBetweenAreThoseOfTheBytesSoFar() {
        let bytes = Data((0..<300).map { UInt8($0 % 251) })
        var digest = SHA256Digest()
        for start in stride(from: 0, to: 300, by: 100) {
            bytes[start..<(start + 100)].withUnsafeBytes { digest.update($0) }
            #expect(digest.hexadecimalSoFar() == sha256(of: bytes[..<(start + 100)]))
        }
        #expect(digest.hexadecimal() == sha256(of: bytes))
    }

    @Test func saysItsLibrary() { #expect(digestLibraryVersion().contains { $0.isNumber }) }
}
