import Anatomy
import ArgumentParser
import CaseFolder
import Foundation
import Planning
import Protocols
import Segmentation

/// `lamina relabel`: a case planned anew with its levels moved by a number of vertebrae.
struct RelabelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relabel", abstract: "Correct the count of a case's levels and rebuild all of it.",
        discussion: """
            Moves every level above the sacrum by a number of vertebrae, plans the same vertebrae again under their new names, and replaces the case in one \
            step. The labels' bone stays as it was. The shift stands in the manifest. Exit codes: those of 'lamina plan', and 7 for a case or a scan \
            that was changed.
            """)

    @Argument(help: "A case that 'lamina plan' wrote.", completion: .directory)
    var folder: String

    @Option(parsing: .unconditional, help: "By how many vertebrae names move towards the feet: 1 makes T12 L1, -1 makes L1 T12.")
    var shift: Int

    @Option(help: "Where the scan is now, if it is no longer where the case was planned from.", completion: .file())
    var input: String?

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        if shift == 0 || abs(shift) > 24 { throw ValidationError("--shift takes a number of vertebrae other than 0, from -24 to 24") }
    }

    func run() throws {
        try runLogged("relabel", options: printing) { log in
            let old = try log.stage("verify") { try PlannedCase(at: folder) }
            try checkUntouched(old.plan)
            var request = try old.request(scan: input)
            let relabelled = try RelabelledCase(of: old, shift: shift)
            request.labels = .relabelled(relabelled)
            request.levels = relabelled.levels
            let event = CaseEvent(.relabelled, changes: ["levels moved by \(shift) towards the feet"])
            return try planCase(request, at: folder, replacing: true, event: event, log: log)
        }
    }

    /// Every screw is planned anew under its new name, which a person's own would be lost by.
    private func checkUntouched(_ plan: PlanFile) throws {
        let touched = plan.screws.filter { $0.edit != nil }.map { "\($0.level) \($0.side.rawValue)" }
        guard !touched.isEmpty else { return }
        throw CommandFailure(
            .usage, code: "adjusted_by_hand",
            what:
                "a person changed screws of this case (\(touched.joined(separator: ", "))), and relabel plans every screw anew, so they would be lost",
            place: folder, remedy: "Plan the case anew, relabel that, and adjust the screws then")
    }
}

extension PlannedCase {
    /// What the case was planned by, to be read again.
    ///
    /// - Parameter scan: where the scan is now; nil for where the case was planned from.
    /// - Throws: `CommandFailure` for a scan that is not there or a catalogue that is another; the request throws for another scan.
    func request(scan: String?) throws -> PlanRequest {
        var request = command.request
        request.replaced = verifiedCore
        if let scan { request.input = scan }
        guard FileManager.default.fileExists(atPath: request.input) else { throw scanNotFound(request.input, option: "--input") }
        if let catalogue = request.catalogue { try checkCatalogue(catalogue) }
        request.checkImage = { [path = request.input] image in
            guard image.sha256 == plan.image.sha256 else { throw anotherScan(path, option: "--input") }
        }
        return request
    }

    /// A plan with other screws would be another plan, and not this one under other names.
    private func checkCatalogue(_ path: String) throws {
        let planned = manifest.inputs.first { $0.path == path }?.sha256
        guard try fingerprint(ofFileAt: path).sha256 == planned else {
            throw CommandFailure(
                .integrity, code: "another_catalogue", what: "the screw catalogue is not the one that the case was planned with",
                place: path,
                remedy: "Put the old one back, or plan the case anew")
        }
    }
}

func scanNotFound(_ path: String, option: String) -> CommandFailure {
    CommandFailure(
        .usage, code: "scan_not_found", what: "the scan that the case was planned on is not there", place: path,
        remedy: "Say where it is now: \(option) PATH")
}

func anotherScan(_ path: String, option: String) -> CommandFailure {
    CommandFailure(
        .integrity, code: "another_scan", what: "this is not the scan that the case was planned on: its SHA-256 differs", place: path,
        remedy: "Pass the scan itself with \(option) PATH")
}
