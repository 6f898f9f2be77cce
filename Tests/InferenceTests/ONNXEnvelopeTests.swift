import Foundation
import Testing

@testable import Inference

@Suite struct ONNXEnvelopeTests {
    @Test(arguments: ["tiny", "logarithm", "sum_of_two", "whole_numbers"]) func soundFilesPass(_ name: String) throws {
        #expect(flawOfONNX(try Data(contentsOf: resource(name + ".onnx"))) == nil)
    }

    /// Wherever a file is cut off, it shows: the operator sets, without which there is no ONNX, are what a file ends with, and a cut between two
    /// fields is before them or before the graph. At that one place the engine has to refuse it.
    @Test func truncationShows() throws {
        let bytes = try Data(contentsOf: resource("tiny.onnx"))
        let unseen = (0..<bytes.count).filter { flawOfONNX(bytes.prefix($0)) == nil }
        #expect(unseen.count <= 1, "cut at \(unseen)")
    }

    @Test(arguments: ["", "<html>404</html>", "{\"a\": 1}", "version https://git-lfs.github.com/spec/v1\n", "PK\u{3}\u{4}"])
    func otherFilesShow(_ text: String) { #expect(flawOfONNX(Data(text.utf8)) != nil) }

    @Test func bytesAtTheEndShow() throws {
        #expect(flawOfONNX(try Data(contentsOf: resource("tiny.onnx")) + Data("more".utf8)) != nil)
    }

    /// A number that does not end within ten bytes, and a length near the greatest number.
    @Test func endlessNumbersShow() {
        #expect(flawOfONNX(Data([0x08] + [UInt8](repeating: 0xFF, count: 30))) != nil)
        #expect(flawOfONNX(Data([0x3A] + [UInt8](repeating: 0xFF, count: 9) + [0x01])) != nil)
    }
}
