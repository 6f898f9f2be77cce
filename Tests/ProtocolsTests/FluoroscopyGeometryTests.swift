import Foundation
import Protocols
import Testing

@Suite struct FluoroscopyGeometryTests {
    @Test func roundTrips() throws {
        let read = try decodedInput(FluoroscopyGeometry.self, from: Data(geometryText.utf8), file: "geometry.json")
        #expect(read.views.map(\.name) == ["AP", "LAT"] && read.momentCount == 2)
        #expect(try decodedInput(FluoroscopyGeometry.self, from: encodedJSON(read), file: "again") == read)
        let bytes = try encodedJSON(read)
        #expect(try encodedJSON(decodedInput(FluoroscopyGeometry.self, from: bytes, file: "again")) == bytes)
    }

    @Test func otherFilesAndVersionsAreRefused() {
        expectRefusal(FluoroscopyGeometry.self, geometryText, "lamina.geometry", "lamina.poses", "lamina.poses", "right file")
        expectRefusal(FluoroscopyGeometry.self, geometryText, #""1.0.0""#, #""2.0.0""#, "2.0.0", "schema_version")
        expectRefusal(FluoroscopyGeometry.self, geometryText, #"{"schema":"#, #"{"scheme": 1, "schema":"#, "scheme is not known")
    }

    @Test func viewsMustBeInStep() {
        expectRefusal(FluoroscopyGeometry.self, geometryText, #""LAT""#, #""ap""#, "views are called ap")
        expectRefusal(FluoroscopyGeometry.self, geometryText, #"{"file": "lat0.tif", "time_s": 0.01}, "#, "", "AP has 2 frames and LAT 1")
        expectRefusal(FluoroscopyGeometry.self, geometryText, #""time_s": 0.01"#, #""time_s": 0.105"#, "not later", "views in step")
        expectRefusal(
            FluoroscopyGeometry.self, #"{"schema": "lamina.geometry", "schema_version": "1.0.0", "views": []}"#, "[]", "[ ]", "one to eight"
        )
    }
}
