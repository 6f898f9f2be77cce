import Frames

/// The files of one series.
struct DicomSeries {
    var files: [DicomFile]
    var summary: SeriesSummary
    /// Whether every slice has its geometry, and the images are original ones.
    var isComplete: Bool
    var isPrimary: Bool
}

/// The image series among `files`, by UID.
func dicomSeries(_ files: [DicomFile], allowMR: Bool) -> [DicomSeries] {
    Dictionary(grouping: files.filter(\.hasPixels), by: \.seriesUID).map { uid, files in
        let slices = files.filter { !$0.isLocalizer }
        let first = slices.first ?? files[0]
        let heights = distinctHeights(slices)
        let count = heights.isEmpty ? slices.reduce(0) { $0 + $1.frameCount } : heights.count
        let summary = SeriesSummary(
            uid: uid, modality: first.modality, description: first.description, manufacturer: first.manufacturer, kernel: first.kernel,
            imageType: first.imageType.isEmpty ? nil : first.imageType.joined(separator: "/"), sliceCount: count, columns: first.columns,
            rows: first.rows, sliceSpacingMM: heights.count > 1 ? medianGap(heights) : nil,
            unusable: reasonAgainst(slices, allowMR: allowMR))
        return DicomSeries(
            files: files, summary: summary, isComplete: slices.allSatisfy { $0.problem == nil }, isPrimary: slices.allSatisfy(\.isPrimary))
    }.sorted { $0.summary.uid < $1.summary.uid }
}

/// The different heights of the slices along the normal of the first, sorted.
private func distinctHeights(_ slices: [DicomFile]) -> [Double] {
    let frames = slices.flatMap(\.frames)
    guard let first = frames.first else { return [] }
    let normal = first.row.cross(first.column)
    var heights: [Double] = []
    for height in frames.map({ ($0.position * normal).sum() }).sorted() where height - (heights.last ?? -.infinity) > 0.01 {
        heights.append(height)
    }
    return heights
}

private func reasonAgainst(_ slices: [DicomFile], allowMR: Bool) -> String? {
    guard let first = slices.first else { return "localizer" }
    if first.modality != "CT" && !(allowMR && first.modality == "MR") { return "modality \(first.modality)" }
    // Secondary Capture, single and multi-frame: pictures of a screen.
    if first.sopClassUID.hasPrefix("1.2.840.10008.5.1.4.1.1.7") { return "secondary capture" }
    return slices.reduce(0) { $0 + $1.frameCount } < 2 ? "a single slice" : nil
}

/// Chooses the series to read.
///
/// Without `options.seriesUID`: the usable series with complete geometry before others, original before derived, then the one with
/// the most slices, then with the thinnest. Two that are equal in all of this are a person's choice, and so are several patients.
/// Throws: `ImageFileError` that lists what was found.
func chooseSeries(_ series: [DicomSeries], options: ReadOptions, path: String) throws -> (chosen: DicomSeries, warnings: [ImageWarning]) {
    let summaries = series.map(\.summary)
    if let uid = options.seriesUID {
        guard let chosen = series.first(where: { $0.summary.uid == uid }) else {
            throw ImageFileError.unknownSeries(uid: uid, found: summaries)
        }
        try refuse(chosen.summary, path: path)
        return (chosen, [])
    }
    let usable = series.filter { $0.summary.unusable == nil }.sorted { isBetter($0, $1) }
    guard let best = usable.first else { throw nothingUsable(summaries, path: path) }
    guard Set(usable.flatMap { $0.files.map(\.patient) }).count == 1 else { throw ImageFileError.severalPatients(usable.map(\.summary)) }
    let equals = usable.filter { !isBetter(best, $0) }
    guard equals.count == 1 else { throw ImageFileError.ambiguousSeries(equals.map(\.summary)) }
    let others = series.filter { $0.summary.uid != best.summary.uid && $0.summary.unusable != "localizer" }
    guard !others.isEmpty else { return (best, []) }
    let list = others.map(\.summary.lineWithoutFreeText).joined(separator: "; ")
    return (best, [.init(.seriesChosen, "series \(best.summary.lineWithoutFreeText) was chosen; not read: \(list)")])
}

private func isBetter(_ a: DicomSeries, _ b: DicomSeries) -> Bool {
    if a.isComplete != b.isComplete { return a.isComplete }
    if a.isPrimary != b.isPrimary { return a.isPrimary }
    if a.summary.sliceCount != b.summary.sliceCount { return a.summary.sliceCount > b.summary.sliceCount }
    return (a.summary.sliceSpacingMM ?? .infinity) < (b.summary.sliceSpacingMM ?? .infinity) * 0.99
}

private func nothingUsable(_ summaries: [SeriesSummary], path: String) -> ImageFileError {
    guard let largest = summaries.max(by: { $0.sliceCount < $1.sliceCount }) else {
        return .noImages(path: path, reason: "no DICOM images were found")
    }
    do { try refuse(largest, path: path) } catch let error as ImageFileError { return error } catch {}
    return .noImages(path: path, reason: largest.line)
}

/// Throws the reason why a series cannot be read as CT, if there is one.
private func refuse(_ summary: SeriesSummary, path: String) throws {
    guard let reason = summary.unusable else { return }
    if reason.hasPrefix("modality") { throw ImageFileError.notCT(path: path, modality: summary.modality) }
    if reason == "a single slice" { throw ImageFileError.singleSlice(path: path) }
    throw ImageFileError.noImages(path: path, reason: reason)
}
