import RandomNumbers

extension RandomStream {
    /// A normal draw, cut at 1.5 standard deviations so that no seed makes a monster.
    mutating func normal(_ mean: Double, _ sd: Double) -> Double {
        while true {
            let z = standardNormal()
            if abs(z) <= 1.5 { return mean + sd * z }
        }
    }
}
