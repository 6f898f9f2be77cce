import Foundation
import TestSupport
import Testing

@testable import ZeroMQ

struct CurveKeyFilesTests {
    private func write(_ text: String, _ path: String, mode: Int = 0o600) throws {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test func keysAreReadAsTheyWereWritten() throws {
        try withTemporaryFolder { folder in
            let (server, one, two) = (CurveKeyPair.generated(), CurveKeyPair.generated(), CurveKeyPair.generated())
            try write(keyFileText(server.publicKey, secret: server.secretKey), folder + "/server.key_secret")
            for (name, keys) in [("one", one), ("two", two)] { try write(keyFileText(keys.publicKey), "\(folder)/clients/\(name).key") }
            let read = try CurveKeyFolder(folder).server()
            #expect(read.keys == server && read.allowed() == [one.publicKey, two.publicKey])
            // Taken off the list, it is out at once.
            try FileManager.default.removeItem(atPath: folder + "/clients/one.key")
            #expect(read.allowed() == [two.publicKey])
            try write(keyFileText(one.publicKey, secret: one.secretKey), folder + "/for/one.key_secret")
            try write(keyFileText(server.publicKey), folder + "/for/server.key")
            let client = try CurveKeyFolder(folder + "/for").client()
            #expect(client.keys == one && client.server == server.publicKey)
        }
    }

    @Test func badKeyFilesAreNamed() throws {
        try withTemporaryFolder { folder in
            let keys = CurveKeyPair.generated()
            let path = folder + "/server.key_secret"
            #expect(throws: ZeroMQError.self) { try CurveKeyFolder(folder).server() }
            for text in ["", "curve\n public-key = \"short\"\n", keyFileText(keys.publicKey)] {
                try write(text, path)
                #expect(throws: ZeroMQError.self, "\(text)") { try CurveKeyFolder(folder).server() }
            }
            // A secret that others can read is none.
            try write(keyFileText(keys.publicKey, secret: keys.secretKey), path, mode: 0o644)
            let error = #expect(throws: ZeroMQError.self) { try CurveKeyFolder(folder).server() }
            #expect(error?.code == "bad_key" && "\(error!)".contains(path))
            #expect(throws: ZeroMQError.self) { try CurveKeyFolder(folder).client() }
        }
    }

    @Test func aKeysTwoFormsGoTogether() throws {
        let key = CurveKeyPair.generated().publicKey
        #expect(CurveKey(bytes: key.bytes) == key && CurveKey(text: key.text) == key)
        #expect(CurveKey(text: String(key.text.dropLast())) == nil && CurveKey(bytes: key.bytes.dropLast()) == nil)
    }
}
