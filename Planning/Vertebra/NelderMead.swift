/// The minimum of `f` near `start`, by the downhill simplex of Nelder and Mead (1965) with the usual coefficients.
///
/// Made for two to four smooth parameters, where it needs no derivatives. Stops when the simplex spans less than `tolerance`
/// of `step` in every parameter, or after `maximumEvaluations`. Deterministic.
///
/// - Parameter step: the first simplex along each parameter, in the parameter's unit; negative to begin the other way.
func minimise(
    from start: [Double], step: [Double], tolerance: Double = 1e-3, maximumEvaluations: Int = 400, _ f: ([Double]) -> Double
) -> (x: [Double], value: Double) {
    let n = start.count
    var simplex = [(x: start, value: f(start))]
    for axis in 0..<n {
        var x = start
        x[axis] += step[axis]
        simplex.append((x, f(x)))
    }
    var evaluations = n + 1
    func spans() -> Bool {
        (0..<n).allSatisfy { axis in
            let values = simplex.map { $0.x[axis] }
            return values.max()! - values.min()! < tolerance * abs(step[axis])
        }
    }
    while evaluations < maximumEvaluations {
        simplex.sort { $0.value < $1.value }
        if spans() { break }
        let worst = simplex[n]
        let centre = (0..<n).map { axis in simplex[..<n].reduce(0) { $0 + $1.x[axis] } / Double(n) }
        func along(_ t: Double) -> (x: [Double], value: Double) {
            let x = (0..<n).map { centre[$0] + t * (worst.x[$0] - centre[$0]) }
            evaluations += 1
            return (x, f(x))
        }
        let reflected = along(-1)
        if reflected.value < simplex[0].value {
            let expanded = along(-2)
            simplex[n] = expanded.value < reflected.value ? expanded : reflected
        } else if reflected.value < simplex[n - 1].value {
            simplex[n] = reflected
        } else {
            let contracted = reflected.value < worst.value ? along(-0.5) : along(0.5)
            if contracted.value < min(worst.value, reflected.value) {
                simplex[n] = contracted
            } else {
                let best = simplex[0].x
                for i in 1...n {
                    let x = (0..<n).map { best[$0] + 0.5 * (simplex[i].x[$0] - best[$0]) }
                    simplex[i] = (x, f(x))
                }
                evaluations += n
            }
        }
    }
    return simplex.min { $0.value < $1.value }!
}
