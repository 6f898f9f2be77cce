import ArgumentParser
import CaseFolder
import Foundation
import Protocols

/// `lamina report`: a case's report.html on paper.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Print the report of a case into a PDF.",
        discussion: """
            Prints the case's report.html, which 'lamina plan' writes, through a Chromium that is on this machine (chromium, google-chrome, or the program \
            that LAMINA_CHROMIUM names). The case is verified first. Exit codes: 0 written, 2 usage, 6 no Chromium or storage, 7 a case that was changed.
            """)

    @Argument(help: "A case that 'lamina plan' wrote.", completion: .directory)
    var folder: String

    @Option(help: "The PDF file to write.", completion: .file())
    var pdf: String

    @Flag(help: "Replace an existing file.")
    var force = false

    @OptionGroup var printing: OutputOptions

    func run() throws {
        try runLogged("report", options: printing) { log in
            try checkOutputFile(pdf, replacing: force)
            let manifest = try log.stage("verify") { try verifyCase(at: folder) }.manifest
            guard manifest.outputs.contains(where: { $0.path == reportFileName }) else {
                throw noReport(inCaseAt: folder)
            }
            let page = folder + "/" + reportFileName
            let bytes = try log.stage("print") { try PagePrinter().pdf(ofPageAt: page) }
            try writeOutputFile(bytes, to: pdf, replacing: force)
            return CommandOutcome(output: pdf, text: "\(pdf) written")
        }
    }
}
