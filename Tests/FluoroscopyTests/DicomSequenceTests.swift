import Foundation
import Frames
import ImageFiles
import Protocols
import Testing
import Tracking

@testable import Fluoroscopy

/// DICOM files that pydicom wrote (Tests/ImageFilesTests/Resources/make_frames.py), 12 x 9 pixels of 12 bits: 400 v + 30 u + 7 frame + 1.
@Suite struct DicomSequenceTests {
    private func path(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Resources/\(name)", withExtension: "dcm"), "\(name)").path
    }

    /// The detector stands at the patient's left, 700 mm from the source to the isocentre, 1000 mm to the detector, pixels of 0.4 x 0.5 mm; one looks at
    /// the patient's left side, back to the right.
    @Test func geometryIsThatOfTheFile() throws {
        let sequence = try FluoroscopySequence(path: path("whole"))
        #expect(sequence.viewNames == ["XA"] && sequence.momentCount == 3 && sequence.timesS == [0, 0.0665, 0.133])
        #expect(sequence.warnings.map(\.code) == ["principal_point_assumed"])
        let camera = sequence.cameras(at: 2)[0]
        #expect(camera.source.distance(to: Point(-700, 0, 0)) < 1e-9)
        let isocentre = try #require(camera.pixel(of: Point<Room>(0, 0, 0)))
        #expect(abs(isocentre.x - 5.5) < 1e-9 && abs(isocentre.y - 4) < 1e-9)
        // 0.7 mm to the back are 1 mm on the detector, 2.5 columns to the right; 0.7 mm to the head 2 rows up.
        let back = try #require(camera.pixel(of: Point<Room>(0, 0.7, 0)))
        let head = try #require(camera.pixel(of: Point<Room>(0, 0, 0.7)))
        #expect(abs(back.x - 8) < 1e-9 && abs(back.y - 4) < 1e-9)
        #expect(abs(head.x - 5.5) < 1e-9 && abs(head.y - 2) < 1e-9)
    }

    /// Stored values, without rescale and window: shares of each other are all that is left.
    @Test func valuesAreLinearInStoredValues() throws {
        var assumptions = FluoroscopyAssumptions()
        assumptions.airValue = 4000
        let moment = try FluoroscopySequence(dicom: path("whole"), assuming: assumptions).moment(1)
        #expect(abs(moment.frames[0].transmission[0] - 8.0 / 4000) < 1e-7)
        #expect(abs(moment.frames[0].transmission[8 * 12 + 11] - Float(400 * 8 + 30 * 11 + 8) / 4000) < 1e-6)
        let inverted = try FluoroscopySequence(dicom: path("monochrome1"), assuming: assumptions).moment(0)
        #expect(inverted.frames[0].transmission[0] > 1)
        assumptions.airValue = 95
        let counted = try FluoroscopySequence(dicom: path("monochrome1"), assuming: assumptions).moment(0)
        #expect(abs(counted.frames[0].transmission[0] - (4095 - 1) / 4000) < 1e-6)
    }

    @Test func shuttersBoundTheField() throws {
        let sequence = try FluoroscopySequence(dicom: path("shutters"))
        #expect(sequence.timesS == [0, 0.04, 0.09])
        let values = try sequence.moment(0).frames[0].transmission
        let drawn = (0..<9).map { v in String(values[v * 12..<v * 12 + 12].map { $0.isNaN ? "." : "#" }) }
        // The rectangle of columns 1 to 10 and rows 2 to 7, the circle of 4 around (5, 4), the polygon right of the line from (0, 0) to (2, 8).
        #expect(
            drawn == [
                "............", "............", "..#######...", "..#######...", ".#########..", "..#######...", "..#######...",
                "...#####....", "............",
            ])
    }

    @Test func whatIsMissingIsNamedAndCanBeAssumed() throws {
        var assumptions = FluoroscopyAssumptions()
        let needed = [
            ("(0018,5100)", "patient_position=HFS"), ("(0020,0020)", "patient_orientation=P,F"), ("(0018,1110)", "source_detector_mm=1000"),
            ("(0018,1111)", "source_isocentre_mm=700"), ("(0018,1164)", "pixel_spacing_mm=0.4,0.5"), ("(0018,1510)", "primary_deg=90"),
            ("(0018,1511)", "secondary_deg=0"), ("(0018,1063)", "frame_time_ms=66.5"), ("(0028,1040)", "values=intensity"),
        ]
        let bare = try path("bare")
        for (tag, assumption) in needed {
            #expect {
                try FluoroscopySequence(dicom: bare, assuming: assumptions)
            } throws: { error in
                guard case FluoroscopyError.missingTag = error else { return false }
                return "\(error)".contains(tag) && "\(error)".contains(assumption.prefix { $0 != "=" })
            }
            try assumptions.add(assumption)
        }
        let sequence = try FluoroscopySequence(dicom: bare, assuming: assumptions)
        #expect(sequence.warnings.filter { $0.code == "assumed" }.count == needed.count)
        #expect(try sequence.cameras(at: 0) == FluoroscopySequence(dicom: path("whole")).cameras(at: 0))
        #expect(sequence.timesS == [0, 0.0665, 0.133])
        // What the file says itself is not overruled.
        let whole = try FluoroscopySequence(dicom: path("whole"), assuming: assumptions)
        #expect(whole.warnings.filter { $0.code == "assumption_unused" }.count == needed.count)
    }

    @Test(arguments: [
        ("logarithmic", "LOG"), ("moving", "(0018,1500)"), ("prone", "HFP"), ("wrong_letters", "detector's plane"),
    ])
    func whatCannotBeUsedIsRefused(name: String, word: String) throws {
        let path = try path(name)
        #expect {
            try FluoroscopySequence(dicom: path)
        } throws: { error in
            "\(error)".contains(word) && "\(error)".contains(name)
        }
    }

    @Test func pathsOfOtherKindsAreSaid() throws {
        #expect(throws: ImageFileError.self) { try FluoroscopySequence(path: "/absent") }
        #expect(throws: ImageFileError.self) { try FluoroscopySequence(path: #filePath) }
    }
}
