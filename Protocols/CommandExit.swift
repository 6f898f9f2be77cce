/// How a run of `lamina` ended, as its exit code. The numbers are a contract (Specification/cli.md); none is 100 or more, because job schedulers
/// read those as signals and retry.
public enum CommandExit: Int32, CaseIterable, Sendable {
    case ok = 0
    /// A defect of lamina itself.
    case bug = 1
    /// The command line is wrong, or the output exists already.
    case usage = 2
    /// An input is damaged, is not what it says, or is not a CT.
    case corruptInput = 3
    /// There is no spine to work on, or a level asked for is not in the labels.
    case noSpine = 4
    /// Planned and written, but a safety gate refused at least one pedicle.
    case refused = 5
    /// Reading or writing failed, the disk is full, or the run was told to stop. Nothing was written; running again may work.
    case storage = 6
    /// A file is not the one its manifest names.
    case integrity = 7
    /// Of several cases, some failed.
    case someCasesFailed = 8

    /// The name in summaries: "ok", "usage", "corrupt_input" ...
    public var name: String {
        switch self {
        case .ok: "ok"
        case .bug: "bug"
        case .usage: "usage"
        case .corruptInput: "corrupt_input"
        case .noSpine: "no_spine"
        case .refused: "refused"
        case .storage: "storage"
        case .integrity: "integrity"
        case .someCasesFailed: "some_cases_failed"
        }
    }
}
