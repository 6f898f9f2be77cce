import Anatomy
import Foundation
import Testing

@testable import Planning

@Suite struct ScrewCatalogueTests {
    @Test func builtInHasAUsualSizeForEveryPlannedLevel() {
        let catalogue = ScrewCatalogue.builtIn
        for level in VertebraLevel.allCases where level.region != .cervical {
            let size = catalogue.typicalSize(at: level)
            #expect(size != nil, "\(level)")
            let screw = catalogue.screws.first { $0.diameter == size?.diameter }
            #expect(screw?.lengths.contains(size?.length ?? 0) == true, "\(level)'s usual size is in the list")
        }
        #expect(catalogue.screws == catalogue.screws.sorted { $0.diameter < $1.diameter })
    }

    @Test func badFilesAreRefused() {
        #expect(throws: CatalogueError.self) { try ScrewCatalogue(json: Data("[]".utf8)) }
        func file(diameter: Double, level: String) -> Data {
            Data(
                """
                {"schema": "lamina.screws", "schema_version": "1.0.0", "name": "n", "source": "s",
                 "screws": [{"diameter_mm": \(diameter), "lengths_mm": [40]}],
                 "typical": {"\(level)": {"diameter_mm": 6, "length_mm": 40}}}
                """.utf8)
        }
        #expect(throws: Never.self) { try ScrewCatalogue(json: file(diameter: 6, level: "L3")) }
        #expect(throws: CatalogueError.impossibleSize) { try ScrewCatalogue(json: file(diameter: -6, level: "L3")) }
        #expect(throws: CatalogueError.notALevel("Q3")) { try ScrewCatalogue(json: file(diameter: 6, level: "Q3")) }
        #expect(throws: CatalogueError.impossibleSize) { try ScrewCatalogue(json: file(diameter: 16, level: "L3")) }
        // The usual size is 6 mm, thinner than the only screw.
        #expect(throws: CatalogueError.notAScrew(level: "L3", diameter: 6, length: 40)) {
            try ScrewCatalogue(json: file(diameter: 6.5, level: "L3"))
        }
    }

    @Test func aBadFileIsToldByItsKey() {
        let error = #expect(throws: CatalogueError.self) {
            try ScrewCatalogue(
                json: Data(#"{"schema": "lamina.screws", "schema_version": "1.0.0", "name": "n", "source": "s", "typical": {}}"#.utf8))
        }
        #expect(error.map { "\($0)" } == "this is not a screw catalogue: 'screws' is missing")
    }
}
