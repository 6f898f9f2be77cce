import CaseFolder
import Protocols

/// Refuses to replace what another subcommand wrote: `--force` on `lamina mesh` must not cost a plan.
///
/// - Throws: `CommandFailure`.
func checkOutputKind(_ output: String, command: String) throws {
    let manifest = try? readManifest(ofCaseAt: output)
    guard let writer = manifest?.arguments.dropFirst().first else { return }
    // A case that was relabelled or adjusted is still a plan.
    guard (["relabel", "adjust", "review"].contains(writer) ? "plan" : writer) != command else { return }
    throw CommandFailure(
        .usage, code: "output_of_another_command",
        what: "\(output) was written by 'lamina \(writer)', so 'lamina \(command)' does not replace it", place: "-o",
        remedy: "Choose another output")
}
