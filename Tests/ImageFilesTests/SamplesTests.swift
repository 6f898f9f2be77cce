import Foundation
import Frames
import Testing
import Volumes

@testable import ImageFiles

/// The folder of development data, or nil after saying so: these tests need real images that are not part of the repository.
private func developmentData() -> String? {
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
        folder.deleteLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["LAMINA_SHARED"] ?? folder.path + "/../shared"
        if FileManager.default.fileExists(atPath: shared + "/data") { return shared + "/data" }
    }
    print("SKIPPED: no development data; set LAMINA_SHARED")
    return nil
}

@Suite struct SamplesTests {
    @Test func visibleHumanPelvis() throws {
        guard let data = developmentData() else { return }
        let image = try readCT(at: data + "/vhf_pelvis_dicom")
        #expect(image.volume.geometry.size == SIMD3(512, 512, 150))
        #expect(image.volume.geometry.spacing == SIMD3(1, 1, 1))
        #expect(image.volume.geometry.origin == Point(0, 0, 900))
        #expect(image.warnings.isEmpty)
    }

    @Test func outOfViewValuesOfARealScan() throws {
        guard let data = developmentData() else { return }
        let image = try readCT(at: data + "/acrin_thick/ct.nii.gz")
        #expect(image.metadata.lowestHU == -1024)
        #expect(image.warnings.contains { $0.code == .belowAir && $0.message.contains("-3024") })
    }
}
