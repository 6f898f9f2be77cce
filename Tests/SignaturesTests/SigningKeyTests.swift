import Foundation
import Testing

@testable import Signatures

@Suite struct SigningKeyTests {
    /// RFC 8032, section 7.1, test 1 (no message) and test 3.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]) func signsAsTheStandardSays(secret: String, message: String, signature: String) throws {
        let der = Data(hex: "302e020100300506032b657004220420" + secret)
        let key = try SigningKey(pem: Data("-----BEGIN PRIVATE KEY-----\n\(der.base64EncodedString())\n-----END PRIVATE KEY-----\n".utf8))
        #expect(key.signature(of: Data(hex: message)) == Data(hex: signature))
        #expect(key.publicKey.verifies(Data(hex: signature), of: Data(hex: message)))
    }

    @Test func survivesItsFiles() throws {
        let key = SigningKey.generated()
        #expect(try SigningKey(pem: Data(key.pem.utf8)).publicKey == key.publicKey)
        #expect(try PublicKey(pem: Data(key.publicKey.pem.utf8)) == key.publicKey)
        #expect(try PublicKey(der: key.publicKey.der) == key.publicKey)
    }

    @Test func seesEveryChangedBit() {
        let key = SigningKey.generated()
        let message = Data("a plan".utf8)
        let signature = key.signature(of: message)
        for bit in 0..<(8 * signature.count) {
            var other = signature
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(!key.publicKey.verifies(other, of: message))
        }
        #expect(!key.publicKey.verifies(signature, of: Data("A plan".utf8)))
        #expect(!SigningKey.generated().publicKey.verifies(signature, of: message))
        #expect(!key.publicKey.verifies(signature.dropLast(), of: message))
    }

    /// Without a refusal libcrypto would wait at the terminal for a pass phrase.
    @Test func anEncryptedHeaderAsksNobody() {
        let pem =
            "-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00000000000000000000000000000000\n\nAAAAAAAAAAAAAAAAAAAAAA==\n-----END PUBLIC KEY-----\n"
        #expect(throws: SignatureError.notAKey) { try PublicKey(pem: Data(pem.utf8)) }
    }

    @Test func refusesWhatIsNoKey() {
        #expect(throws: SignatureError.notAKey) { try SigningKey(pem: Data("nothing".utf8)) }
        #expect(throws: SignatureError.notAKey) { try PublicKey(pem: Data()) }
        // A public key is not a secret one.
        #expect(throws: SignatureError.notAKey) { try SigningKey(pem: Data(SigningKey.generated().publicKey.pem.utf8)) }
        // X25519, of the same length: 'openssl genpkey -algorithm x25519'.
        let other =
            "-----BEGIN PRIVATE KEY-----\n\(Data(hex: "302e020100300506032b656e04220420" + String(repeating: "40", count: 32)).base64EncodedString())\n-----END PRIVATE KEY-----\n"
        #expect(throws: SignatureError.notEd25519) { try SigningKey(pem: Data(other.utf8)) }
    }
}

extension Data {
    fileprivate init(hex: String) {
        let digits = Array(hex)
        self.init(stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16)! })
    }
}
