import Foundation
import Testing

@testable import ImageFiles

/// What pydicom wrote, attribute by attribute. Shutters are tested where they become fields, in FluoroscopyTests.
@Suite struct DicomAcquisitionTests {
    @Test func everyAttributeIsRead() throws {
        let url = try #require(Bundle.module.url(forResource: "Resources/xa12", withExtension: "dcm"))
        let acquisition = try #require(FrameFile(path: url.path).acquisition)
        #expect(acquisition.modality == "XA" && acquisition.sourceDetectorMM == 1000 && acquisition.sourcePatientMM == 700)
        // DICOM writes the spacing between rows first.
        #expect(acquisition.pixelSpacingMM == SIMD2(0.4, 0.5))
        #expect(acquisition.primaryDegrees == 90 && acquisition.secondaryDegrees == 0 && !acquisition.isMoving)
        #expect(acquisition.patientOrientation == ["P", "F"] && acquisition.patientPosition == "HFS")
        #expect(acquisition.intensityRelationship == "LIN" && acquisition.photometry == .monochrome2 && acquisition.intensitySign == nil)
        #expect(acquisition.valueRange == 0...4095)
        #expect(acquisition.timesS == [0, 0.0665, 0.133] && acquisition.shutters.isEmpty)
    }

    @Test func otherFilesHaveNone() throws {
        let url = try #require(Bundle.module.url(forResource: "Resources/pillow8", withExtension: "png"))
        #expect(try FrameFile(path: url.path).acquisition == nil)
    }
}
