import Anatomy
import Foundation
import Frames
import Testing
import Volumes

@testable import Segmentation

@Suite struct LevelTextTests {
    private let text: LevelText = "\(VertebraLevel.t12) lies \(2.5) mm above \([VertebraLevel.l1, .l2])" + "; T12 \("again")"

    @Test func levelsAreKnownApartFromWords() {
        #expect(text.description == "T12 lies 2.5 mm above L1, L2; T12 again")
        #expect(text.parts == [.levels([.t12]), .words(" lies 2.5 mm above "), .levels([.l1, .l2]), .words("; T12 again")])
    }

    /// All at once, so that no name is moved twice; words stay, whatever they look like.
    @Test func levelsGetNewNames() {
        let renamed = text.renamed([.t12: .l1, .l1: .l2])
        #expect(renamed.description == "L1 lies 2.5 mm above L2, L2; T12 again")
        #expect(text.renamed([:]) == text)
    }

    @Test func isReadAsItWasWritten() throws {
        let data = try JSONEncoder().encode(text)
        #expect(String(decoding: data, as: UTF8.self) == #"[["T12"]," lies 2.5 mm above ",["L1","L2"],"; T12 again"]"#)
        #expect(try JSONDecoder().decode(LevelText.self, from: data) == text)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(LevelText.self, from: Data(#"[["T99"]]"#.utf8)) }
    }

    @Test func listsAreJoined() {
        let list: [LevelText] = ["\(VertebraLevel.l1) 5 %", "\(VertebraLevel.l2) 7 %"]
        #expect(list.joined(separator: ", ").renamed([.l1: .t12, .l2: .l1]).description == "T12 5 %, L1 7 %")
        #expect([LevelText]().joined(separator: ", ") == "")
    }

    /// What the import says of labels that are cut, lost, loose, missing and unknown: no level hides among the words.
    @Test func theImportNamesNoLevelInWords() throws {
        var spine = BlockSpine()
        spine.levels = [.t10, .t11, .l1, .l2]
        var labels = try spine.labels()
        let grid = labels.geometry
        labels[0, 0, 40] = 99
        for k in 50..<56 { for j in 0..<6 { for i in 0..<6 { labels[i, j, k] = Int32(VertebraLevel.t11.rawValue) } } }
        // As in `LabelResamplingTests`: L2 is gone, and half of L1; and half a voxel beside the map's own centres.
        let cropped = try grid.cropped(from: SIMD3(0, 0, 26), to: grid.size)
        let image = try GridGeometry<Patient>(
            size: cropped.size, spacing: cropped.spacing, origin: cropped.origin + Vector(0.5, 0, 0), axes: cropped.axes)
        let warnings = try importLabels(labels, scheme: .lamina, onto: image).warnings
        #expect(
            Set(warnings.map(\.code)).isSuperset(of: [.unknownIds, .labelsBeyondImage, .resampled, .mayBeCut, .fragmented, .missingLevel]))
        for warning in warnings { #expect(levelsInWords(of: warning).isEmpty, "\(warning.message)") }
    }
}
