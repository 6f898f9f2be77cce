import CaseFolder
import Foundation
import TestSupport
import Testing

@Suite struct CaseVerificationTests {
    private func tampering(_ change: (String) throws -> Void) throws -> CaseFolderError? {
        var found: CaseFolderError?
        try withTemporaryFolder { folder in
            let target = folder + "/case"
            try writeSmallCase(at: target)
            try change(target)
            do {
                try verifyCase(at: target)
            } catch let error as CaseFolderError {
                found = error
            }
        }
        return found
    }

    private func finding(_ error: CaseFolderError?) -> CaseFolderError.Finding? {
        if case .tampered(_, let finding) = error { finding } else { nil }
    }

    @Test func anUntouchedCasePasses() throws {
        #expect(try tampering { _ in } == nil)
    }

    @Test func oneChangedByteIsFound() throws {
        let error = try tampering { try Data("hellp".utf8).write(to: URL(fileURLWithPath: $0 + "/plan.json")) }
        #expect(finding(error) == .changed)
    }

    @Test func aMissingFileIsFound() throws {
        #expect(finding(try tampering { try FileManager.default.removeItem(atPath: $0 + "/meshes/T12.stl") }) == .missing)
    }

    @Test func anAddedFileIsFound() throws {
        #expect(finding(try tampering { try Data().write(to: URL(fileURLWithPath: $0 + "/meshes/T13.stl")) }) == .unlisted)
    }

    @Test func anAddedLinkIsFound() throws {
        let error = try tampering { try FileManager.default.createSymbolicLink(atPath: $0 + "/link", withDestinationPath: "plan.json") }
        #expect(finding(error) == .unlisted)
    }

    /// Reading a pipe would wait for ever.
    @Test func aPipeOrAFolderInAFilesPlaceIsFound() throws {
        let pipe = try tampering { folder in
            try FileManager.default.removeItem(atPath: folder + "/plan.json")
            #expect(mkfifo(folder + "/plan.json", 0o600) == 0)
        }
        #expect(finding(pipe) == .changed)
        let other = try tampering { folder in
            try FileManager.default.removeItem(atPath: folder + "/plan.json")
            try FileManager.default.createDirectory(atPath: folder + "/plan.json", withIntermediateDirectories: false)
        }
        #expect(finding(other) == .missing)
    }

    @Test(arguments: ["", "{}", "[1]", #"{"schema":"other"}"#])
    func aStrangeManifestIsRefused(_ text: String) throws {
        let error = try tampering { try Data(text.utf8).write(to: URL(fileURLWithPath: $0 + "/manifest.json")) }
        guard case .unreadableManifest = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aLaterMajorVersionIsRefused() throws {
        let error = try tampering { target in
            let path = target + "/manifest.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacingOccurrences(of: "\"1.2.0\"", with: "\"2.0.0\"").write(toFile: path, atomically: true, encoding: .utf8)
        }
        guard case .unreadableManifest(_, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("2.0.0"))
    }
}
