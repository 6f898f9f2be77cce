import Foundation
import TestSupport
import Testing

@testable import Segmentation

@Suite struct ModelDescriptionTests {
    private static let sound = ModelDescription(
        schema: "lamina.model", schemaVersion: "1.0.0", name: "made up",
        window: .init(low: -250, high: 1200, middle: 120, scale: 280),
        coarse: .init(
            file: "coarse.onnx", sha256: String(repeating: "0", count: 64), shape: [96, 96, 96], spacing: 2,
            classes: ["background", "body", "arch", "sacrum", "other_bone", "canal"]),
        fine: .init(
            file: "fine.onnx", sha256: String(repeating: "0", count: 64), shape: [80, 80, 64], spacing: 1.5,
            centreVoxel: [39.5, 25.5, 38.5],
            classes: ["canal", "this_vertebra", "other_vertebra", "sacrum", "other_bone"]))

    private func reading(_ data: Data) throws -> ModelDescription {
        try withTemporaryFolder { folder in
            let file = URL(fileURLWithPath: folder + "/model.json")
            try data.write(to: file)
            return try readModelDescription(at: file)
        }
    }

    private func flaw(_ change: (inout ModelDescription) -> Void) throws -> String? {
        var description = Self.sound
        change(&description)
        do {
            _ = try reading(try JSONEncoder().encode(description))
            return nil
        } catch ModelError.badDescription(_, let reason) {
            return reason
        }
    }

    @Test func aSoundOneIsReadAsItWasWritten() throws {
        #expect(try reading(try JSONEncoder().encode(Self.sound)) == Self.sound)
    }

    @Test func eachFlawIsNamed() throws {
        #expect(try flaw { $0.schema = "lamina.plan" }?.contains("schema") == true)
        #expect(try flaw { $0.schemaVersion = "2.0.0" }?.contains("schema") == true)
        #expect(try flaw { $0.window.high = $0.window.low }?.contains("window") == true)
        #expect(try flaw { $0.window.scale = 0 }?.contains("window") == true)
        #expect(try flaw { $0.coarse.shape = [96, 96] }?.contains("coarse: shape") == true)
        #expect(try flaw { $0.fine.shape = [80, 80, 1000] }?.contains("fine: shape") == true)
        #expect(try flaw { $0.coarse.shape = [95, 96, 96] }?.contains("even") == true)
        #expect(try flaw { $0.fine.spacing = 0 }?.contains("spacing") == true)
        #expect(try flaw { $0.coarse.file = "../coarse.onnx" }?.contains("beside") == true)
        #expect(try flaw { $0.fine.centreVoxel = nil }?.contains("centre_voxel") == true)
        #expect(try flaw { $0.fine.centreVoxel = [1, 2] }?.contains("centre_voxel") == true)
        for name in ["body", "arch", "sacrum", "canal"] {
            #expect(try flaw { $0.coarse.classes.removeAll { $0 == name } } == "coarse: no class is named \(name)")
        }
        for name in ["this_vertebra", "sacrum", "other_bone", "canal"] {
            #expect(try flaw { $0.fine.classes.removeAll { $0 == name } } == "fine: no class is named \(name)")
        }
    }

    /// An even shape is needed of the coarse network only, whose offsets have half its size.
    @Test func aFineShapeMayBeOdd() throws {
        #expect(try flaw { $0.fine.shape = [81, 79, 63] } == nil)
    }

    @Test func whatIsMissingOrOfAnotherKindIsNamed() throws {
        func reason(_ text: String) -> String? {
            do {
                _ = try reading(Data(text.utf8))
                return nil
            } catch ModelError.badDescription(_, let reason) {
                return reason
            } catch {
                return nil
            }
        }
        let text = String(decoding: try JSONEncoder().encode(Self.sound), as: UTF8.self)
        #expect(reason("{") == "it is not JSON")
        #expect(reason(text.replacingOccurrences(of: "\"name\"", with: "\"named\"")) == "name is missing")
        #expect(reason(text.replacingOccurrences(of: "\"made up\"", with: "1"))?.hasPrefix("name ") == true)
    }

    @Test func aFileThatIsNotThere() throws {
        #expect(throws: ModelError.unreadable(path: "/nowhere/model.json")) {
            try readModelDescription(at: URL(fileURLWithPath: "/nowhere/model.json"))
        }
    }
}
