import Frames
import Volumes

extension PlanFile {
    /// Which scan a plan belongs to: the bytes of its files, its DICOM identity, and the grid that its voxels lie on. No name, number or date.
    public struct Image: Equatable, Sendable {
        /// Lower-case hexadecimal; of a file's bytes, or of several files' digests (Protocols/Specification/cli.md).
        public var sha256: String
        /// Nil, as the other UIDs are, for a format other than DICOM and where the files do not say.
        public var studyUID: String?
        public var seriesUID: String?
        public var frameOfReferenceUID: String?
        public var size: [Int]
        /// Between voxel centres along i, j and k, mm.
        public var spacing: [Double]
        /// The centre of the first voxel, LPS mm.
        public var origin: [Double]
        /// The LPS directions of growing i, j and k.
        public var axes: [[Double]]

        public init(sha256: String, studyUID: String?, seriesUID: String?, frameOfReferenceUID: String?, grid: GridGeometry<Patient>) {
            func numbers<Number>(_ v: SIMD3<Number>) -> [Number] { [v.x, v.y, v.z] }
            self.sha256 = sha256
            self.studyUID = studyUID
            self.seriesUID = seriesUID
            self.frameOfReferenceUID = frameOfReferenceUID
            size = numbers(grid.size)
            spacing = numbers(grid.spacing)
            origin = numbers(grid.origin.xyz)
            axes = [numbers(grid.axes.0), numbers(grid.axes.1), numbers(grid.axes.2)]
        }
    }
}

extension PlanFile.Image: Codable {
    enum CodingKeys: String, CodingKey {
        case sha256, size
        case studyUID = "study_instance_uid"
        case seriesUID = "series_instance_uid"
        case frameOfReferenceUID = "frame_of_reference_uid"
        case spacing = "spacing_mm"
        case origin = "origin_lps_mm"
        case axes = "axes_lps"
    }

    // Written out because a synthesized encoder leaves nil keys away, and a reader must see null.
    public func encode(to encoder: any Encoder) throws {
        var c = encoder.container(keyedBy: CodingKeys.self)
        try c.encode(sha256, forKey: .sha256)
        try c.encode(studyUID, forKey: .studyUID)
        try c.encode(seriesUID, forKey: .seriesUID)
        try c.encode(frameOfReferenceUID, forKey: .frameOfReferenceUID)
        try c.encode(size, forKey: .size)
        try c.encode(spacing, forKey: .spacing)
        try c.encode(origin, forKey: .origin)
        try c.encode(axes, forKey: .axes)
    }
}
