import Foundation
import TestSupport
import Testing

@testable import CaseFolder

@Suite struct ManifestTests {
    /// A CT's folder may hold the case itself, an older one in its place, links to slices, and links in a circle.
    @Test func inputsAreTheFilesAndLinksOfAFolderButNotTheCaseItself() throws {
        try withTemporaryFolder { (folder: String) throws in
            let manager = FileManager.default
            try Data("1".utf8).write(to: URL(fileURLWithPath: folder + "/slice1"))
            try Data("2".utf8).write(to: URL(fileURLWithPath: folder + "/store"))
            try manager.createSymbolicLink(atPath: folder + "/slice2", withDestinationPath: "store")
            try manager.createSymbolicLink(atPath: folder + "/loop", withDestinationPath: ".")
            try manager.createSymbolicLink(atPath: folder + "/lost", withDestinationPath: "nowhere")
            try writeSmallCase(at: folder + "/case", text: "old")
            try writeCase(at: folder + "/case", replacing: true) { draft in
                try Data("new".utf8).write(to: URL(fileURLWithPath: draft.path("plan.json")))
                let inputs = try draft.inputRecords(at: folder).map { URL(fileURLWithPath: $0.path).lastPathComponent }
                #expect(inputs == ["slice1", "slice2", "store"])
                // A file that is named is an input, wherever it lies.
                #expect(try draft.inputRecords(at: folder + "/case/plan.json").map(\.bytes) == [3])
                return plainManifest()
            }
        }
    }

    /// Neither a byte more nor one that is another passes, nor a file that is gone.
    @Test func filesThatChangedAreSeen() throws {
        try withTemporaryFolder { (folder: String) throws in
            let (first, second) = (folder + "/a", folder + "/b")
            for path in [first, second] { try Data("abc".utf8).write(to: URL(fileURLWithPath: path)) }
            let records = try fileRecords(of: [first, second])
            #expect(records.map(\.path) == [first, second] && records.map(\.bytes) == [3, 3])
            try checkUnchanged(records)
            try checkUnchanged([])
            for changed in ["abd", "abcd", ""] {
                try Data(changed.utf8).write(to: URL(fileURLWithPath: second))
                #expect(throws: CaseFolderError.inputChanged(path: second)) { try checkUnchanged(records) }
            }
            try FileManager.default.removeItem(atPath: first)
            #expect(throws: CaseFolderError.system(action: "read", path: first, errno: ENOENT)) { try checkUnchanged(records) }
        }
    }

    @Test func aLinkedFolderIsEntered() throws {
        try withTemporaryFolder { (folder: String) throws in
            try FileManager.default.createDirectory(atPath: folder + "/real", withIntermediateDirectories: false)
            try Data("1".utf8).write(to: URL(fileURLWithPath: folder + "/real/slice"))
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "real")
            #expect(try filePaths(under: folder + "/link") == [folder + "/link/slice"])
        }
    }
}
