import Frames
import Volumes

/// The grid of a NIfTI file in the patient frame, and what was odd about it.
///
/// Codes: 0 unknown, 1 scanner, 2 another scan (nibabel's default), 3 and up a template. A transform to the scanner wins over one to elsewhere; else
/// the sform wins, as in nibabel. Two transforms that put a corner voxel more than 0.1 mm apart give a warning, or an error when
/// they also disagree on which way an axis runs, since one of them then swaps sides.
///
/// Throws: `ImageFileError.noOrientation` where both codes are 0: voxel order alone does not tell left from right; `.corrupt` where the transform
/// that wins has impossible numbers.
func niftiGrid(_ header: NIfTIHeader) throws -> (grid: GridGeometry<Patient>, warnings: [ImageWarning]) {
    let path = header.layout.path
    var warnings: [ImageWarning] = []
    guard header.sformCode > 0 || header.qformCode > 0 else {
        throw ImageFileError.noOrientation(path: path, reason: "its sform and qform codes are both 0")
    }
    if header.millimetresPerUnit == nil {
        warnings.append(.init(.unitAssumed, "the file does not name its unit of length; millimetres assumed"))
    }
    let scale = header.millimetresPerUnit ?? 1
    let sform = IndexAffine(ras: header.sform, scale: scale)
    let qform = header.qform.map { IndexAffine(ras: $0, scale: scale) }
    let usesQform = header.sformCode <= 0 || (header.sformCode > 1 && header.qformCode == 1)
    guard let chosen = usesQform ? qform : sform else {
        throw ImageFileError.corrupt(path: path, reason: "the qform's pixdim, quaternion or offset are not usable numbers")
    }
    let code = usesQform ? header.qformCode : header.sformCode
    if code >= 3 {
        warnings.append(.init(.notScannerSpace, "coordinate code \(code): positions are those of a template, not of the scanner"))
    }
    let grid = try chosen.grid(size: header.layout.size, path: path)
    if header.sformCode > 0, header.qformCode > 0 {
        if let qform {
            try compare(sform, qform, usesQform: usesQform, header.layout, &warnings)
        } else {
            let message = "the qform's pixdim, quaternion or offset are not usable numbers; the sform was used"
            warnings.append(.init(.transformConflict, message))
        }
    }
    return (grid, warnings)
}

private func compare(
    _ sform: IndexAffine, _ qform: IndexAffine, usesQform: Bool, _ layout: VoxelLayout, _ warnings: inout [ImageWarning]
) throws {
    let distance = sform.largestDistance(to: qform, over: layout.size)
    // Written so that NaN is a conflict too.
    guard !(distance <= 0.1) else { return }
    func cosine(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() / (a.length * b.length) }
    let cosines = [
        cosine(sform.steps.0, qform.steps.0), cosine(sform.steps.1, qform.steps.1), cosine(sform.steps.2, qform.steps.2),
    ]
    guard cosines.allSatisfy({ $0 > 0.7 }) else {
        throw ImageFileError.conflictingOrientation(
            path: layout.path, reason: "sform and qform point the axes in different directions; write the right one into both")
    }
    let used = usesQform ? "qform" : "sform"
    warnings.append(.init(.transformConflict, "sform and qform are up to \(millimetres(distance)) mm apart; the \(used) was used"))
}
