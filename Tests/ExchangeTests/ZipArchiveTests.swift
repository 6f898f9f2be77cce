import Foundation
import TestSupport
import Testing

@testable import Exchange

@Suite struct ZipArchiveTests {
    @Test func sameContentsSameBytes() throws {
        try withTemporaryFolder { folder in
            let made = try ["a", "b"].map { name in
                let archive = try ZipArchive(creating: "\(folder)/\(name)")
                try archive.add("one.txt", Data("hello".utf8))
                try archive.add("two/two.bin", byteCount: 6) { write in
                    for part in ["abc", "def"] { try Data(part.utf8).withUnsafeBytes(write) }
                }
                try archive.finish()
                return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            #expect(made[0] == made[1] && made[0].starts(with: Array("PK".utf8)))
        }
    }

    @Test func saysWhyItCannotBeWritten() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/nowhere/a.zip"
            #expect(throws: ExchangeError.writeFailed(path: path, errno: ENOENT)) { try ZipArchive(creating: path) }
        }
    }
}
