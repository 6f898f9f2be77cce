/// HTML. What is interpolated into a literal is escaped, unless it is `Markup` itself: names of patients and files are hostile input, and nothing in this
/// module can forget it.
///
/// In attributes it serves as well, as long as they stand in double quotes.
struct Markup: Equatable, Sendable {
    private(set) var html: String

    /// What is HTML already, such as a drawing made of numbers.
    init(trusted html: String) { self.html = html }
    /// Escaped.
    init(text: String) { html = escaped(text) }

    static func + (a: Markup, b: Markup) -> Markup { Markup(trusted: a.html + b.html) }
}

extension Markup: ExpressibleByStringInterpolation {
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var html = ""

        init(literalCapacity: Int, interpolationCount: Int) { html.reserveCapacity(literalCapacity) }
        mutating func appendLiteral(_ literal: String) { html += literal }
        mutating func appendInterpolation(_ text: String) { html += escaped(text) }
        mutating func appendInterpolation(_ number: Int) { html += "\(number)" }
        mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
        mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { html += part.html } }
    }

    init(stringLiteral html: String) { self.html = html }
    init(stringInterpolation: StringInterpolation) { html = stringInterpolation.html }
}

extension [Markup] {
    func joined(separator: Markup = "") -> Markup { Markup(trusted: map(\.html).joined(separator: separator.html)) }
}

/// Text that means nothing to HTML. Control characters and those that turn the direction of writing, which can make a text read as another, become U+FFFD.
private func escaped(_ text: String) -> String {
    var html = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": html += "&amp;"
        case "<": html += "&lt;"
        case ">": html += "&gt;"
        case "\"": html += "&quot;"
        case "'": html += "&#39;"
        case "\n", "\t": html.unicodeScalars.append(scalar)
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{200E}"..."\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
            html += "\u{FFFD}"
        default: html.unicodeScalars.append(scalar)
        }
    }
    return html
}
