import Anatomy
import Foundation
import Frames

/// A line of 3D Slicer that stands for a screw: its name or its file's says level and side ("L4_left"), its control points are labelled "entry" and "tip".
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
/// coordinate system and unit must be named, because an unnamed point is on either side. Slicer does not write a line's name but calls the file by it, so
/// where a file has one line without a name, the file's counts.
///
/// - Parameter file: its path.
/// - Throws: `WireFileError`: no line, another unit or coordinate system, a name or points that are not understood, a screw that is there twice.
public func readLineMarkups(_ data: Data, file: String) throws -> [LineMarkup] {
    let found = try decodedInput(MarkupFile.self, from: data, file: file).markups
    guard !found.isEmpty else { throw WireFileError(file: file, place: "markups", reason: "there is none; save a line of 3D Slicer") }
    var lines: [LineMarkup] = []
    for (n, markup) in found.enumerated() {
        func refusal(_ reason: String) -> WireFileError {
            WireFileError(file: file, place: "markups[\(n)] (\(markup.name ?? "no name"))", reason: reason)
        }
        let line = try markup.line(fileName: found.count == 1 ? name(ofFile: file) : nil, refusal)
        guard !lines.contains(where: { $0.level == line.level && $0.side == line.side }) else {
            throw refusal("\(line.level) \(line.side.rawValue) is there twice; keep one")
        }
        lines.append(line)
    }
    return lines
}

/// "L4_left" of "/home/me/L4_left.mrk.json".
private func name(ofFile path: String) -> String {
    let last = (path as NSString).lastPathComponent
    return [".mrk.json", ".json"].first(where: last.hasSuffix).map { String(last.dropLast($0.count)) } ?? last
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

    func line(fileName: String?, _ refusal: (String) -> WireFileError) throws -> LineMarkup {
        guard type == "Line" else { throw refusal("a screw is a markup of type Line, and this is a \(type)") }
        // Files from before version 1.0.2 of the schema do not name it, and have millimetres.
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
        let ofFile = fileName.flatMap(levelAndSide)
        guard let (level, side) = name.map(levelAndSide) ?? ofFile else {
            throw refusal("the line's name, or that of its file, must say level and side, as L4_left does")
        }
        if let ofFile, ofFile != (level, side) {
            throw refusal("its name and its file's, \(fileName ?? ""), are of two pedicles; which it is is not guessed")
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
}

private func levelAndSide(_ name: String) -> (VertebraLevel, Side)? {
    let words = name.split { "_- ".contains($0) }
    guard words.count == 2, let level = VertebraLevel(name: words[0].uppercased()), let side = Side(rawValue: words[1].lowercased()) else {
        return nil
    }
    return (level, side)
}
