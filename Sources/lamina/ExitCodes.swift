import Anatomy
import ArgumentParser
import CaseFolder
import Evaluation
import Exchange
import Fluoroscopy
import Foundation
import ImageFiles
import Inference
import LocalWeb
import Meshes
import OpenIGTLink
import Phantom
import Protocols
import Report
import Segmentation
import Simulation
import Streaming
import ThreeJS
import Tracking
import ZeroMQ

/// The one place where an error of a library becomes an exit code and a message: what is wrong, where, and what to do.
func commandFailure(for error: any Error) -> CommandFailure {
    switch error {
    case let failure as CommandFailure: failure
    case let error as CaseFolderError: failure(of: error)
    case let error as ImageFileError:
        CommandFailure(error.isInputOutput ? .storage : .corruptInput, code: error.code, what: "\(error)")
    case let error as SegmentationError: failure(of: error)
    case let error as FindingError: CommandFailure(.noSpine, code: "no_spine", what: "\(error)", remedy: noSpineRemedy)
    case let error as NamingError: failure(of: error)
    case let error as ModelError: failure(of: error)
    case let error as InferenceError: failure(of: error)
    case let error as EvaluationError: failure(of: error)
    case let error as WireFileError: CommandFailure(.corruptInput, code: "bad_wire_file", what: "\(error)")
    case let error as FluoroscopyError: CommandFailure(.corruptInput, code: error.code, what: "\(error)")
    case let error as FrameStreamError: failure(of: error)
    case let error as ZeroMQError: failure(of: error)
    case let error as RecordingError: failure(of: error)
    case let error as CaseFetchError: failure(of: error)
    case let error as LocalWebError: CommandFailure(.storage, code: error.code, what: "\(error)")
    case let error as ThreeJSError: CommandFailure(.storage, code: error.code, what: "\(error)")
    case let error as ReportError: CommandFailure(.storage, code: error.code, what: "\(error)")
    case let error as OpenIGTLinkError: CommandFailure(.storage, code: error.code, what: "\(error)", place: "--openigtlink")
    case let error as TrackingError: CommandFailure(.noSpine, code: "nothing_to_track", what: "\(error)")
    case let error as SimulationError: CommandFailure(.usage, code: "out_of_view", what: "\(error)")
    case let error as MeshError: failure(of: error)
    case let error as ExchangeError: failure(of: error)
    case let error as PhantomError: CommandFailure(.usage, code: "phantom_parameters", what: "\(error)")
    case let error as LevelSelectionError: CommandFailure(.usage, code: "levels", what: "\(error)", place: "--levels")
    case let error as ValidationError: CommandFailure(.usage, code: "usage", what: error.message)
    default:
        CommandFailure(
            .bug, code: "bug", what: "an error nobody planned for: \(error)",
            remedy: "Please report it with the command line and, if you may, the input")
    }
}

/// - Parameter place: the option that named the output.
func failure(of error: CaseFolderError, place: String = "-o") -> CommandFailure {
    switch error {
    case .exists: CommandFailure(.usage, code: "case_exists", what: "\(error)", place: place)
    case .notACase: CommandFailure(.usage, code: "output_is_not_a_case", what: "\(error)", place: place)
    case .insideCase: CommandFailure(.usage, code: "output_inside_a_case", what: "\(error)", place: place)
    case .fileExists: CommandFailure(.usage, code: "file_exists", what: "\(error)", place: place)
    case .notAFile: CommandFailure(.usage, code: "output_is_not_a_file", what: "\(error)", place: place)
    case .system: CommandFailure(.storage, code: storageCode(of: error), what: "\(error)")
    case .inputChanged: CommandFailure(.integrity, code: "input_changed", what: "\(error)")
    case .tampered: CommandFailure(.integrity, code: "case_changed", what: "\(error)")
    case .auditChanged: CommandFailure(.integrity, code: "audit_changed", what: "\(error)")
    case .noAudit: CommandFailure(.usage, code: "no_audit", what: "\(error)")
    case .unreadableManifest: CommandFailure(.integrity, code: "unreadable_manifest", what: "\(error)")
    }
}

private func failure(of error: CaseFetchError) -> CommandFailure {
    switch error {
    case .noAnswer, .refused: CommandFailure(.storage, code: error.code, what: "\(error)")
    case .badReply: CommandFailure(.corruptInput, code: error.code, what: "\(error)")
    case .changed, .otherPlan: CommandFailure(.integrity, code: error.code, what: "\(error)")
    }
}

private func storageCode(of error: CaseFolderError) -> String {
    if error.isDiskFull { return "disk_full" }
    return error.isFileTooLarge ? "file_too_large" : "input_output"
}

private func failure(of error: MeshError) -> CommandFailure {
    switch error {
    case .cannotRead, .cannotWrite: CommandFailure(.storage, code: "input_output", what: "\(error)")
    case .emptyMask, .emptySurface, .gridTooLarge:
        CommandFailure(
            .corruptInput, code: "no_mesh_of_labels", what: "\(error)", place: "--labels",
            remedy: "Look at the label map, or leave the level out with --levels")
    case .badParameter, .gridsDiffer, .unknownFormat, .notFinite, .exportFailed, .importFailed:
        CommandFailure(
            .bug, code: "bug", what: "\(error)", remedy: "Please report it with the command line and, if you may, the input")
    }
}

