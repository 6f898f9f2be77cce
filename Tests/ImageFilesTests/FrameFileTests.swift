import Foundation
import TestSupport
import Testing

@testable import ImageFiles

@Suite struct FrameFileTests {
    @Test func whatIsNoFrameIsSaid() throws {
        #expect(throws: ImageFileError.unreadable(path: "/absent", reason: "there is no such file or folder")) {
            try FrameFile(path: "/absent")
        }
        try withTemporaryFolder { folder in
            #expect(throws: ImageFileError.unreadable(path: folder, reason: "not a regular file")) { try FrameFile(path: folder) }
            try write([], to: "\(folder)/a.png")
            #expect(throws: ImageFileError.empty(path: "\(folder)/a.png")) { try FrameFile(path: "\(folder)/a.png") }
            try write(Array("a text".utf8), to: "\(folder)/a.png")
            #expect(throws: ImageFileError.unrecognizedFrames(path: "\(folder)/a.png")) { try FrameFile(path: "\(folder)/a.png") }
        }
    }
}
