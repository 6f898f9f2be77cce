import Anatomy
import Frames
import Testing

@testable import Report

@Suite struct ScrewViewsTests {
    @Test(arguments: Side.allCases) func bothObliquesHoldTheAxisAndTheThirdIsPerpendicular(side: Side) throws {
        let screw = PhantomReport.content.plan.screws[PhantomReport.index("L1", side)]
        let views = pedicleViews(of: screw, in: PhantomReport.content, places: PhantomReport.places)
        #expect(views.map(\.title) == ["Axial-oblique", "Sagittal-oblique", "Down the axis at the isthmus"])
        let shaft = PhantomReport.shaft(side)
        for view in views.prefix(2) {
            #expect(view.picture.plane.distance(of: shaft.entry) < 1e-9 && view.picture.plane.distance(of: shaft.tip) < 1e-9)
        }
        let section = try #require(views.last).picture.plane
        #expect(abs((section.right * shaft.axis).sum()) < 1e-9 && abs((section.down * shaft.axis).sum()) < 1e-9)
        #expect(section.distance(of: try #require(views.last?.picture.isthmus)) < 1e-9)
        // A picture whose edges are oblique would show a round screw as an ellipse.
        #expect(views.allSatisfy { abs(($0.picture.plane.right * $0.picture.plane.down).sum()) < 1e-9 })
        // The patient's left is on the right wherever it shows; the front on top of axial pictures and on the left of sagittal ones.
        #expect(views[0].picture.plane.right.x > 0.7 && views[2].picture.plane.right.x > 0.7 && views[0].picture.plane.down.y > 0.7)
        #expect(views[1].picture.plane.right.y > 0.7 && views[1].picture.plane.down.z < -0.7)
        #expect(views[0].picture.name == (side == .left ? "L1 LEFT" : "L1 RIGHT"))
    }

    @Test func aRefusedPedicleIsShownWhereItsVertebraIs() {
        var screw = PhantomReport.content.plan.screws[PhantomReport.index("L1", .left)]
        (screw.status, screw.entry, screw.tip) = (.refused, nil, nil)
        let views = pedicleViews(of: screw, in: PhantomReport.content, places: PhantomReport.places)
        #expect(views.map(\.title) == ["Axial", "Sagittal", "Coronal"] && views.allSatisfy { $0.picture.shaft == nil })
        #expect(views.allSatisfy { $0.picture.plane.right.x > 0.7 || $0.picture.plane.right.y > 0.7 })
        screw.pedicle = nil
        screw.patientFromVertebra = nil
        #expect(pedicleViews(of: screw, in: PhantomReport.content, places: PhantomReport.places).count == 3)
    }

    @Test func aLevelThatIsNotThereHasNoPicture() {
        let screw = PhantomReport.content.plan.screws[PhantomReport.index("T9", .left)]
        #expect(pedicleViews(of: screw, in: PhantomReport.content, places: PhantomReport.places).isEmpty)
    }
}
