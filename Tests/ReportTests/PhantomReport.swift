import Anatomy
import Foundation
import Frames
import Meshes
import Phantom
import Planning
import Volumes

@testable import Report

/// L1 of a phantom planned, and T9 refused, for it is not there.
enum PhantomReport {
    static let content: ReportContent = {
        do {
            var parameters = PhantomParameters()
            parameters.levels = [.l1]
            parameters.content = .bone
            let phantom = try makePhantom(parameters: parameters, seed: 3)
            let plan = try planSpine(levels: [.t9, .l1], labels: phantom.labels, ct: phantom.ct, threads: 2)
            let image = PlanFile.Image(
                sha256: "scan", studyUID: nil, seriesUID: "1.2.3", frameOfReferenceUID: nil, grid: phantom.labels.geometry)
            return ReportContent(
                plan: PlanFile(plan, image: image), planSHA256: "abc123", tool: "lamina test", pseudonym: nil, studyDate: nil,
                levelBasis: .given(scheme: "lamina"), ct: phantom.ct, labels: phantom.labels, vertebrae: plan.vertebrae,
                meshes: try plan.vertebrae.map { .init(level: $0.level.name, mesh: try surface(of: $0.bone).mesh) },
                viewer: .three(library: "var THREE = {};", controls: "// controls"))
        } catch {
            preconditionFailure("the phantom cannot be planned: \(error)")
        }
    }()

    static let places = LabelPlaces(of: content.labels)

    /// Where in the plan a screw stands.
    static func index(_ level: String, _ side: Side) -> Int { content.plan.screws.firstIndex { $0.level == level && $0.side == side }! }

    static func shaft(_ side: Side) -> Shaft { Shaft(content.plan.screws[index("L1", side)])! }

    static func card(_ level: String, _ side: Side, of content: ReportContent = content) throws -> String {
        let index = index(level, side)
        return try ScrewCard(content.plan.screws[index], at: index, in: content, places: places).markup.html
    }
}

/// A volume of isotropic voxels whose first centre is the origin, filled by a function of the point.
func volume<Voxel>(_ size: SIMD3<Int>, spacing: Double = 1, _ value: (SIMD3<Double>) -> Voxel) throws -> Volume<Voxel, Patient> {
    let grid = try GridGeometry<Patient>(size: size, spacing: SIMD3(repeating: spacing), origin: Point(0, 0, 0))
    var voxels: [Voxel] = []
    for k in 0..<size.z {
        for j in 0..<size.y {
            for i in 0..<size.x { voxels.append(value(grid.point(at: SIMD3(i, j, k)).xyz)) }
        }
    }
    return try Volume(geometry: grid, voxels: voxels)
}
