/// How well whole images agree with the model where they are believed, by view.
struct UsualAgreement: Sendable {
    private struct View {
        var first: Double
        var usual: Double
    }
    private var views: [String: View] = [:]
    /// What is expected of a view that nothing is known of yet; nil where nothing is expected.
    private let expected: Double?

    /// - Parameter start: the agreement of the start, in the view where it was worst. A view must agree as well from its first frame on: the patient may have moved by a
    ///   vertebra since the start was looked for, and a view may light up that was not looked at then.
    init(start: Double? = nil) { expected = start.map { max(1e-3, $0) } }

    /// Agreement over what is usual, in the view where it is worst.
    func share(of agreements: some Sequence<(String, Double)>) -> Double {
        agreements.map { view, agreement in
            guard let known = views[view] else { return expected.map { max(0, agreement) / $0 } ?? 1 }
            return max(0, agreement) / max(known.usual, known.first * leastUsual)
        }.min() ?? 0
    }

    /// Takes over what a believed frame showed. Slowly, so that a change for the worse does not become usual before it is seen.
    mutating func learn(_ agreements: some Sequence<(String, Double)>) {
        for (view, agreement) in agreements {
            let before = views[view] ?? View(first: max(1e-3, agreement), usual: max(1e-3, agreement))
            views[view] = View(first: before.first, usual: before.usual + 0.05 * (agreement - before.usual))
        }
    }
}

/// What is usual does not sink below this share of what it was at first, however slowly it sinks.
private let leastUsual = 0.9
