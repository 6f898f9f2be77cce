import Foundation

/// What a server adds to a stored report that it serves.
public struct ReportAddition: Sendable {
    let style: String
    let script: String

    public init(style: String, script: String) { (self.style, self.script) = (withPlainLineEnds(style), withPlainLineEnds(script)) }
}

/// A stored report with one style and one script more, and a policy that lets them in and lets the page ask the server that it is from, and nobody else.
///
/// - Throws: `ReportError`.
public func reportHTML(_ stored: Data, adding addition: ReportAddition) throws(ReportError) -> Data {
    let html = String(decoding: stored, as: UTF8.self)
    guard let start = html.range(of: "<meta http-equiv=\"Content-Security-Policy\" content=\""),
        let end = html.range(of: "\">", range: start.upperBound..<html.endIndex),
        let head = html.range(of: "</head>", range: end.upperBound..<html.endIndex),
        let body = html.range(of: "</body>", options: .backwards), head.upperBound < body.lowerBound,
        let policy = widened(String(html[start.upperBound..<end.lowerBound]), by: addition)
    else { throw .notAReport }
    let parts: [String] = [
        String(html[..<start.upperBound]), policy, String(html[end.lowerBound..<head.lowerBound]), "<style>\(addition.style)</style>\n",
        String(html[head.lowerBound..<body.lowerBound]), "<script>\(try embeddable(addition.script))</script>\n",
        String(html[body.lowerBound...]),
    ]
    return Data(parts.joined().utf8)
}

/// Nil for a policy that is not as `ReportPage` writes it. It stands in an attribute, so its quotes are escaped.
private func widened(_ policy: String, by addition: ReportAddition) -> String? {
    func source(_ text: String) -> String { Markup(text: policySource(of: text)).html }
    let changes = [
        ("script-src ", "script-src \(source(addition.script)) "), ("style-src ", "style-src \(source(addition.style)) "),
        (Markup(text: "connect-src 'none'").html, Markup(text: "connect-src 'self'").html),
    ]
    var widened = policy
    for (old, new) in changes {
        guard widened.components(separatedBy: old).count == 2 else { return nil }
        widened = widened.replacingOccurrences(of: old, with: new)
    }
    return widened
}
