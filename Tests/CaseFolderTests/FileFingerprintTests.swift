import CaseFolder
import Foundation
import TestSupport
import Testing

@Suite struct FileFingerprintTests {
    /// Of the digests "a" and "b", as `printf 'a\nb\n' | sha256sum` has it.
    @Test func severalFilesCountInAnyOrder() {
        #expect(combinedSHA256(["b", "a"]) == combinedSHA256(["a", "b"]))
        #expect(combinedSHA256(["a", "b"]) == "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2")
        #expect(combinedSHA256(["a"]) == "a")
    }

    // FIPS 180-2, appendix B, and the empty message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func knownAnswers(_ text: String, _ sha256: String) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/f"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let found = try fingerprint(ofFileAt: path)
            #expect(found.sha256 == sha256 && found.bytes == Int64(text.utf8.count))
        }
    }

    /// A million "a" is the third example of FIPS 180-2; it is read in one piece, three million bytes in several.
    @Test func joinsPieces() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/f"
            try Data(repeating: UInt8(ascii: "a"), count: 1_000_000).write(to: URL(fileURLWithPath: path))
            #expect(try fingerprint(ofFileAt: path).sha256 == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
            try Data(repeating: 0, count: 3 << 20).write(to: URL(fileURLWithPath: path))
            // head -c 3145728 /dev/zero | sha256sum
            #expect(try fingerprint(ofFileAt: path).sha256 == "bbd05cf6097ac9b1f89ea29d2542c1b7b67ee46848393895f5a9e43fa1f621e5")
        }
    }

    @Test func missingFileIsAnError() {
        #expect(throws: CaseFolderError.system(action: "read", path: "/nonexistent", errno: ENOENT)) {
            try fingerprint(ofFileAt: "/nonexistent")
        }
    }
}
