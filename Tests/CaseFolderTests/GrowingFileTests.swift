import CaseFolder
import Foundation
import TestSupport
import Testing

@Suite struct GrowingFileTests {
    /// Others read along: what was appended is there before the file is closed.
    @Test func linesAreThereAtOnce() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/lines"
            let file = try GrowingFile(path)
            for n in 0..<3 {
                try file.append(Data("line \(n)\n".utf8))
                #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == n + 1)
            }
        }
    }

    @Test func existingFilesAreNotTouched() throws {
        try withTemporaryFolder { folder in
            try Data("old".utf8).write(to: URL(fileURLWithPath: folder + "/lines"))
            #expect(throws: CaseFolderError.system(action: "write", path: folder + "/lines", errno: EEXIST)) {
                try GrowingFile(folder + "/lines")
            }
            #expect(try String(contentsOfFile: folder + "/lines", encoding: .utf8) == "old")
        }
    }
}
