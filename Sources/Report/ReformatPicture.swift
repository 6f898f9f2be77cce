import Foundation
import Frames
import Pictures
import Planning
import Volumes

/// What the shaft in a picture stands for.
enum ShaftStanding: Sendable {
    /// It is in the plan.
    case planned
    /// A person tries it; the plan has another, or none.
    case tried(plan: Shaft?)

    /// What a person tries is in the plan's colour nowhere.
    var colour: Colour {
        switch self {
        case .planned: .screw
        case .tried: .trial
        }
    }

    /// The plan's shaft beside one that is tried.
    var besides: Shaft? {
        switch self {
        case .planned: nil
        case .tried(let plan): plan
        }
    }
}

/// One reformat of the CT with all that is drawn over it.
struct ReformatPicture: Sendable {
    let plane: PicturePlane
    /// Burned into the picture, so that a copy of it alone still says whose it is: "L1 LEFT".
    let name: String
    /// A second line beneath it; nil for none.
    let remark: String?
    let ct: CTVolume
    let labels: LabelShare
    /// Signed distance to the spinal canal, mm; nil where the vertebra was not modelled.
    let canal: (@Sendable (Point<Patient>) -> Double)?
    /// Nil for a pedicle without a screw.
    let shaft: Shaft?
    /// The pedicle's isthmus, where it is known.
    let isthmus: Point<Patient>?
    var standing = ShaftStanding.planned

    /// The picture, in colour.
    ///
    /// Complexity: linear in pixels.
    func drawn() -> PictureCanvas {
        var canvas = PictureCanvas(size: plane.size)
        let fields = fill(&canvas)
        canvas.outline(fields.others, .neighbour, dash: .dots)
        canvas.outline(fields.own, .vertebra)
        canvas.outline(fields.canal, .canal, dash: .dashes)
        canvas.outline(fields.besides, .screw, dash: .dashes)
        if let shaft {
            canvas.outline(fields.shaft, standing.colour, width: 2)
            mark(shaft, on: &canvas)
        }
        if let isthmus, plane.distance(of: isthmus) < 2 { canvas.ring(plane.place(of: isthmus), radius: 4, .white) }
        canvas.writeLetters(of: plane)
        canvas.writeScale(millimetres: 10, pixel: plane.pixel)
        canvas.write(name, at: SIMD2(4, 4), .white, factor: 2)
        // Beneath the letter of the side at the top, which it must not hide.
        if let remark { canvas.write(remark, at: SIMD2(4, 8 + PictureCanvas.extent(of: name, factor: 2).y), standing.colour, factor: 2) }
        return canvas
    }

    /// Signed fields over the pixels, row by row: negative inside.
    private struct Fields {
        var own: [Float] = []
        var others: [Float] = []
        var canal: [Float] = []
        var shaft: [Float] = []
        var besides: [Float] = []
    }

    private func fill(_ canvas: inout PictureCanvas) -> Fields {
        var fields = Fields()
        let besides = standing.besides
        for v in 0..<plane.size.y {
            for u in 0..<plane.size.x {
                let point = plane.point(SIMD2(u, v))
                canvas.set(SIMD2(u, v), BoneWindow.colour(ct.linear(at: point)))
                let share = labels.at(point)
                fields.own.append(0.5 - share.own)
                fields.others.append(0.5 - share.others)
                fields.canal.append(Float(canal?(point) ?? 1))
                fields.shaft.append(Float(shaft?.distance(to: point) ?? 1))
                fields.besides.append(Float(besides?.distance(to: point) ?? 1))
            }
        }
        return fields
    }

    /// A plus at the entry and a cross at the tip, each where it lies in the plane or is seen from the side.
    private func mark(_ shaft: Shaft, on canvas: inout PictureCanvas) {
        let isAlong = abs((shaft.axis * plane.right.cross(plane.down)).sum()) < 0.9
        for (point, isEntry) in [(shaft.entry, true), (shaft.tip, false)] where isAlong || plane.distance(of: point) < 0.5 {
            canvas.mark(plane.place(of: point), upright: isEntry)
        }
    }
}

/// How Hounsfield units become grey: level 450, width 1600.
enum BoneWindow {
    static let lowest = -350.0
    static let highest = 1250.0

    /// Where there is no CT the ground is dark violet: not black, which is air.
    static func colour(_ hu: Double?, above lowest: Double = lowest) -> Colour {
        guard let hu else { return .beyondImage }
        let part = (hu - lowest) / (highest - lowest)
        return Colour(repeating: UInt8((255 * min(max(part, 0), 1)).rounded()))
    }
}

/// Okabe and Ito's colours, which the colour-blind can tell apart; each has its own line as well.
extension Colour {
    static let vertebra = Colour(86, 180, 233)
    static let neighbour = Colour(204, 121, 167)
    static let canal = Colour(240, 228, 66)
    static let screw = Colour(255, 128, 0)
    static let trial = Colour(0, 255, 130)
    static let beyondImage = Colour(52, 20, 70)
}
