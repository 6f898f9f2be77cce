import Frames
import Testing

@testable import Tracking

struct ViewsAgreementTests {
    @Test func aMomentWithoutTwoViewsChangesNothing() {
        #expect(ViewsAgreement().distance == 0)
        #expect(ViewsAgreement().following(0.4).following(nil).distance == 0.4)
    }

    /// Noise to either side fades; what stays adds up, whatever its sign.
    @Test func whatStaysIsSeenThroughNoise() {
        var (noisy, shifted) = (ViewsAgreement(), ViewsAgreement())
        for n in 0..<60 {
            let noise = n % 2 == 0 ? 0.2 : -0.2
            (noisy, shifted) = (noisy.following(noise), shifted.following(noise - 0.5))
        }
        #expect(noisy.distance < 0.05)
        #expect(abs(shifted.distance - 0.5) < 0.05)
    }

    /// Each of two views along the room's y and x axes wants vertebrae at other places; only along z do both say something.
    @Test func onlyWhatBothViewsSeeCounts() throws {
        let cameras = [try TestViews.fromTheFront(), try TestViews.fromTheSide()]
        let centre = Point<Room>(0, 0, 0)
        // The front sees x and z, the side y and z.
        let front = wishing(SIMD3(3, 0, 0.4), information: SIMD3(50, 0.01, 20))
        let side = wishing(SIMD3(0, -2, -0.1), information: SIMD3(0.01, 30, 80))
        let distance = try #require(distanceBetweenViews([front, side], cameras, at: centre))
        #expect(abs(abs(distance) - 0.5) < 1e-9)
        #expect(distanceBetweenViews([front, front], [cameras[0], cameras[0]], at: centre) == nil)
        #expect(distanceBetweenViews([front], [cameras[0]], at: centre) == nil)
    }

    @Test func aViewThatSeesNothingSaysNothing() throws {
        let cameras = [try TestViews.fromTheFront(), try TestViews.fromTheSide()]
        let front = wishing(SIMD3(3, 0, 0.4), information: SIMD3(50, 0.01, 20))
        #expect(distanceBetweenViews([front, wishing(SIMD3(), information: SIMD3())], cameras, at: Point(0, 0, 0)) == nil)
    }

    /// The equations of two vertebrae whose shift together has this best place, each with half of the information.
    private func wishing(_ shift: SIMD3<Double>, information: SIMD3<Double>) -> NormalEquations {
        var equations = NormalEquations(order: 12)
        for n in [3, 9] {
            for axis in 0..<3 {
                equations.information[n + axis, n + axis] = information[axis] / 2
                equations.gradient[n + axis] = information[axis] * shift[axis] / 2
            }
        }
        return equations
    }
}
