/// How well whole images agree with the model where they are believed, by view.
struct UsualAgreement: Sendable {
    private struct View {
        var first: Double
        var usual: Double
    }
    private var views: [String: View] = [:]

    /// Agreement over what is usual, in the view where it is worst; 1 in a view's first frame.
    func share(of agreements: some Sequence<(String, Double)>) -> Double {
        agreements.map { view, agreement in
            guard let known = views[view] else { return 1 }
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
