import Anatomy
import Foundation
import Planning
import Protocols

/// The screw catalogue in a file, or the one that is built in.
///
/// - Throws: `CommandFailure`.
func readCatalogue(_ path: String?) throws -> ScrewCatalogue {
    guard let path else { return .builtIn }
    let data: Data
    do {
        data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
        throw CommandFailure(.storage, code: "unreadable", what: "the screw catalogue cannot be read", place: path)
    }
    do {
        return try ScrewCatalogue(json: data)
    } catch let error as CatalogueError {
        throw badCatalogue("\(error)", place: path, remedy: "Correct the file; Planning/Catalogue/screws.json shows the format")
    }
}

/// - Throws: `CommandFailure` where the catalogue has no usual size for a level that screws are planned at.
func checkCatalogue(_ catalogue: ScrewCatalogue, serves levels: [VertebraLevel], place: String?) throws {
    guard let place, let bare = levels.first(where: { $0.region != .cervical && catalogue.typicalSize(at: $0) == nil }) else { return }
    throw badCatalogue(
        "the screw catalogue's typical sizes have none for \(bare)", place: place,
        remedy: "Add typical.\(bare) to it, or leave the level out with --levels")
}

private func badCatalogue(_ what: String, place: String, remedy: String) -> CommandFailure {
    CommandFailure(.corruptInput, code: "bad_catalogue", what: what, place: place, remedy: remedy)
}
