import Foundation

/// One file of three.js, from Debian's libjs-three: the only place that knows where they lie.
public enum ThreeScript: String, CaseIterable, Sendable {
    case three = "three.js"
    /// The same as `three`, shorter; for pages that carry it.
    case minified = "three.min.js"
    case orbitControls = "examples/js/controls/OrbitControls.js"
    case stlLoader = "examples/js/loaders/STLLoader.js"

    public var path: String { "/usr/share/javascript/three/" + rawValue }

    /// - Throws: `ThreeJSError`.
    public func read() throws(ThreeJSError) -> Data {
        guard let data = FileManager.default.contents(atPath: path) else { throw ThreeJSError.missing(path: path) }
        return data
    }
}

public enum ThreeJSError: Error, Equatable, Sendable {
    /// three.js is not where Debian's package puts it.
    case missing(path: String)

    /// A stable machine-readable name.
    public var code: String { "three_js_missing" }
}

extension ThreeJSError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let path): "\(path): three.js is not there, which draws in the browser; apt-get install libjs-three"
        }
    }
}
