import Anatomy
import Foundation
import Frames

/// A line of 3D Slicer that stands for a screw: its name says level and side ("L4_left"), its control points are labelled "entry" and "tip".
public struct LineMarkup: Equatable, Sendable {
    public var level: VertebraLevel
    public var side: Side
    public var entry: Point<Patient>
    public var tip: Point<Patient>

    public init(level: VertebraLevel, side: Side, entry: Point<Patient>, tip: Point<Patient>) {
        (self.level, self.side, self.entry, self.tip) = (level, side, entry, tip)
    }
}

/// Reads the lines of a Slicer markup file (`.mrk.json`, markups-schema 1.0). What else the file holds is of no concern but for what says where points are:
/// coordinate system and unit must be named, because an unnamed point is on either side.
///
/// - Parameter file: what errors call it.
/// - Throws: `WireFileError`: no line, another unit or coordinate system, a name or points that are not understood, a screw that is there twice.
public func readLineMarkups(_ data: Data, file: String) throws -> [LineMarkup] {
    let found = try decodedInput(MarkupFile.self, from: data, file: file).markups
    guard !found.isEmpty else { throw WireFileError(file: file, place: "markups", reason: "there is none; save a line of 3D Slicer") }
    var lines: [LineMarkup] = []
    for (n, markup) in found.enumerated() {
        let name = markup.name ?? "no name"
        func refusal(_ reason: String) -> WireFileError { WireFileError(file: file, place: "markups[\(n)] (\(name))", reason: reason) }
        let line = try markup.line(refusal)
        guard !lines.contains(where: { $0.level == line.level && $0.side == line.side }) else {
            throw refusal("\(line.level) \(line.side.rawValue) is there twice; keep one")
        }
        lines.append(line)
    }
    return lines
}

private struct MarkupFile: Decodable {
    let markups: [Markup]
}

private struct Markup: Decodable {
    struct ControlPoint: Decodable {
        let label: String?
        let position: [Double]
        let positionStatus: String?
    }

    let type: String
    let name: String?
    let coordinateSystem: String?
    let coordinateUnits: String?
    let controlPoints: [ControlPoint]

    func line(_ refusal: (String) -> WireFileError) throws -> LineMarkup {
        guard type == "Line" else { throw refusal("a screw is a markup of type Line, and this is a \(type)") }
        guard coordinateUnits ?? "mm" == "mm" else { throw refusal("coordinateUnits is \(coordinateUnits!), and must be mm") }
        // From its left and back to the patient's; RAS points the other way along both.
        let sign: Double
        switch coordinateSystem {
        case "LPS": sign = 1
        case "RAS": sign = -1
        default:
            throw refusal(
                "coordinateSystem is \(coordinateSystem.map { "'\($0)'" } ?? "missing"), and must be LPS or RAS; left and right would be a guess"
            )
        }
        guard let (level, side) = levelAndSide else {
            throw refusal("the name must say level and side, as L4_left does")
        }
        guard controlPoints.count == 2 else { throw refusal("a screw has two control points, and this has \(controlPoints.count)") }
        func point(_ label: String) throws -> Point<Patient> {
            let named = controlPoints.filter { $0.label?.lowercased() == label }
            guard named.count == 1, let at = named.first, at.positionStatus ?? "defined" == "defined", at.position.count == 3,
                at.position.allSatisfy({ abs($0) < 10_000 })
            else { throw refusal("one control point must be labelled '\(label)' and have a position; which end is which is not guessed") }
            return Point(sign * at.position[0], sign * at.position[1], at.position[2])
        }
        return LineMarkup(level: level, side: side, entry: try point("entry"), tip: try point("tip"))
    }

    private var levelAndSide: (VertebraLevel, Side)? {
        let words = (name ?? "").split { "_- ".contains($0) }
        guard words.count == 2, let level = VertebraLevel(name: words[0].uppercased()), let side = Side(rawValue: words[1].lowercased())
        else {
            return nil
        }
        return (level, side)
    }
}
