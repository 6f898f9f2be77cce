import Anatomy
import Frames
import Testing
import Volumes

@testable import Exchange

@Suite struct SlicerSegmentationTests {
    @Test func eachLabelIsDescribed() throws {
        let grid = try GridGeometry<Patient>(size: SIMD3(8, 7, 6), spacing: SIMD3(1, 1, 1), origin: Point(0, 0, 0))
        var labels = LabelVolume(geometry: grid, repeating: 0)
        labels[1, 2, 3] = VertebraLevel.l4.rawValue
        labels[5, 2, 4] = VertebraLevel.l4.rawValue
        labels[7, 6, 5] = VertebraLevel.t12.rawValue
        let fields = Dictionary(uniqueKeysWithValues: slicerSegmentFields(labels).map { ($0.key, $0.value) })
        #expect(fields["Segment0_Name"] == "T12" && fields["Segment1_Name"] == "L4" && fields["Segment2_Name"] == nil)
        #expect(fields["Segment1_Extent"] == "1 5 2 2 3 4" && fields["Segment1_LabelValue"] == "23")
        #expect(fields["Segment1_Tags"]?.contains("~SCT^11994002^L4 vertebra~") == true)
    }
}
