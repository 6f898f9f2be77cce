import CaseFolder
import Foundation
import TestSupport
import Testing

@Suite struct OutputFileTests {
    private func text(_ path: String) -> String? { FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } }
    private func names(_ folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

    @Test func writesOnceAndReplacesOnlyWhenAsked() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/new/a.json"
            try writeOutputFile(Data("one".utf8), to: path, replacing: false)
            #expect(throws: CaseFolderError.fileExists(path: path)) { try writeOutputFile(Data("two".utf8), to: path, replacing: false) }
            #expect(text(path) == "one")
            try writeOutputFile(Data("two".utf8), to: path, replacing: true)
            #expect(try text(path) == "two" && names(folder + "/new") == ["a.json"])
        }
    }

    @Test func neverReplacesAFolderOrADevice() throws {
        try withTemporaryFolder { folder in
            for path in [folder, "/dev/null"] {
                #expect(throws: CaseFolderError.notAFile(path: path)) { try writeOutputFile(Data(), to: path, replacing: true) }
            }
        }
    }

    @Test func aLinkIsFollowed() throws {
        try withTemporaryFolder { folder in
            try Data("one".utf8).write(to: URL(fileURLWithPath: folder + "/real.json"))
            try FileManager.default.createSymbolicLink(atPath: folder + "/link.json", withDestinationPath: "real.json")
            try writeOutputFile(Data("two".utf8), to: folder + "/link.json", replacing: true)
            #expect(try text(folder + "/real.json") == "two" && names(folder) == ["link.json", "real.json"])
        }
    }

    @Test func whatCannotBeWrittenLeavesNothing() throws {
        try withTemporaryFolder { folder in
            try Data("one".utf8).write(to: URL(fileURLWithPath: folder + "/file"))
            #expect(throws: CaseFolderError.self) { try writeOutputFile(Data(), to: folder + "/file/a.json", replacing: false) }
            #expect(try names(folder) == ["file"])
        }
    }

    /// The second cannot be written, so the first, which could, is not there either; what it should have replaced is as it was.
    @Test func allOrNone() throws {
        try withTemporaryFolder { folder in
            try Data("old".utf8).write(to: URL(fileURLWithPath: folder + "/a.nii.gz"))
            let good = OutputFile(path: folder + "/a.nii.gz") { path in
                #expect(path.hasSuffix(".gz"))
                try writeDurably(Data("new".utf8), to: path)
            }
            let bad = OutputFile(path: folder + "/made/b.json") { path in
                throw CaseFolderError.system(action: "write", path: path, errno: ENOSPC)
            }
            #expect(throws: CaseFolderError.system(action: "write", path: folder + "/made/b.json", errno: ENOSPC)) {
                try writeOutputFiles([good, bad], replacing: true)
            }
            #expect(try text(folder + "/a.nii.gz") == "old" && names(folder) == ["a.nii.gz"])
            try writeOutputFiles([good], replacing: true)
            #expect(try text(folder + "/a.nii.gz") == "new" && names(folder) == ["a.nii.gz"])
        }
    }
}
