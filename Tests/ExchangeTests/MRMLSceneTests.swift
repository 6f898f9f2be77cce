import Testing

@testable import Exchange

@Suite struct MRMLSceneTests {
    /// Every id that a node refers to is there once.
    @Test func referencesMeet() {
        var scene = MRMLScene(caption: "a <caption>")
        scene.addVolume()
        scene.addSegmentation()
        for name in ["L4", "L5"] { scene.addModel(name, .bone, description: "") }
        scene.addLine(exampleCase().screws[0])
        let xml = scene.xml
        let ids = xml.matches(of: /\ id="([^"]+)"/).map { String($0.1) }
        let wanted = xml.matches(of: /(?:display|storage|backgroundVolume|ActiveVolume):([A-Za-z0-9]+);/).map { String($0.1) }
        #expect(Set(ids).count == ids.count && wanted.count == 14 && Set(wanted).isSubset(of: ids))
        #expect(xml.contains("a &lt;caption&gt;") && xml.contains(#"coordinateSystem="LPS""#))
    }
}
