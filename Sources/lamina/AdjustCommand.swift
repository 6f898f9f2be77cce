import Anatomy
import ArgumentParser
import CaseFolder
import Foundation
import Planning
import Protocols

/// `lamina adjust`: a person's change to a plan's screws, judged as the planner judges its own.
struct AdjustCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adjust", abstract: "Change, add or remove screws of a case by hand, and rebuild the case.",
        discussion: """
            Every figure of the changed screw is measured anew by the planner's own rules; the other screws stay as they are. The entry is moved along the vertebra's own axes \
            (x to the patient's left, y to the back, z to the head), the angles are those of plan.json, and the screw turns about its entry. What breaks a hard rule is \
            refused unless --accept-risk says why it stands. An approval is void afterwards. Exit codes: 0 changed, 5 refused, 2 usage, 3 unreadable markups, 6 storage, \
            7 a case or a scan that was changed. Nothing is written but with 0.
            """)

    @Argument(help: "A case that 'lamina plan' wrote.", completion: .directory)
    var folder: String

    @Option(help: "The screw, for example L4:left; left is the patient's.")
    var screw: PedicleName?

    @Option(
        name: .customLong("entry-offset-mm"), parsing: .unconditional,
        help: "Moves the entry by x,y,z along the vertebra's axes: left, back, head.")
    var entryOffset: MillimetreOffset?

    @Option(
        name: .customLong("transverse-deg"), parsing: .unconditional,
        help: "The new angle to the midsagittal plane, positive towards the midline.")
    var transverse: Double?

    @Option(
        name: .customLong("sagittal-deg"), parsing: .unconditional, help: "The new angle to the axial plane, positive towards the head.")
    var sagittal: Double?

    @Option(name: .customLong("diameter-mm"), help: "Another diameter of the catalogue.")
    var diameter: Double?

    @Option(name: .customLong("length-mm"), help: "Another length of the catalogue.")
    var length: Double?

    @Flag(help: "Take the screw out; the pedicle then says that a person did.")
    var remove = false

    @Flag(help: "Put a screw where there is none, beginning with the one removed, the last one rejected, or the pedicle's axis.")
    var add = false

    @Option(
        parsing: .upToNextOption,
        help: "Lines of 3D Slicer (.mrk.json), named L4_left and so on, with control points 'entry' and 'tip'; each becomes that screw.",
        completion: .file(extensions: ["json"]))
    var fromMarkups: [String] = []

    @Option(help: "Why a screw that breaks a hard rule stands all the same; it is kept with the screw.")
    var acceptRisk: String?

    @Option(help: "Where the scan is now, if it is no longer where the case was planned from.", completion: .file())
    var input: String?

    @Option(help: "Threads. Default: one for each core.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var printing: OutputOptions

    private var shift: ScrewChange.Shift {
        ScrewChange.Shift(
            offset: entryOffset?.xyz ?? SIMD3(), transverse: transverse, sagittal: sagittal, diameter: diameter, length: length)
    }

    func validate() throws {
        if !(1...64).contains(threads) { throw ValidationError("--threads takes 1 to 64") }
        guard (screw == nil) != fromMarkups.isEmpty else {
            throw ValidationError("name a screw with --screw, or files with --from-markups, not both")
        }
        if remove, add || !shift.isNothing { throw ValidationError("--remove goes with nothing else") }
        if screw != nil, !remove, !add, shift.isNothing {
            throw ValidationError("say what to change: an offset, an angle, a size, --add or --remove")
        }
        if !fromMarkups.isEmpty, remove || add || entryOffset != nil || transverse != nil || sagittal != nil {
            throw ValidationError("--from-markups says where screws stand; of the rest it takes only --diameter-mm and --length-mm")
        }
        for (name, angle) in [("transverse", transverse), ("sagittal", sagittal)] {
            if let angle, !ScrewChange.Shift.angles.contains(angle) { throw ValidationError("--\(name)-deg takes -60 to 60 degrees") }
        }
        if let acceptRisk, !isOneLine(acceptRisk) { throw ValidationError("--accept-risk takes the reason, on one line") }
    }

    func run() throws {
        try runLogged("adjust", options: printing) { log in
            let old = try log.stage("verify") { try PlannedCase(at: folder) }
            let adjustment = Adjustment(
                of: old, by: try changes(to: old.plan), acceptedRisk: acceptRisk, inputs: fromMarkups, threads: threads)
            return try adjustment.write(scan: input, log: log)
        }
    }

    private func changes(to plan: PlanFile) throws -> [ScrewChange] {
        if let screw {
            return [ScrewChange(level: screw.level, side: screw.side, wish: remove ? .remove : .place(shift, adding: add))]
        }
        let lines = try fromMarkups.flatMap { path -> [LineMarkup] in
            let record = try fingerprint(ofFileAt: path)
            guard record.bytes < 50_000_000, let data = FileManager.default.contents(atPath: path) else {
                throw WireFileError(file: path, place: "", reason: "this is no markup file: it cannot be read, or is far too large")
            }
            return try readLineMarkups(data, file: path)
        }
        for (n, line) in lines.enumerated() where lines[..<n].contains(where: { $0.level == line.level && $0.side == line.side }) {
            throw ValidationError("\(line.level) \(line.side.rawValue) is drawn in two files; keep one")
        }
        return try lines.map { line in
            try checkNearest(line, in: plan)
            return ScrewChange(level: line.level, side: line.side, wish: .drawn(line, shift))
        }
    }
}

/// "L4:left".
struct PedicleName: ExpressibleByArgument {
    let level: VertebraLevel
    let side: Side

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let level = VertebraLevel(name: String(parts[0])), let side = Side(rawValue: String(parts[1])) else {
            return nil
        }
        (self.level, self.side) = (level, side)
    }
}

/// "1,-0.5,0": millimetres along three axes.
struct MillimetreOffset: ExpressibleByArgument {
    let xyz: SIMD3<Double>

    init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
        guard numbers.count == 3, argument.count(where: { $0 == "," }) == 2, numbers.allSatisfy({ abs($0) <= ScrewChange.Shift.farthest })
        else { return nil }
        xyz = SIMD3(numbers[0], numbers[1], numbers[2])
    }
}

/// Whether a person's words can stand in a table and on a terminal: something, and no control characters.
func isOneLine(_ text: String) -> Bool {
    !text.allSatisfy(\.isWhitespace) && !text.unicodeScalars.contains { CharacterSet.controlCharacters.contains($0) || $0 == "\u{2028}" }
}
