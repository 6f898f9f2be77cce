import Anatomy
import Frames
import Pictures
import Testing

@testable import Report

@Suite struct ReformatPictureTests {
    /// A bright block at the patient's left, in a picture whose right is the patient's left.
    private func picture(shaft: Shaft? = nil) throws -> PictureCanvas {
        let ct = try volume(SIMD3(60, 60, 60)) { point in abs(point.x - 50) < 3 && abs(point.y - 30) < 3 ? Int16(3000) : 0 }
        let labels = try volume(SIMD3(60, 60, 60)) { point in abs(point.x - 30) < 10 && abs(point.y - 30) < 10 ? UInt8(20) : 0 }
        let plane = PicturePlane(centre: SIMD3(30, 30, 30), right: SIMD3(1, 0, 0), down: SIMD3(0, 1, 0), size: SIMD2(160, 160), pixel: 0.5)
        return ReformatPicture(
            plane: plane, name: "L1 LEFT", remark: nil, ct: ct, labels: LabelShare(labels: labels, id: VertebraLevel.l1.rawValue),
            canal: { $0.distance(to: Point(30, 45, 30)) - 4 }, shaft: shaft, isthmus: Point(30, 25, 30)
        ).drawn()
    }

    @Test func leftIsOnTheRightAndTheOutlinesAreWhereTheyBelong() throws {
        let canvas = try picture()
        // 20 mm to the patient's left of the middle: 40 pixels to the right.
        #expect(canvas.colour(119, 79) == .white)
        #expect(canvas.colour(39, 79) != .white)
        let vertebra = canvas.places(of: .vertebra)
        #expect(vertebra.map(\.x).min()! >= 60 && vertebra.map(\.x).max()! <= 100 && vertebra.count > 140)
        // The canal lies behind: below.
        let canal = canvas.places(of: .canal)
        #expect(!canal.isEmpty && canal.allSatisfy { $0.y > 95 && $0.y < 125 })
        // Beyond the scan is neither air nor tissue.
        #expect(canvas.colour(1, 60) == .beyondImage)
        #expect(canvas.places(of: .screw).isEmpty)
    }

    @Test func theShaftIsDrawnWithItsWidth() throws {
        let shaft = Shaft(entry: Point(30, 50, 30), tip: Point(30, 10, 30), radius: 3)
        let canvas = try picture(shaft: shaft)
        let row = canvas.places(of: .screw).filter { $0.y == 79 }.map(\.x)
        // 6 mm are 12 pixels, the line itself lies on the border.
        #expect(row.max()! - row.min()! >= 11 && row.max()! - row.min()! <= 14)
    }

    @Test func theWindow() {
        #expect(BoneWindow.colour(nil) == .beyondImage && BoneWindow.colour(-1000) == .black && BoneWindow.colour(3000) == .white)
        #expect(BoneWindow.colour(450) == Colour(128, 128, 128))
    }
}
