import Foundation
import TestSupport
import Testing

@testable import Inference

@Suite struct EngineLocationTests {
    /// In the folder of the package, where tests run, there is the virtual environment of Tools/setup.sh.
    @Test func findsTheInstalledOne() throws {
        #expect(try locateEngine().lastPathComponent.hasPrefix("libopenvino_c.so"))
    }

    @Test func nearestAboveTheExecutableComesFirst() throws {
        try withTemporaryFolder { folder in
            let far = try makeLibrary(in: folder)
            let near = try makeLibrary(in: folder + "/a/b", python: "python3.12")
            let other = try makeLibrary(in: folder + "/current")
            let current = URL(fileURLWithPath: folder + "/current/x")
            let found = { (executable: String) in
                try locateEngine(environment: [:], executable: URL(fileURLWithPath: folder + executable), currentFolder: current).path
            }
            #expect(try found("/a/b/c/lamina") == near)
            #expect(try found("/a/lamina") == far)
            #expect(try found("/../elsewhere/lamina") == other)
        }
    }

    @Test func theVariableComesFirst() throws {
        try withTemporaryFolder { folder in
            let (installed, mine) = (try makeLibrary(in: folder), folder + "/mine.so")
            try Data().write(to: URL(fileURLWithPath: mine))
            let found = { (variable: String) in
                try locateEngine(
                    environment: ["LAMINA_OPENVINO": variable], executable: URL(fileURLWithPath: folder + "/lamina"),
                    currentFolder: URL(fileURLWithPath: folder, isDirectory: true)
                ).path
            }
            #expect(try found(mine) == mine)
            #expect(try found("mine.so") == mine)
            #expect(try found("") == installed)
            // A variable that points nowhere is an error, even though there is another engine.
            for path in [folder + "/none.so", folder] {
                #expect(throws: InferenceError.engineNotFound(variable: path, lookedIn: [])) { try found(path) }
            }
        }
    }

    @Test func saysWhereItLooked() throws {
        try withTemporaryFolder { folder in
            let error = try inferenceError {
                _ = try locateEngine(
                    environment: [:], executable: URL(fileURLWithPath: folder + "/bin/lamina"),
                    currentFolder: URL(fileURLWithPath: folder + "/work"))
            }
            guard case .engineNotFound(nil, let lookedIn) = error else { throw error }
            #expect(lookedIn.first == folder + "/bin" && lookedIn.contains("/") && lookedIn.contains(folder + "/work"))
            #expect(Set(lookedIn).count == lookedIn.count)
            for word in [folder + "/bin", "LAMINA_OPENVINO", "Tools/setup.sh"] { #expect("\(error)".contains(word)) }
        }
    }

    /// A library that everybody may write is not run.
    @Test func passesOverWhatEverybodyMayWrite() throws {
        try withTemporaryFolder { folder in
            let path = try makeLibrary(in: folder)
            try #require(chmod(path, 0o666) == 0)
            #expect(throws: InferenceError.self) {
                try locateEngine(
                    environment: [:], executable: URL(fileURLWithPath: folder + "/lamina"), currentFolder: URL(fileURLWithPath: folder))
            }
        }
    }
}

/// An empty file where set-up would put the library.
private func makeLibrary(in folder: String, python: String = "python3.11") throws -> String {
    let libraries = folder + "/.venv/lib/\(python)/site-packages/openvino/libs"
    try FileManager.default.createDirectory(atPath: libraries, withIntermediateDirectories: true)
    let path = libraries + "/libopenvino_c.so.2641"
    try Data().write(to: URL(fileURLWithPath: path))
    try #require(chmod(path, 0o644) == 0)
    return path
}
