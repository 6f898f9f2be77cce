import Foundation
import Frames
import TestSupport
import Testing
import Volumes

@testable import Exchange

@Suite struct SlicerSceneTests {
    @Test func sameCaseSameBytes() throws {
        let grid = try GridGeometry<Patient>(size: SIMD3(4, 4, 4), spacing: SIMD3(1, 1, 1), origin: Point(0, 0, 0))
        try withTemporaryFolder { folder in
            for name in ["a", "b"] {
                try writeSlicerScene(
                    exampleCase(), ct: CTVolume(geometry: grid, repeating: -1000), labels: LabelVolume(geometry: grid, repeating: 23),
                    to: "\(folder)/\(name).mrb")
            }
            #expect(FileManager.default.contentsEqual(atPath: "\(folder)/a.mrb", andPath: "\(folder)/b.mrb"))
        }
    }
}
