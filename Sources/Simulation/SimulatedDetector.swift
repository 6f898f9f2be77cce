import Foundation
import RandomNumbers
import Volumes

/// How a view is exposed for a whole sequence: as much as an automatic exposure control would give for its first frame.
///
/// What arrives at a pixel is Poisson(air (p + scatter P)): p the primary share of the X-rays (exp of minus the line integral), P the same seen through a wide
/// Gaussian. Scatter lies over everything and takes contrast away.
public struct ViewExposure: Codable, Equatable, Sendable {
    /// X-rays a pixel where nothing stands in the way, scatter not counted.
    public let airPhotons: Double
    /// Scatter over the primary seen through the Gaussian.
    public let scatterFactor: Double
    /// Numbers of the image for each X-ray.
    public let countsPerPhoton: Double

    enum CodingKeys: String, CodingKey {
        case airPhotons = "air_photons"
        case scatterFactor = "scatter_factor"
        case countsPerPhoton = "counts_per_photon"
    }

    /// The image's number for open air. It may lie above what 16 bits hold: open air beside a thick patient is white, as on real images.
    public var airValue: Double { airPhotons * countsPerPhoton }

    /// - Parameters:
    ///   - integrals: of the first frame, `columns` in a row.
    ///   - behind: places of the pixels behind the vertebrae, one or more.
    init(integrals: [Float], columns: Int, behind: [Int], _ parameters: SimulationParameters) {
        let primary = integrals.map { exp(-$0) }
        let wide = scattered(primary, columns: columns, parameters)
        let here = median(behind.map { Double(primary[$0]) })
        scatterFactor = parameters.scatterToPrimary * here / max(1e-12, median(behind.map { Double(wide[$0]) }))
        let photons = parameters.photons > 0 ? parameters.photons : photonsWithoutNoise
        airPhotons = photons / (here * (1 + parameters.scatterToPrimary))
        countsPerPhoton = 0.95 * fullScale / min(airPhotons * (1 + scatterFactor), roomAbove * photons)
    }

    /// The image of one frame in 16 bits.
    ///
    /// - Parameter open: the share of X-rays that shutters let through at each pixel; they stop what would have scattered, too. nil: no shutter.
    func image(of integrals: [Float], columns: Int, open: [Float]?, _ parameters: SimulationParameters, random: RandomStream) -> [UInt16] {
        var random = random
        var primary = integrals.map { exp(-$0) }
        if let open { for n in primary.indices { primary[n] *= open[n] } }
        let wide = scatterFactor > 0 ? scattered(primary, columns: columns, parameters) : nil
        return primary.indices.map { n in
            let expected = airPhotons * (Double(primary[n]) + scatterFactor * Double(wide?[n] ?? 0))
            let arrived = parameters.photons > 0 ? random.poisson(expected) : expected
            return UInt16(min(fullScale, (arrived * countsPerPhoton).rounded()))
        }
    }
}

private let fullScale = 65535.0
/// The detector is full at this many times what arrives behind the vertebrae.
private let roomAbove = 40.0
/// Only the ratio to what arrives in air counts then.
private let photonsWithoutNoise = 1000.0

/// The primary seen through the scatter's Gaussian, the same size. What lies beyond the image is taken to be like its edge.
///
/// A wide Gaussian needs no fine pixels: blocks of an eighth of its deviation are blurred, and interpolated between.
func scattered(_ primary: [Float], columns: Int, _ parameters: SimulationParameters) -> [Float] {
    let rows = primary.count / columns
    let block = max(1, min(columns, rows, Int(parameters.scatterSigma / (8 * parameters.pixelSpacing))))
    let size = SIMD3((columns + block - 1) / block, (rows + block - 1) / block, 1)
    var coarse = blockMeans(primary, columns: columns, block: block, size: size)
    blur(&coarse, size: size, spacing: SIMD3(repeating: Double(block) * parameters.pixelSpacing), sigma: parameters.scatterSigma)
    let across = (0..<columns).map { place($0, block: block, count: size.x) }
    var wide = [Float](repeating: 0, count: primary.count)
    for v in 0..<rows {
        let down = place(v, block: block, count: size.y)
        let (upper, lower) = (down.index * size.x, min(down.index + 1, size.y - 1) * size.x)
        for u in 0..<columns {
            let (left, right) = (across[u].index, min(across[u].index + 1, size.x - 1))
            let above = coarse[upper + left] + across[u].fraction * (coarse[upper + right] - coarse[upper + left])
            let below = coarse[lower + left] + across[u].fraction * (coarse[lower + right] - coarse[lower + left])
            wide[v * columns + u] = above + down.fraction * (below - above)
        }
    }
    return wide
}

/// Where a pixel lies between the centres of blocks, held at the outermost.
private func place(_ pixel: Int, block: Int, count: Int) -> (index: Int, fraction: Float) {
    let place = min(Float(count - 1), max(0, (Float(pixel) + 0.5) / Float(block) - 0.5))
    return (Int(place), place - Float(Int(place)))
}

/// Means of blocks of pixels; those at the right and lower edges may hold fewer.
private func blockMeans(_ values: [Float], columns: Int, block: Int, size: SIMD3<Int>) -> [Float] {
    var sums = [Float](repeating: 0, count: size.x * size.y)
    var counts = sums
    for (n, value) in values.enumerated() {
        let at = n / columns / block * size.x + n % columns / block
        sums[at] += value
        counts[at] += 1
    }
    return zip(sums, counts).map { $0 / $1 }
}

private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