private func failure(of error: ExchangeError) -> CommandFailure {
    switch error {
    case .writeFailed(let path, let code): failure(of: .system(action: "write", path: path, errno: code))
    case .notDICOM:
        CommandFailure(
            .usage, code: "scan_not_dicom", what: "\(error)", place: "--format dicom",
            remedy: "Plan the case on the DICOM series, or choose another format")
    case .unusableSource: CommandFailure(.corruptInput, code: "unusable_source", what: "\(error)", place: "--input")
    case .notFinite, .tooLarge, .dicomFailed:
        CommandFailure(
            .bug, code: "export_failed", what: "\(error)", remedy: "Please report it with the command line and, if you may, the input")
    }
}

private func failure(of error: EvaluationError) -> CommandFailure {
    switch error {
    case .gridsDoNotMeet: CommandFailure(.corruptInput, code: "labels_do_not_overlap", what: "\(error)")
    case .noReferenceVertebra: CommandFailure(.noSpine, code: "no_vertebra_in_labels", what: "\(error)")
    }
}

/// - Parameter place: where the label map was named.
func failure(of error: SegmentationError, place: String = "--labels") -> CommandFailure {
    let (exit, code): (CommandExit, String) =
        switch error {
        case .noVertebra: (.noSpine, "no_vertebra_in_labels")
        case .noOverlap: (.corruptInput, "labels_do_not_overlap")
        case .notALabelMap: (.corruptInput, "not_a_label_map")
        case .upsideDown: (.corruptInput, "labels_upside_down")
        case .wrongOrder: (.corruptInput, "levels_out_of_order")
        case .duplicateLevel: (.corruptInput, "level_labelled_twice")
        case .sidesSwapped, .organsMirrored: (.corruptInput, "labels_mirrored")
        case .organsNotMirrored: (.corruptInput, "situs_inversus_not_seen")
        case .doNotFit: (.corruptInput, "labels_do_not_fit")
        }
    return CommandFailure(exit, code: code, what: "\(error)", place: place)
}

private let noSpineRemedy = "Look at the image with 'lamina info'; if there is a spine, pass its labels: --labels FILE --scheme S"

private func failure(of error: NamingError) -> CommandFailure {
    switch error {
    case .notAnAnchor, .noBodyAtAnchor, .anchorsContradict: CommandFailure(.usage, code: "anchor", what: "\(error)", place: "--anchor")
    case .shiftOutOfRange: CommandFailure(.usage, code: "shift_out_of_range", what: "\(error)", place: "--shift")
    case .noDetections, .badDetection, .badEvidence: CommandFailure(.bug, code: "bug", what: "\(error)")
    }
}

private func failure(of error: ModelError) -> CommandFailure {
    switch error {
    case .builtInMissing: CommandFailure(.storage, code: "model_missing", what: "\(error)")
    case .unreadable: CommandFailure(.storage, code: "input_output", what: "\(error)", place: "--model")
    case .badDescription, .wrongOutputs: CommandFailure(.corruptInput, code: "bad_model", what: "\(error)", place: "--model")
    }
}

private func failure(of error: InferenceError) -> CommandFailure {
    switch error {
    case .engineNotFound, .unusableEngine, .unsupportedEngine: CommandFailure(.storage, code: "no_inference_engine", what: "\(error)")
    case .unreadableModel: CommandFailure(.storage, code: "input_output", what: "\(error)")
    case .modelMismatch: CommandFailure(.integrity, code: "model_changed", what: "\(error)")
    case .invalidModel, .unsupportedModel, .inputShape: CommandFailure(.corruptInput, code: "bad_model", what: "\(error)")
    case .outOfMemory: CommandFailure(.storage, code: "out_of_memory", what: "\(error)")
    case .inputCount, .notFinite, .engineFailed: CommandFailure(.bug, code: "inference_failed", what: "\(error)")
    }
}

private func failure(of error: FrameStreamError) -> CommandFailure {
    let (ending, counts) =
        switch error {
        case .noMoment(_, let ending, let counts): (ending, counts)
        }
    let found: (CommandExit, String, String?) =
        switch ending {
        case .finished: (.corruptInput, "stream_empty", "Send every view of a moment: Protocols/Specification/frame-stream.md")
        case .stopped: (.storage, "stopped", nil)
        case .silent, .failed:
            (
                .storage, "stream_silent",
                counts.messages == 0
                    ? "Is the sender running, bound to that port, and does its topic begin with \(FrameMessage.topicPrefix)? --idle-timeout says how long to wait"
                    : "Look at what was refused, and at the sender: Protocols/Specification/frame-stream.md"
            )
        }
    return CommandFailure(found.0, code: found.1, what: "\(error)", place: "--frames", remedy: found.2)
}

private func failure(of error: ZeroMQError) -> CommandFailure {
    switch error {
    case .badAddress, .unprotected, .badKey: CommandFailure(.usage, code: error.code, what: "\(error)")
    case .refused, .shutDown: CommandFailure(.storage, code: error.code, what: "\(error)")
    }
}

private func failure(of error: RecordingError) -> CommandFailure {
    switch error {
    case .unreadable: CommandFailure(.storage, code: error.code, what: "\(error)")
    case .notARecording: CommandFailure(.corruptInput, code: error.code, what: "\(error)")
    case .changed: CommandFailure(.integrity, code: error.code, what: "\(error)")
    }
}
