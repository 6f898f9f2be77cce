import Foundation
import TestSupport
import Testing

@testable import Exchange

@Suite struct DicomIdentityTests {
    private let elements: [(UInt16, UInt16, String, String)] = [
        (0x0008, 0x0005, "CS", "ISO_IR 100"), (0x0008, 0x0016, "UI", "1.2.840.10008.5.1.4.1.1.2"), (0x0008, 0x0018, "UI", "1.2.3.4"),
        (0x0008, 0x0020, "DA", "20200102"), (0x0008, 0x1030, "LO", "study of it"), (0x0010, 0x0010, "PN", "Secret^Name"),
        (0x0020, 0x000D, "UI", "1.2.3"), (0x0020, 0x000E, "UI", "1.2.3.5"), (0x0020, 0x0032, "DS", "-1.5\\2\\3.25"),
        (0x0020, 0x0052, "UI", "1.2.9"),
    ]

    /// A DICOM file of short elements, explicit VR, little-endian.
    private func write(_ elements: [(UInt16, UInt16, String, String)], to path: String) throws {
        var bytes = Data(count: 128) + Data("DICM".utf8)
        for (group, element, vr, text) in [(0x0002, 0x0010, "UI", "1.2.840.10008.1.2.1")] + elements {
            let value = Data(text.utf8) + Data(text.utf8.count % 2 == 0 ? [] : [vr == "UI" ? 0 : 0x20])
            for word in [group, element] { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
            bytes += Data(vr.utf8)
            withUnsafeBytes(of: UInt16(value.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes += value
        }
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    private func texts(_ identity: DicomIdentity) -> [DicomTag: String] {
        Dictionary(uniqueKeysWithValues: identity.attributes.map { ($0.tag, $0.text.string) })
    }

    @Test func takesThePatientOver() throws {
        try withTemporaryFolder { folder in
            try write(elements, to: "\(folder)/a")
            let identity = try DicomIdentity(files: ["\(folder)/a"], deidentified: false)
            let found = texts(identity)
            #expect(found[DicomTag(0x0010, 0x0010)] == "Secret^Name" && found[DicomTag(0x0008, 0x1030)] == "study of it")
            // Needed, though the source has none.
            #expect(found[DicomTag(0x0010, 0x0020)] == "" && found[.studyUID] == "1.2.3" && identity.seriesUID == "1.2.3.5")
            #expect(identity.images[0].sopInstance == "1.2.3.4" && identity.images[0].position == SIMD3(-1.5, 2, 3.25))
        }
    }

    @Test func deidentifiedNothingOfThePatientIsLeft() throws {
        try withTemporaryFolder { folder in
            try write(elements, to: "\(folder)/a")
            let identity = try DicomIdentity(files: ["\(folder)/a"], deidentified: true)
            for (tag, text) in texts(identity) where tag != .studyUID && tag != .frameOfReferenceUID { #expect(text == "", "\(tag)") }
            let uids = [identity.studyUID, identity.seriesUID, identity.images[0].sopInstance, texts(identity)[.frameOfReferenceUID]!]
            #expect(Set(uids).count == 4 && uids.allSatisfy { $0.hasPrefix("2.25.") })
            #expect(try DicomIdentity(files: ["\(folder)/a"], deidentified: true).studyUID == identity.studyUID)
        }
    }

    /// A segmentation of pixels that lost something must say so, also without the patient's name.
    @Test(arguments: ["00", "01"]) func saysThatPixelsWereCompressedWithLoss(flag: String) throws {
        try withTemporaryFolder { folder in
            try write(elements + [(0x0028, 0x2110, "CS", flag), (0x0028, 0x2112, "DS", "8.5 ")], to: "\(folder)/a")
            let lossy = try DicomIdentity(files: ["\(folder)/a"], deidentified: true).lossyCompression
            #expect(lossy.map(\.text.string) == (flag == "01" ? ["01", "8.5"] : []))
        }
    }

    @Test(arguments: [(0x0020, 0x000D), (0x0020, 0x000E), (0x0020, 0x0052), (0x0008, 0x0018)] as [(UInt16, UInt16)])
    func refusesASourceThatObjectsCannotReferTo(group: UInt16, element: UInt16) throws {
        try withTemporaryFolder { folder in
            try write(elements.filter { $0.0 != group || $0.1 != element }, to: "\(folder)/a")
            #expect(throws: ExchangeError.self) { try DicomIdentity(files: ["\(folder)/a"], deidentified: false) }
        }
    }
}
