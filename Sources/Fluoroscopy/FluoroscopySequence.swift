import Foundation
import ImageFiles
import Protocols
import Tracking

/// X-ray frames with their cameras, moment by moment. Frames are read when they are asked for, one a view at a time. Not for several threads at once.
public final class FluoroscopySequence: FluoroscopySource {
    /// One view of the sequence.
    struct View {
        struct Frame {
            var path: String
            /// nil: the file must hold one frame alone.
            var index: Int?
            var timeS: Double
            var camera: CArmCamera
        }
        var name: String
        var meaning: PixelMeaning
        var fields: [FluoroscopyField]
        var frames: [Frame]
    }

    private let views: [View]
    private var open: [FrameFile?]
    private var masks: [[Bool]?]
    private var position = 0
    /// Every file that frames and geometry come from, each once: what a manifest hashes.
    public let files: [String]
    /// What was taken for true that the files do not say.
    public let warnings: [CommandWarning]

    /// Views of the same number of frames, at least one of each; the initializers that read files made sure of it.
    init(views: [View], files: [String], warnings: [CommandWarning] = []) {
        self.views = views
        self.files = files
        self.warnings = warnings
        open = Array(repeating: nil, count: views.count)
        masks = views.map { view in
            let size = view.frames[0].camera.size
            return view.fields.isEmpty ? nil : fieldMask(view.fields, columns: size.x, rows: size.y)
        }
    }

    public var viewNames: [String] { views.map(\.name) }
    public var momentCount: Int { views[0].frames.count }
    public var expectedCount: Int? { momentCount }
    /// Of each moment, seconds, rising.
    public var timesS: [Double] { views[0].frames.map(\.timeS) }

    /// The cameras of a moment without its pixels, in the order of `viewNames`.
    public func cameras(at index: Int) -> [CArmCamera] { views.map { $0.frames[index].camera } }

    /// - Throws: as `moment(_:)`.
    public func next() throws -> FluoroscopyMoment? {
        guard position < momentCount else { return nil }
        defer { position += 1 }
        return try moment(position)
    }

    /// A moment, from 0 to `momentCount - 1`. Moments in order are read fastest.
    ///
    /// - Throws: `ImageFileError`; `.wrongFrameSize` where a frame has not the size that its geometry declares; `FluoroscopyError.noIndex`.
    public func moment(_ index: Int) throws -> FluoroscopyMoment {
        var frames: [XRayFrame] = []
        var causes: [[FrameCause]] = []
        for (n, view) in views.enumerated() {
            let frame = view.frames[index]
            let image = try image(of: frame, view: n)
            let (values, cause) = transmission(of: image.values, columns: image.columns, field: masks[n], meaning: view.meaning)
            frames.append(XRayFrame(view: view.name, camera: frame.camera, transmission: values))
            causes.append(cause.map { [$0] } ?? [])
        }
        return FluoroscopyMoment(index: index, timeS: views[0].frames[index].timeS, frames: frames, causes: causes, arrival: nil)
    }

    private func image(of frame: View.Frame, view: Int) throws -> GreyImage {
        if open[view]?.path != frame.path {
            open[view] = nil
            open[view] = try FrameFile(path: frame.path)
        }
        let file = open[view]!
        guard let index = frame.index ?? (file.frameCount == 1 ? 0 : nil) else {
            throw FluoroscopyError.noIndex(path: frame.path, count: file.frameCount)
        }
        let size = frame.camera.size
        guard file.columns == size.x, file.rows == size.y else {
            throw ImageFileError.wrongFrameSize(path: frame.path, index: index, found: SIMD2(file.columns, file.rows), expected: size)
        }
        return try file.frame(index)
    }
}

extension FluoroscopySequence {
    /// The frames of a folder with its geometry.json.
    ///
    /// Every file is looked for at once, so that a missing one is found before the work begins; its content is read when its turn comes.
    /// - Throws: `FluoroscopyError`, `WireFileError`, `ImageFileError`.
    public convenience init(folder: String) throws {
        let path = (folder as NSString).appendingPathComponent(FluoroscopyGeometry.fileName)
        guard FileManager.default.fileExists(atPath: path) else { throw FluoroscopyError.noGeometry(path: folder) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ImageFileError.unreadable(path: path, reason: "it is no readable file")
        }
        let geometry = try decodedInput(FluoroscopyGeometry.self, from: data, file: path)
        var views: [View] = []
        var files = [path]
        var known: Set<String> = []
        for view in geometry.views {
            let frames = try view.frames.enumerated().map { n, frame in
                let file = (folder as NSString).appendingPathComponent(frame.file)
                if known.insert(file).inserted {
                    try checkFrameFile(at: file)
                    files.append(file)
                }
                return View.Frame(
                    path: file, index: frame.index, timeS: frame.timeS, camera: try camera(of: view, frame: n, file: path))
            }
            views.append(View(name: view.name, meaning: PixelMeaning(view), fields: view.field.map { [$0] } ?? [], frames: frames))
        }
        self.init(views: views, files: files)
    }

    /// The frames of one DICOM XA or RF file, one view that is called by its modality.
    ///
    /// The room's origin is the isocentre, its axes are the patient's (LPS) when head first, supine, square on the table.
    /// - Throws: `FluoroscopyError`, `.missingTag` among them; `ImageFileError`.
    public convenience init(dicom path: String, assuming assumptions: FluoroscopyAssumptions = .init()) throws {
        let file = try FrameFile(path: path)
        guard let acquisition = file.acquisition else { throw FluoroscopyError.noGeometry(path: path) }
        let (view, warnings) = try dicomView(file, acquisition, assuming: assumptions)
        self.init(views: [view], files: [path], warnings: warnings)
    }

    /// A folder with geometry.json, or a DICOM file: whichever `path` is.
    ///
    /// - Throws: as the two above; `.badAssumption` where something is assumed of a folder, whose geometry.json says all.
    public convenience init(path: String, assuming assumptions: FluoroscopyAssumptions = .init()) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ImageFileError.unreadable(path: path, reason: "there is no such file or folder")
        }
        if !isFolder.boolValue {
            try self.init(dicom: path, assuming: assumptions)
        } else if assumptions == .init() {
            try self.init(folder: path)
        } else {
            throw FluoroscopyError.badAssumption(path, reason: "nothing is assumed of a folder; write it in geometry.json")
        }
    }
}
