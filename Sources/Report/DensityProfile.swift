import Foundation
import Frames
import Volumes

/// Hounsfield units along a screw's path: at each millimetre of depth the mean over the shaft's section.
struct DensityProfile: Equatable, Sendable {
    struct Sample: Equatable, Sendable {
        /// From the entry, mm.
        let depth: Double
        /// Nil where the section leaves the image.
        let hu: Double?
    }

    let samples: [Sample]
    /// How it was read, so that it is not compared with one read another way.
    static let method =
        "mean of 17 places a section (the axis, and two rings of 8 at half and at full radius), a section each 1 mm, trilinear; contrast and tube voltage not corrected"

    /// From 5 mm before the entry to 5 mm beyond the tip.
    init(along shaft: Shaft, in ct: CTVolume) {
        let axis = shaft.axis
        let one = across(SIMD3(1, 0, 0), axis) ?? across(SIMD3(0, 0, 1), axis) ?? SIMD3(0, 1, 0)
        let other = axis.cross(one)
        var offsets = [SIMD3<Double>.zero]
        for radius in [shaft.radius / 2, shaft.radius] {
            for eighth in 0..<8 {
                let angle = Double(eighth) * .pi / 4
                offsets.append(radius * (cos(angle) * one + sin(angle) * other))
            }
        }
        samples = stride(from: -5.0, through: shaft.length + 5, by: 1).map { depth in
            let values = offsets.compactMap { ct.linear(at: Point(shaft.point(depth).xyz + $0)) }
            // Fewer would be the mean of another region.
            return Sample(depth: depth, hu: values.count == offsets.count ? values.reduce(0, +) / Double(values.count) : nil)
        }
    }
}
