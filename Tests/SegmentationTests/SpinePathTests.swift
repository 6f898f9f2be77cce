import Frames
import Testing
import Volumes

@testable import Segmentation

@Suite struct SpinePathTests {
    private func centre(_ x: Double, _ y: Double, _ z: Double, support: Double = 30) -> BodyCentre {
        BodyCentre(point: Point(x, y, z), support: support, sacrumShare: 0)
    }
    /// Seven bodies 30 mm apart on a gentle curve, from head to foot.
    private var spine: [BodyCentre] { (0..<7).map { centre(2, -0.004 * Double($0 * $0) * 30, -30 * Double($0)) } }

    @Test func aWholeSpineIsKept() {
        #expect(spinePath(through: spine.reversed()) == spine)
    }

    /// Such as a humerus, a breastbone or a femur, whatever their support.
    @Test(arguments: [(130.0, 0.0, -62.0), (0, -110, -95), (-150, 10, 20)])
    func whatLiesBesideTheSpineIsLeftOut(x: Double, y: Double, z: Double) {
        #expect(spinePath(through: spine + [centre(x, y, z, support: 60)]) == spine)
    }

    @Test(arguments: [1, 2]) func missingBodiesAreBridged(missing: Int) {
        var gapped = spine
        gapped.removeSubrange(3..<(3 + missing))
        #expect(spinePath(through: gapped) == gapped)
    }

    @Test func oneBodyOrNone() {
        #expect(spinePath(through: []).isEmpty)
        #expect(spinePath(through: [spine[0]]) == [spine[0]])
    }

    /// Two bodies at one height are no spine: the one with more support stays.
    @Test func twoBesideEachOther() {
        let (strong, weak) = (centre(0, 0, 0, support: 40), centre(90, 0, 2, support: 10))
        #expect(spinePath(through: [weak, strong]) == [strong])
    }
}
