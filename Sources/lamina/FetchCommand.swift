import ArgumentParser
import CaseFolder
import Foundation
import Protocols
import Streaming
import ZeroMQ

/// `lamina fetch`: the plan and the meshes that a publisher serves, as a headset gets them.
struct FetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Fetch the case that 'lamina navigate --serve-case' serves.",
        discussion: """
            Writes the plan and the meshes of Protocols/Specification/case-service.md into a new folder, each checked against the hash that the listing names, the plan last. Exit codes: 0 \
            fetched; 6 no answer, or no room; 7 another plan than --plan-sha256, or bytes that are not those of their hash; 2 usage.
            """)

    @Argument(help: "Where the case is served: tcp://HOST:PORT.")
    var address: String

    @Option(name: .shortAndLong, help: "A new folder for the files.", completion: .directory)
    var output: String

    @Option(help: "The SHA-256 that the plan must have, as the stream's ticks name it. Default: any.")
    var planSha256: String?

    @Option(help: "A folder of this client's keys, FOLDER/for/NAME of 'lamina keys'.", completion: .directory)
    var curveKeys: String?

    @Option(help: "Seconds to wait for each answer.")
    var patience = 5.0

    @OptionGroup var printing: OutputOptions

    func validate() throws {
        do { _ = try TCPAddress(address) } catch { throw ValidationError("\(error)") }
        if !(0.1...600).contains(patience) { throw ValidationError("--patience takes 0.1 to 600 seconds") }
    }

    func run() throws {
        try runLogged("fetch", options: printing) { log in
            let client = try CaseClient(
                at: try TCPAddress(address), security: try curveKeys.map { try CurveKeyFolder($0).client() }, waiting: patience)
            let listing = try log.stage("listing") { try client.listing(of: planSha256?.lowercased()) }
            guard listing.files.reduce(0, { $0 + $1.bytes }) <= greatestCaseBytes else {
                throw CaseFetchError.badReply(reason: "it lists more than \(greatestCaseBytes) bytes, and no case has so many")
            }
            for file in listing.files { try checkOutputFile("\(output)/\(file.name)", replacing: false) }
            var fetched: [(isPlan: Bool, file: OutputFile)] = []
            try log.stage("fetch") {
                for (n, file) in listing.files.enumerated() {
                    let contents = try client.contents(of: file)
                    let place = OutputFile(path: "\(output)/\(file.name)") { try writeDurably(contents, to: $0) }
                    fetched.append((file.name == "plan.json", place))
                    log.progress("fetch", done: n + 1, total: listing.files.count)
                }
            }
            // The plan last: where it stands, all that it names does.
            try writeOutputFiles((fetched.filter { !$0.isPlan } + fetched.filter(\.isPlan)).map(\.file), replacing: false)
            return CommandOutcome(
                output: output, text: "Fetched \(listing.files.count) files of plan \(listing.planSHA256.prefix(12)) to \(output)")
        }
    }
}

/// All files of a case together are held in memory before any is written.
private let greatestCaseBytes = 1 << 30
