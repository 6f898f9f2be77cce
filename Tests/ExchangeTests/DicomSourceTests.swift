import Foundation
import TestSupport
import Testing

@testable import Exchange

@Suite struct DicomSourceTests {
    /// What DICOM objects hold is judged in Tests/Judges/test_export_dicom.py by programs that read them.
    @Test func refusesWhatIsNoDICOM() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.dcm"
            try Data(repeating: 7, count: 500).write(to: URL(fileURLWithPath: path))
            #expect { try DicomSource(files: [path], tags: []) } throws: { error in
                if case ExchangeError.unusableSource(path, _) = error { true } else { false }
            }
        }
    }

    @Test func textEndsWithAZero() {
        #expect(DicomText("ab").bytes == [97, 98, 0] && DicomText("1.2 ").string == "1.2")
    }
}
