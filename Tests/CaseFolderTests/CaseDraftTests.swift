import Foundation
import TestSupport
import Testing

@testable import CaseFolder

@Suite struct CaseDraftTests {
    @Test func writesAWholeCaseAndNothingElse() throws {
        try withTemporaryFolder { folder in
            try writeSmallCase(at: folder + "/deep/er/case")
            #expect(try names(in: folder + "/deep/er") == ["case"])
            #expect(try names(in: folder + "/deep/er/case") == ["manifest.json", "meshes", "plan.json"])
            let manifest = try verifyCase(at: folder + "/deep/er/case").manifest
            #expect(manifest.outputs.map(\.path) == ["meshes/T12.stl", "plan.json"])
        }
    }

    @Test func targetAppearsOnlyWhenDone() throws {
        try withTemporaryFolder { folder in
            try writeCase(at: folder + "/case") { draft in
                try Data().write(to: URL(fileURLWithPath: draft.path("a")))
                #expect(access(folder + "/case", F_OK) != 0)
                return plainManifest()
            }
            #expect(access(folder + "/case/a", F_OK) == 0)
        }
    }

    @Test func failureLeavesNothingNotEvenParents() throws {
        struct Failure: Error {}
        try withTemporaryFolder { (folder: String) throws in
            #expect(throws: Failure.self) {
                try writeCase(at: folder + "/a/b/case") { draft in
                    try Data("x".utf8).write(to: URL(fileURLWithPath: draft.path("meshes/x.stl")))
                    throw Failure()
                }
            }
            #expect(try names(in: folder) == [])
        }
    }

    /// Another run changes the case while this one writes: its change stays, and this one leaves nothing.
    @Test func theConditionIsAskedLastAndAlone() throws {
        struct Changed: Error {}
        try withTemporaryFolder { (folder: String) throws in
            let target = folder + "/case"
            try writeSmallCase(at: target, text: "old")
            func isStillOld() throws {
                let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                defer { close(parent) }
                // No other run can bring a case to its place now.
                #expect(flock(parent, LOCK_EX | LOCK_NB) != 0)
                if try String(contentsOfFile: target + "/plan.json", encoding: .utf8) != "old" { throw Changed() }
            }
            #expect(throws: Changed.self) {
                try writeCase(at: target, replacing: true, ifStill: isStillOld) { draft in
                    try Data("mine".utf8).write(to: URL(fileURLWithPath: draft.path("plan.json")))
                    try writeSmallCase(at: target, text: "theirs", replacing: true)
                    return plainManifest()
                }
            }
            #expect(try names(in: folder) == ["case"])
            #expect(try String(contentsOfFile: target + "/plan.json", encoding: .utf8) == "theirs")
        }
    }

    @Test func existingCaseIsKeptUnlessReplaced() throws {
        try withTemporaryFolder { folder in
            let target = folder + "/case"
            try writeSmallCase(at: target, text: "old")
            #expect(throws: CaseFolderError.exists(path: target)) { try writeSmallCase(at: target, text: "new") }
            #expect(try String(contentsOfFile: target + "/plan.json", encoding: .utf8) == "old")
            try writeSmallCase(at: target, text: "new", replacing: true)
            #expect(try String(contentsOfFile: target + "/plan.json", encoding: .utf8) == "new")
            #expect(try names(in: folder) == ["case"])
            try verifyCase(at: target)
        }
    }

    /// `-o ~ --force` must not remove anybody's home.
    @Test func whatIsNotACaseIsNeverReplaced() throws {
        try withTemporaryFolder { folder in
            let target = folder + "/photos"
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
            try Data("precious".utf8).write(to: URL(fileURLWithPath: target + "/a.jpg"))
            for replacing in [false, true] {
                #expect(throws: CaseFolderError.notACase(path: target)) { try writeSmallCase(at: target, replacing: replacing) }
            }
            try Data("precious".utf8).write(to: URL(fileURLWithPath: folder + "/file"))
            #expect(throws: CaseFolderError.notACase(path: folder + "/file")) {
                try writeSmallCase(at: folder + "/file", replacing: true)
            }
            #expect(try names(in: target) == ["a.jpg"])
        }
    }

    @Test func emptyFolderIsFilled() throws {
        try withTemporaryFolder { folder in
            let target = folder + "/case"
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
            try writeSmallCase(at: target)
            try verifyCase(at: target)
        }
    }

    @Test func linkToACaseKeepsPointingAtIt() throws {
        try withTemporaryFolder { folder in
            try writeSmallCase(at: folder + "/real", text: "old")
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "real")
            try writeSmallCase(at: folder + "/link", text: "new", replacing: true)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == "real")
            #expect(try String(contentsOfFile: folder + "/real/plan.json", encoding: .utf8) == "new")
        }
    }

    @Test func caseThatAppearsMeanwhileIsNotOverwritten() throws {
        try withTemporaryFolder { (folder: String) throws in
            let target = folder + "/case"
            #expect(throws: CaseFolderError.exists(path: target)) {
                try writeCase(at: target) { _ in
                    try writeSmallCase(at: target, text: "the other run")
                    return plainManifest()
                }
            }
            #expect(try String(contentsOfFile: target + "/plan.json", encoding: .utf8) == "the other run")
            #expect(try names(in: folder) == ["case"])
        }
    }

    @Test func draftOfADeadProcessIsRemovedAndOfALivingOneKept() throws {
        try withTemporaryFolder { folder in
            let target = folder + "/case"
            let abandoned = folder + "/.case.lamina-dead00"
            try FileManager.default.createDirectory(atPath: abandoned + "/meshes", withIntermediateDirectories: true)
            try writeCase(at: target) { living in
                #expect(access(abandoned, F_OK) != 0)
                removeAbandonedDrafts(of: target)
                #expect(access(living.folder, F_OK) == 0)
                return plainManifest()
            }
        }
    }

    @Test func discardingOpenDraftsLeavesNothingAndTheWriterFails() throws {
        try withTemporaryFolder { (folder: String) throws in
            let target = folder + "/new/case"
            #expect(throws: (any Error).self) {
                try writeCase(at: target) { draft in
                    try Data("x".utf8).write(to: URL(fileURLWithPath: draft.path("a")))
                    openDrafts.remove(draft) { draft.discard() }
                    try Data("y".utf8).write(to: URL(fileURLWithPath: draft.folder + "/b"))
                    return plainManifest()
                }
            }
            #expect(try names(in: folder) == [])
        }
    }

    /// A writer that goes on after the stop must not make the hidden folder anew, nor finish the case.
    @Test func aDiscardedDraftDoesNotComeBack() throws {
        try withTemporaryFolder { (folder: String) throws in
            for goesOn in [true, false] {
                #expect(throws: CaseFolderError.self) {
                    try writeCase(at: folder + "/case") { draft in
                        openDrafts.remove(draft) { draft.discard() }
                        if goesOn { _ = try draft.path("meshes/late.stl") }
                        return plainManifest()
                    }
                }
                #expect(try names(in: folder) == [])
            }
        }
    }

    @Test func nothingIsWrittenIntoACase() throws {
        try withTemporaryFolder { (folder: String) throws in
            let outer = folder + "/case"
            try writeSmallCase(at: outer)
            let inner = outer + "/a/b"
            #expect(throws: CaseFolderError.insideCase(path: inner, outer: outer)) { try writeSmallCase(at: inner) }
            try verifyCase(at: outer)
        }
    }

    /// The hidden folder is gone by the time anybody reads the message.
    @Test func errorsNameTheCaseAndNotTheHiddenFolder() throws {
        try withTemporaryFolder { (folder: String) throws in
            let full = { (path: String) in CaseFolderError.system(action: "write", path: path, errno: ENOSPC) }
            #expect(throws: full(folder + "/case/plan.json")) {
                try writeCase(at: folder + "/case") { draft in throw full(try draft.path("plan.json")) }
            }
        }
    }

    @Test func unwritableParentIsAnErrorThatNamesIt() throws {
        #expect {
            try writeSmallCase(at: "/proc/lamina/case")
        } throws: { error in
            guard case CaseFolderError.system(_, let path, _) = error else { return false }
            return path.hasPrefix("/proc/lamina")
        }
    }

    @Test func filesAreAsOpenAsTheUsersOthers() throws {
        try withTemporaryFolder { folder in
            try writeSmallCase(at: folder + "/case")
            let mask = umask(0)
            umask(mask)
            var kind = stat()
            #expect(stat(folder + "/case", &kind) == 0 && kind.st_mode & 0o777 == 0o777 & ~mask)
        }
    }
}
