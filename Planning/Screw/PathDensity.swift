import Foundation
import Frames
import Volumes

/// Hounsfield units in the cylinder that the shaft will fill.
public struct PathDensity: Codable, Equatable, Sendable {
    public var mean: Double
    public var standardDeviation: Double
    public var minimum: Double
    public var maximum: Double
    public var samples: Int
    /// Region and interpolation, so that the number is not compared with one read another way.
    public var method: String

    enum CodingKeys: String, CodingKey {
        case mean, minimum, maximum, samples, method
        case standardDeviation = "standard_deviation"
    }
}

/// Reads the CT every 1 mm along the shaft beyond the entry zone, on the axis and on two rings of 8 at half and at full radius.
func pathDensity(of path: BonePath, diameter: Double, length: Double, in scene: ScrewScene) -> PathDensity? {
    guard let ct = scene.ct else { return nil }
    let axis = UnitVector<Vertebra>(Vector(path.direction)) ?? -UnitVector.y
    guard let across = UnitVector(UnitVector<Vertebra>.x.vector.rejected(from: axis))?.xyz else { return nil }
    let up = across.cross(axis.xyz)
    var offsets = [SIMD3<Double>.zero]
    for radius in [diameter / 4, diameter / 2] {
        for eighth in 0..<8 {
            let angle = Double(eighth) * .pi / 4
            offsets.append(radius * (cos(angle) * across + sin(angle) * up))
        }
    }
    var values: [Double] = []
    for s in stride(from: scene.parameters.entryZone, through: length, by: 1) {
        for offset in offsets {
            let at = scene.model.patientFromVertebra * Point<Vertebra>(path.point(s) + offset)
            if let hu = ct.linear(at: at) { values.append(hu) }
        }
    }
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return PathDensity(
        mean: mean, standardDeviation: variance.squareRoot(), minimum: values.min()!, maximum: values.max()!, samples: values.count,
        method: "screw cylinder beyond the first \(oneDecimal(scene.parameters.entryZone)) mm, cortex included, trilinear; contrast and "
            + "tube voltage not corrected")
}
