/// How well whole images agree with the model: the correlation of measured and modelled slopes over all valid places, each weighed by its counting noise.
///
/// Organs, ribs and the table count as much as the vertebrae here, which is what tells one level from the next.
/// - Returns: from -1 to 1, by view.
func wholeImageAgreements(_ comparison: ImageComparison, _ views: [ComparedView]) -> [Double] {
    views.indices.map { view -> Double in
        let measured = views[view].measured
        let fit = comparison.fits[view]
        let count = fit.raster.count
        var (cross, one, other) = (0.0, 0.0, 0.0)
        for n in 0..<count where measured.valid[n] > 0 {
            let weight = 1 / (fit.scale * fit.scale + measured.noise[n])
            let (mx, my) = (measured.slopes[n], measured.slopes[count + n])
            let (x, y) = (fit.model[n], fit.model[count + n])
            cross += Double(weight * (mx * x + my * y))
            // Counting noise is no disagreement: its share of the measured power is taken off.
            one += Double(weight * (mx * mx + my * my - 2 * measured.noise[n]))
            other += Double(weight * (x * x + y * y))
        }
        return one > 0 && other > 0 ? cross / (one * other).squareRoot() : 0
    }
}
