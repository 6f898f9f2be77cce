import Anatomy
import Frames
import Planning
import Testing

@testable import Report

@Suite struct TrialDrawingTests {
    private let plan = PhantomReport.content.plan.screws[PhantomReport.index("L1", .left)]
    private let shaft = PhantomReport.shaft(.left)

    private func trial(movedBy way: SIMD3<Double>) -> PlanFile.Screw {
        var moved = plan
        for (key, point) in [(\PlanFile.Screw.entry, shaft.entry), (\.tip, shaft.tip)] {
            let p = point.xyz + way
            moved[keyPath: key] = [p.x, p.y, p.z]
        }
        return moved
    }

    private func pictures(of trial: PlanFile.Screw) throws -> [TrialPicture] {
        try TrialDrawing(PhantomReport.content).pictures(of: trial, beside: plan, from: (shaft.entry, shaft.tip), threads: 2)
    }

    @Test func theGeometryIsThatOfTheReportsPictures() throws {
        let views = pedicleViews(of: plan, in: PhantomReport.content, places: PhantomReport.places)
        for (picture, view) in zip(try pictures(of: plan), views) {
            let plane = view.picture.plane
            #expect(picture.title == view.title && picture.pixel == plane.pixel && picture.size == [plane.size.x, plane.size.y])
            for n in 0..<3 {
                #expect(abs(picture.centre[n] - plane.centre[n]) < 1e-9)
                #expect(abs(picture.right[n] - plane.right[n]) < 1e-9 && abs(picture.down[n] - plane.down[n]) < 1e-9)
            }
        }
    }

    /// A move within a picture's plane leaves its bone where it is, so that what was dragged stays under the mouse.
    @Test(arguments: [0, 1]) func theBoneStaysUnderTheMouse(number: Int) throws {
        let before = try pictures(of: plan)[number]
        let right = SIMD3(before.right[0], before.right[1], before.right[2])
        let down = SIMD3(before.down[0], before.down[1], before.down[2])
        let after = try pictures(of: trial(movedBy: 2 * right + 1.5 * down))[number]
        for n in 0..<3 {
            #expect(abs(after.centre[n] - before.centre[n]) < 1e-6)
            #expect(abs(after.right[n] - before.right[n]) < 1e-6 && abs(after.down[n] - before.down[n]) < 1e-6)
        }
    }

    @Test func theTrialIsNotInThePlansColourAndThePlansScrewIsBesideIt() throws {
        let views = trialViews(of: trial(movedBy: SIMD3(8, 0, 0)), beside: plan, from: shaft, in: PhantomReport.content)
        #expect(views.count == 3)
        let canvas = try #require(views.first).picture.drawn()
        let (tried, planned) = (canvas.places(of: .trial), canvas.places(of: .screw))
        #expect(tried.count > 200 && planned.count > 40)
        // To the patient's left is to the right; the words stand above.
        func middle(_ places: [SIMD2<Int>]) -> Int {
            let low = places.filter { $0.y > 60 }.map(\.x)
            return low.reduce(0, +) / max(1, low.count)
        }
        #expect(middle(tried) > middle(planned) + 25)
        #expect(views.allSatisfy { $0.picture.remark == "TRIAL, NOT SAVED" })
    }

    @Test func withoutAScrewThereIsNoPicture() throws {
        var none = plan
        (none.entry, none.tip) = (nil, nil)
        #expect(try pictures(of: none).isEmpty)
    }
}
