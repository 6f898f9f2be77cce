import Foundation
import TestSupport
import Testing

@testable import Protocols

struct PoseTickOpenIGTLinkTests {
    /// T12 is OK, L1 DEGRADED, L2 LOST.
    @Test func whatIsDoubtfulIsSentOnlyWhereThatCanBeSaid() {
        let tick = exampleTick()
        #expect(tick.openIGTLinkPoses(.one, timeNS: 0).map(\.device) == ["T12", "Vertebrae"])
        let second = tick.openIGTLinkPoses(.two, timeNS: 0)
        #expect(second.map(\.device) == ["T12", "L1", "Vertebrae"])
        #expect(second[1].metadata.contains { $0 == ("LaminaState", "DEGRADED") })
        #expect(second[2].content.count == 2 * 50 && second[0].content.count == 48)
    }

    @Test func withoutAPoseNothingIsSent() {
        var tick = exampleTick()
        (tick.bodies, tick.state) = ([tick.bodies[2]], .lost)
        for version in OpenIGTLinkVersion.allCases { #expect(tick.openIGTLinkPoses(version, timeNS: 0).isEmpty) }
        let status = tick.openIGTLinkStatuses(timeNS: 0)[0]
        #expect(status.device == "L2" && status.content[1] == 7 && status.content[10...].starts(with: "LOST".utf8))
        tick.state = .unregistered
        #expect(tick.openIGTLinkStatuses(timeNS: 0)[0].content[1] == 13)
    }

    @Test func whatIsNotLiveIsNamedSo() {
        let messages =
            exampleTick(source: .simulation).openIGTLinkPoses(.one, timeNS: 0) + exampleTick(source: .replay).openIGTLinkStatuses(timeNS: 0)
        #expect(messages.map(\.device) == ["SIM-T12", "SIM-Vertebrae", "REPLAY-T12", "REPLAY-L1", "REPLAY-L2"])
    }
}
