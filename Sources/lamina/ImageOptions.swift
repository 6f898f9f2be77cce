import ArgumentParser
import ImageFiles

/// Options of every subcommand that reads a CT.
struct ImageOptions: ParsableArguments {
    @Option(help: "The series to read when a folder holds several: its SeriesInstanceUID.")
    var series: String?

    @Flag(
        name: .customLong("synthetic-ct"),
        help: "Accept an image that is not CT but holds CT-like Hounsfield units, such as one made from MR.")
    var isSyntheticCT = false

    @Flag(help: "Interpolate unevenly spaced slices instead of refusing them.")
    var resampleUneven = false

    /// - Parameter threads: that decode slices; nil for the reader's default.
    func readOptions(threads: Int? = nil) -> ReadOptions {
        var options = ReadOptions()
        options.seriesUID = series
        options.allowMR = isSyntheticCT
        options.resamplesUnevenSlices = resampleUneven
        if let threads { options.threads = threads }
        return options
    }
}
