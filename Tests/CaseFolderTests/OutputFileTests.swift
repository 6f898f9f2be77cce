import Foundation
import TestSupport
import Testing

@testable import CaseFolder

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

    @Test func theFolderOfADeadProcessIsRemovedAndThatOfALivingOneKept() throws {
        try withTemporaryFolder { folder in
            let (target, abandoned) = (folder + "/a.json", folder + "/.a.json.lamina-dead00")
            try FileManager.default.createDirectory(atPath: abandoned, withIntermediateDirectories: true)
            try Data("half".utf8).write(to: URL(fileURLWithPath: abandoned + "/a.json"))
            let file = OutputFile(path: target) { path in
                #expect(access(abandoned, F_OK) != 0)
                // What another run for the same target does first.
                removeAbandonedDrafts(of: URL(fileURLWithPath: target).resolvingSymlinksInPath().path)
                try writeDurably(Data("whole".utf8), to: path)
            }
            try writeOutputFiles([file], replacing: false)
            #expect(try text(target) == "whole" && names(folder) == ["a.json"])
        }
    }

    /// A writer that goes on after the stop brings nothing to its place, be it the first of two files or the second.
    @Test(arguments: [0, 1]) func aStopWhileWritingLeavesNothing(stopped: Int) throws {
        try withTemporaryFolder { (folder: String) throws in
            let paths = [folder + "/new/a.json", folder + "/new/b.json"]
            let files = paths.enumerated().map { n, path in
                OutputFile(path: path) { place in
                    try writeDurably(Data("x".utf8), to: place)
                    if n == stopped { openDrafts.discard { $0 == paths[0] } }
                }
            }
            #expect(throws: CaseFolderError.self) { try writeOutputFiles(files, replacing: false) }
            #expect(try names(folder) == [])
        }
    }
}
