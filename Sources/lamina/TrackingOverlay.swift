import CaseFolder
import Fluoroscopy
import Foundation
import Frames
import ImageFiles
import Tracking

/// Writes each view of a moment with the vertebrae's outlines and the planned screws on it: overlays/VIEW_0000.png.
///
/// Outlines are green where OK, orange where DEGRADED; a lost vertebra has none. Screws are drawn from entry to tip, the left ones cyan, the right ones magenta.
func writeOverlays(_ moment: FluoroscopyMoment, _ estimates: [VertebraEstimate], _ tracked: TrackedCase, into draft: CaseDraft) throws {
    for frame in moment.frames {
        var picture = RadiographPicture(frame)
        for estimate in estimates {
            guard let pose = estimate.roomFromVertebra, let vertebra = tracked.model.vertebrae.first(where: { $0.level == estimate.level })
            else { continue }
            let shadow = project(
                vertebra.attenuation, at: frame.camera.carmFromRoom * pose, from: frame.camera, to: DetectorRaster(pixelsOf: frame.camera))
            picture.outline(shadow, estimate.state == .ok ? SIMD3(60, 220, 90) : SIMD3(255, 160, 40))
            for screw in tracked.plan.screws where screw.level == estimate.level.name {
                guard let matrix = screw.vertebraFromScrew, let length = screw.length,
                    let vertebraFromScrew = RigidTransform<Vertebra, Screw>(rowMajor4x4: matrix)
                else { continue }
                let roomFromScrew = pose * vertebraFromScrew
                guard let entry = frame.camera.pixel(of: roomFromScrew * Point<Screw>(0, 0, 0)),
                    let tip = frame.camera.pixel(of: roomFromScrew * Point<Screw>(0, 0, length))
                else { continue }
                picture.line(entry, tip, screw.side == .left ? SIMD3(0, 230, 230) : SIMD3(240, 80, 240))
            }
        }
        let name = "overlays/\(frame.view)_\(String(format: "%04d", moment.index)).png"
        let data = try encodedPNG(rgb: picture.pixels, columns: frame.camera.size.x, rows: frame.camera.size.y)
        try draft.write(data, to: name)
    }
}

/// A frame as a grey picture, bone bright, that can be drawn on.
private struct RadiographPicture {
    let size: SIMD2<Int>
    var pixels: [UInt8]

    init(_ frame: XRayFrame) {
        size = frame.camera.size
        let integrals = frame.transmission.map { $0 > 0 ? -log($0) : Float.nan }
        let sorted = integrals.filter(\.isFinite).sorted()
        let (low, high) = sorted.isEmpty ? (Float(0), Float(1)) : (sorted[sorted.count / 50], sorted[sorted.count - 1 - sorted.count / 100])
        pixels = integrals.flatMap { value -> [UInt8] in
            let grey = value.isFinite ? UInt8(max(0, min(1, (value - low) / max(1e-6, high - low))) * 200) : 0
            return [grey, grey, grey]
        }
    }

    mutating func set(_ u: Int, _ v: Int, _ colour: SIMD3<UInt8>) {
        guard u >= 0, v >= 0, u < size.x, v < size.y else { return }
        let n = 3 * (v * size.x + u)
        (pixels[n], pixels[n + 1], pixels[n + 2]) = (colour.x, colour.y, colour.z)
    }

    /// The border of what a radiograph shows at all.
    mutating func outline(_ shadow: [Float], _ colour: SIMD3<UInt8>) {
        let limit: Float = 0.03
        for v in 1..<(size.y - 1) {
            for u in 1..<(size.x - 1) {
                let n = v * size.x + u
                guard shadow[n] > limit else { continue }
                if min(shadow[n - 1], shadow[n + 1], shadow[n - size.x], shadow[n + size.x]) <= limit { set(u, v, colour) }
            }
        }
    }

    mutating func line(_ from: SIMD2<Double>, _ to: SIMD2<Double>, _ colour: SIMD3<UInt8>) {
        // Ends far outside the picture would draw for ever.
        let steps = min(4000, max(1, Int((to - from).max() - (to - from).min()) + Int(abs((to - from).x) + abs((to - from).y))))
        for step in 0...steps {
            let place = from + (to - from) * (Double(step) / Double(steps))
            guard place.x > -10, place.y > -10, place.x < Double(size.x + 10), place.y < Double(size.y + 10) else { continue }
            set(Int(place.x.rounded()), Int(place.y.rounded()), colour)
        }
    }
}
