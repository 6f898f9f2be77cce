import Concurrency
import Foundation
import Frames
import Planning

/// One reformat through a screw that a person tries; `TRIAL, NOT SAVED` is burned into it.
public struct TrialPicture: Codable, Equatable, Sendable {
    public let title: String
    public let caption: String
    /// A PNG.
    public let png: Data
    /// Of the picture's middle, LPS mm.
    public let centre: [Double]
    /// Unit directions of growing columns and rows, LPS.
    public let right: [Double]
    public let down: [Double]
    /// Columns and rows.
    public let size: [Int]
    /// The side of a pixel, mm.
    public let pixel: Double

    enum CodingKeys: String, CodingKey {
        case title, caption, png, size
        case centre = "centre_lps_mm"
        case right = "right_lps"
        case down = "down_lps"
        case pixel = "pixel_mm"
    }

    init(_ view: PedicleView) throws {
        let plane = view.picture.plane
        func numbers(_ v: SIMD3<Double>) -> [Double] { [v.x, v.y, v.z] }
        (title, caption) = (view.title, view.caption)
        png = try view.picture.drawn().png()
        (centre, right, down) = (numbers(plane.centre), numbers(plane.right), numbers(plane.down))
        (size, pixel) = ([plane.size.x, plane.size.y], plane.pixel)
    }
}

/// Draws screws that a person tries, as the report draws those of the plan.
public struct TrialDrawing: Sendable {
    private let content: ReportContent

    /// - Parameter content: of it the CT, the labels and the vertebrae are drawn.
    public init(_ content: ReportContent) { self.content = content }

    /// The three reformats of a pedicle through a screw that is tried, with the plan's beside it; none where it has no length.
    ///
    /// - Parameters:
    ///   - plan: what stands in the plan.
    ///   - start: entry and tip of the screw that the trials began with, in whose pictures the bone keeps its place.
    /// - Throws: `ImageFileError.unwritable`.
    /// - Complexity: some 0.1 s on one thread.
    public func pictures(
        of trial: PlanFile.Screw, beside plan: PlanFile.Screw, from start: (entry: Point<Patient>, tip: Point<Patient>), threads: Int
    ) throws -> [TrialPicture] {
        guard let start = Shaft(entry: start.entry, tip: start.tip, radius: 0) else { return [] }
        return try concurrentMap(trialViews(of: trial, beside: plan, from: start, in: content), threads: threads) { try TrialPicture($0) }
    }
}
