import Foundation
import TestSupport
import Testing

@testable import Inference

@Suite struct ModelFileTests {
    // sha256sum tiny.onnx
    static let digest = "c1cd7dc71d3c2adfe9ac52811d38742ef497e148cfc308d3d9d5cbfa73706087"

    @Test func knowsItsDigest() throws { #expect(try readModel(at: resource("tiny.onnx")).sha256 == Self.digest) }

    @Test func aDigestMayBeOfEitherCase() throws {
        #expect(try verifiedModel(at: resource("tiny.onnx"), sha256: Self.digest).sha256 == Self.digest)
        #expect(try verifiedModel(at: resource("tiny.onnx"), sha256: Self.digest.uppercased()).sha256 == Self.digest)
    }

    @Test func refusesAnotherFile() throws {
        let file = try resource("logarithm.onnx")
        let error = try inferenceError { _ = try verifiedModel(at: file, sha256: Self.digest) }
        guard case .modelMismatch(file.path, Self.digest, let found) = error else { throw error }
        #expect(found.count == 64 && found != Self.digest)
        #expect("\(error)".contains("Do not use it"))
    }

    @Test(arguments: ["/nonexistent/x.onnx", "/"]) func refusesWhatCannotBeRead(_ path: String) throws {
        let error = try inferenceError { _ = try readModel(at: URL(fileURLWithPath: path)) }
        guard case .unreadableModel(path, let reason) = error else { throw error }
        #expect(!reason.isEmpty)
    }
}
