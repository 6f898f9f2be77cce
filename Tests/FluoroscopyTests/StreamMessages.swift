import Foundation
import Frames
import Protocols

/// Messages of a stream of two views of 3 x 2 pixels, to be damaged by the tests.
struct StreamMessages {
    var stream = "stream-1"
    var views = ["AP", "LAT"]

    func header(_ view: String, moment: Int, timeS: Double? = nil) -> StreamedFrameHeader {
        let place = RigidTransform<CArm, Room>(
            asserting: Rotation(columns: SIMD3(-1, 0, 0), SIMD3(0, 0, 1), SIMD3(0, 1, 0)), origin: Point(0, 0, 700))
        let time = timeS ?? Double(moment) / 10
        let described = FluoroscopyView(
            name: view, sizePx: SIMD2(3, 2), pixelSpacingMM: SIMD2(0.5, 0.5), sourceDetectorMM: 1000, principalPointPx: SIMD2(1, 0.5),
            carmFromRoom: place, values: .intensity, airValue: 1024, frames: [FluoroscopyFrame(file: "", timeS: time)])
        return StreamedFrameHeader(stream: stream, moment: moment, timeS: time, views: views, view: described, encoding: .uint16)
    }

    /// Pixels count up from 256 x moment along the rows, so that any flip shows.
    func parts(_ view: String, moment: Int, timeS: Double? = nil, _ change: (inout StreamedFrameHeader) -> Void = { _ in }) throws -> [Data]
    {
        var header = header(view, moment: moment, timeS: timeS)
        change(&header)
        let values = (0..<6).map { UInt16(truncatingIfNeeded: 256 * moment + $0) }
        return try FrameMessage.frame(header, pixels: Data(values.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })).parts()
    }

    func end() throws -> [Data] { try FrameMessage.end(stream: stream).parts() }
}
