import Testing

@testable import Tracking

struct UsualAgreementTests {
    @Test func theFirstFrameOfAViewIsUsual() {
        #expect(UsualAgreement().share(of: [("AP", 0.6)]) == 1)
    }

    @Test func theWorstViewTells() {
        var usual = UsualAgreement()
        usual.learn([("AP", 0.8), ("LAT", 0.6)])
        #expect(abs(usual.share(of: [("AP", 0.8), ("LAT", 0.3)]) - 0.5) < 1e-9)
        #expect(abs(usual.share(of: [("LAT", 0.6)]) - 1) < 1e-9)
    }

    /// However slowly it sinks.
    @Test func aSlowDeclineDoesNotBecomeUsual() {
        var usual = UsualAgreement()
        var agreement = 0.8
        for _ in 0..<2000 {
            usual.learn([("AP", agreement)])
            agreement *= 0.9995
        }
        #expect(usual.share(of: [("AP", agreement)]) < 0.5)
    }

    @Test func noViewIsNoAgreement() { #expect(UsualAgreement().share(of: [(String, Double)]()) == 0) }

    /// The patient may have moved by a level while the start was looked for; a view may light up that the start did not see.
    @Test func aViewMustAgreeAsTheStartDidFromItsFirstFrameOn() {
        var agreement = UsualAgreement(start: 0.96)
        #expect(abs(agreement.share(of: [("AP", 0.6)]) - 0.625) < 1e-9)
        agreement.learn([("AP", 0.95)])
        #expect(agreement.share(of: [("AP", 0.95)]) > 0.99)
        #expect(agreement.share(of: [("AP", 0.95), ("LAT", 0.4)]) < 0.5)
        #expect(UsualAgreement().share(of: [("AP", 0.6)]) == 1)
    }
}
