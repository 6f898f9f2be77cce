/// How an image is taken over to another raster.
enum Resampling {
    /// The value of the nearest place: for masks, which have no values between.
    case nearest
    /// The mean of the places that lie in each place of a coarser raster, so that the image adds up to what it did.
    case mean
}

/// An image of one raster on another of the same view. Beyond its ends it goes on as it ends.
///
/// At each place of `raster` it is the mean over the square of `own`'s places about it: one place by `.nearest`, as many to a side as fit whole by `.mean`.
///
/// - Parameter image: row by row, `own.count` numbers.
/// - Returns: `raster.count` numbers, row by row.
/// - Complexity: O(places of `raster`), by `.mean` of both.
func resampled(_ image: [Float], of own: DetectorRaster, on raster: DetectorRaster, by way: Resampling) -> [Float] {
    guard own != raster else { return image }
    let scale = raster.step / own.step
    // Not a whisker under a whole number, as a quotient may be.
    let side = way == .mean ? max(1, min(Int(scale + 1e-9), own.size.x, own.size.y)) : 1
    let share = 1 / Float(side * side)
    // Of the first square, from its first place.
    let offset = (raster.first - own.first) / own.step - Double(side - 1) / 2
    func start(_ place: Int, _ axis: Int) -> Int {
        min(own.size[axis] - side, max(0, Int((offset[axis] + scale * Double(place)).rounded())))
    }
    return [Float](unsafeUninitializedCapacity: raster.count) { places, count in
        for v in 0..<raster.size.y {
            let row = start(v, 1)
            for u in 0..<raster.size.x {
                let column = start(u, 0)
                var sum: Float = 0
                for j in row..<(row + side) { for i in column..<(column + side) { sum += image[j * own.size.x + i] } }
                places[v * raster.size.x + u] = sum * share
            }
        }
        count = raster.count
    }
}
