import Foundation
import Testing

@testable import ThreeJS

@Suite struct ThreeScriptTests {
    @Test(.enabled(if: FileManager.default.fileExists(atPath: ThreeScript.three.path))) func debiansFilesAreThere() throws {
        for script in ThreeScript.allCases { #expect(try script.read().count > 1000, "\(script)") }
    }

    @Test func theErrorNamesFileAndPackage() {
        let error = ThreeJSError.missing(path: "/nowhere/three.js")
        #expect("\(error)".contains("/nowhere/three.js") && "\(error)".contains("libjs-three") && error.code == "three_js_missing")
    }
}
