import Foundation
import Frames
import TestSupport
import Testing
import Volumes

@testable import Meshes

private func made(_ mask: Volume<Bool, Patient>) throws -> (SolidSurface<Patient>, MeshReport) {
    let field = try signedDistance(of: mask)
    let solid = try surface(of: field)
    return (solid, MeshReport(of: solid, field: field, mask: mask))
}

/// What every mesh must be, whatever the mask: the task's limits.
private func expectPrintable(_ report: MeshReport, genus: Int = 0, _ comment: Comment) {
    #expect(report.isClosedManifold, comment)
    #expect(report.selfIntersections == 0, comment)
    #expect(report.components == 1, comment)
    #expect(report.genus == genus, comment)
    #expect(report.volume > 0, comment)
    #expect(abs(report.volumeChangePercent) < 1, comment)
    #expect(report.meshToMaskP95 < report.halfVoxelDiagonal, comment)
    #expect(report.maskToMeshP95 < report.halfVoxelDiagonal, comment)
}

@Suite struct SurfaceTests {
    static let grids: [SIMD3<Double>] = [SIMD3(1, 1, 1), SIMD3(1, 1, 2), SIMD3(0.7, 0.7, 2.5), SIMD3(1.5, 0.6, 0.6)]

    @Test(arguments: SignedDistanceTests.shapes, grids)
    func analyticShapes(shape: AnalyticShape, spacing: SIMD3<Double>) throws {
        var random = SeededGenerator(seed: 11)
        let leftHanded = spacing.z == 2
        let mask = try random.placed(shape).mask(spacing: spacing, axes: random.axes(leftHanded: leftHanded))
        let (solid, report) = try made(mask)
        expectPrintable(report, "\(shape) at \(spacing)")
        #expect(solid.repairs == SolidRepairs(), "\(shape) at \(spacing)")
    }

    /// White noise, blurred a little by its own blocks: thousands of touching corners, holes and ambiguous cells. The volume is not judged,
    /// the surface's soundness is.
    @Test(arguments: UInt64(1)...6)
    func noiseMakesASoundSurface(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let grid = try GridGeometry<Patient>(
            size: SIMD3(24, 20, 16), spacing: SIMD3(1, 0.8, 1.6), origin: Point(900, -800, 1100),
            axes: random.axes(leftHanded: seed % 2 == 0))
        var mask = Volume<Bool, Patient>(geometry: grid, repeating: false)
        for n in mask.voxels.indices { mask.voxels[n] = Bool.random(using: &random) }
        let (solid, report) = try made(mask)
        #expect(report.isClosedManifold && report.selfIntersections == 0 && report.components == 1, "seed \(seed)")
        #expect(report.triangles > 1000 && report.volume > 0, "seed \(seed)")
        #expect(solid.repairs.droppedPieces + solid.repairs.filledCavities > 0, "seed \(seed)")
    }

    /// A ring keeps its hole: Euler characteristic 0, genus 1, as a vertebra round its canal.
    @Test func ringKeepsItsHole() throws {
        let ring = AnalyticShape(description: "ring", reach: SIMD3(20, 20, 4)) { p in
            let across = (p.x * p.x + p.y * p.y).squareRoot() - 15
            return (across * across + p.z * p.z).squareRoot() - 3
        }
        var random = SeededGenerator(seed: 5)
        let (_, report) = try made(random.placed(ring).mask(spacing: SIMD3(1, 1, 2), axes: random.axes()))
        expectPrintable(report, genus: 1, "ring")
        #expect(report.eulerCharacteristic == 0)
    }

    /// Blades one and two voxels thick, in the mask's own axes and oblique: a lamina or a transverse process must not be lost or break up.
    @Test(arguments: [1.2, 1.6, 2.2], [false, true])
    func thinPartsSurvive(thickness: Double, isOblique: Bool) throws {
        for seed in UInt64(3)...5 {
            let mask = try bladeOnABlock(thickness: thickness, isOblique: isOblique, seed: seed)
            let (solid, report) = try made(mask)
            let comment: Comment = "\(thickness) mm, seed \(seed)"
            #expect(report.isClosedManifold && report.selfIntersections == 0, comment)
            #expect(abs(report.volumeChangePercent) < 1, comment)
            // Nothing drops off, and the blade's far edge is still there.
            #expect(solid.repairs == SolidRepairs(), comment)
            #expect(report.maskToMeshMax < report.halfVoxelDiagonal, comment)
            // A mask of an oblique blade hardly over a voxel thick has holes of its own: seed 3's voxels hang together by edges and corners in
            // 28 places. Eight of these are holes in the mesh.
            #expect(report.genus <= (thickness == 1.2 && isOblique ? 8 : 0), comment)
        }
    }

    /// A blade 30 mm long and 12 mm wide that grows out of a block, as thick as given.
    private func bladeOnABlock(thickness: Double, isOblique: Bool, seed: UInt64) throws -> Volume<Bool, Patient> {
        let plate = AnalyticShape(description: "blade on a block", reach: SIMD3(24, 10, 8)) { p in
            let block = pointwiseMax(p - SIMD3(-14, 0, 0), SIMD3(-14, 0, 0) - p) - SIMD3(9, 9, 7)
            let blade = pointwiseMax(p - SIMD3(8, 0, 0), SIMD3(8, 0, 0) - p) - SIMD3(15, 6, thickness / 2)
            return min(block.max(), blade.max())
        }
        var random = SeededGenerator(seed: seed)
        let axes = random.axes()
        let placed =
            isOblique
            ? random.placed(plate)
            : PlacedShape(
                shape: plate,
                patientFromShape: RigidTransform(asserting: Rotation(columns: axes.0, axes.1, axes.2), origin: Point(0.2, 0.3, 0.1)))
        return try placed.mask(spacing: SIMD3(repeating: 1), axes: axes)
    }

    @Test func piecesAndHollowsAreReported() throws {
        let grid = try GridGeometry<Patient>(size: SIMD3(40, 30, 30), spacing: SIMD3(repeating: 1), origin: Point(0, 0, 0))
        var mask = Volume<Bool, Patient>(geometry: grid, repeating: false)
        for k in 5..<25 { for j in 5..<25 { for i in 5..<25 { mask[i, j, k] = true } } }
        for k in 12..<16 { for j in 12..<16 { for i in 12..<16 { mask[i, j, k] = false } } }
        for k in 10..<14 { for j in 10..<14 { for i in 32..<36 { mask[i, j, k] = true } } }
        let (solid, report) = try made(mask)
        #expect(solid.repairs.droppedPieces == 1 && solid.repairs.filledCavities == 1)
        // 64 voxels each, whose corners the smoothing rounds.
        #expect(abs(solid.repairs.droppedVolume - 64) < 24 && abs(solid.repairs.filledVolume - 64) < 24)
        #expect(report.components == 1 && report.genus == 0 && abs(report.volumeChangePercent) < 1)
    }

    /// A mask cut by the volume's edge closes there.
    @Test func maskAtTheVolumesEdgeCloses() throws {
        let grid = try GridGeometry<Patient>(size: SIMD3(12, 12, 12), spacing: SIMD3(repeating: 1), origin: Point(0, 0, 0))
        let (_, report) = try made(Volume(geometry: grid, repeating: true))
        expectPrintable(report, "full grid")
    }

    @Test func emptyMaskIsRefused() throws {
        let grid = try GridGeometry<Patient>(size: SIMD3(4, 4, 4), spacing: SIMD3(repeating: 1), origin: Point(0, 0, 0))
        #expect(throws: MeshError.emptyMask) { try signedDistance(of: Volume<Bool, Patient>(geometry: grid, repeating: false)) }
    }

    /// Two overlapping balls, each voxel given to the nearer: the masks meet in a disc of 9 mm radius. Each is cut out by itself, as vertebrae are.
    private func touchingBalls() throws -> [Volume<Bool, Patient>] {
        let grid = try GridGeometry<Patient>(size: SIMD3(70, 40, 40), spacing: SIMD3(repeating: 1), origin: Point(3.3, -2.7, 0.45))
        var (left, right) = (
            Volume<Bool, Patient>(geometry: grid, repeating: false), Volume<Bool, Patient>(geometry: grid, repeating: false)
        )
        for k in 0..<40 {
            for j in 0..<40 {
                for i in 0..<70 {
                    let p = SIMD3(Double(i), Double(j), Double(k))
                    let (a, b) = ((p - SIMD3(22, 20, 20)).length, (p - SIMD3(46, 20, 20)).length)
                    left[i, j, k] = a < 15 && a <= b
                    right[i, j, k] = b < 15 && b < a
                }
            }
        }
        return [
            try left.cropped(from: SIMD3(2, 1, 3), to: SIMD3(40, 40, 39)), try right.cropped(from: SIMD3(29, 3, 2), to: SIMD3(67, 38, 40)),
        ]
    }

    private func contacts(_ meshes: [TriangleMesh<Patient>]) -> Int { TriangleMesh.joined(meshes).selfIntersectingTriangles().count }

    /// Meshes of masks that touch stay apart, and lose only what the clearance takes.
    @Test func neighboursAreSeparated() throws {
        let fields = try touchingBalls().map { try signedDistance(of: $0) }
        let apart = try separated(fields, clearance: 0.3).map { try surface(of: $0).mesh }
        let touching = try fields.map { try surface(of: $0).mesh }
        #expect(contacts(touching) > 0, "the test needs meshes that meet")
        #expect(contacts(apart) == 0)
        for (a, b) in zip(apart, touching) {
            // The disc where they meet has 254 mm²: that times half the clearance, and as much again for where they nearly meet.
            #expect(b.volume - a.volume > 10 && b.volume - a.volume < 80)
        }
    }

    /// The promise that needs no luck: before edges are collapsed, meshes are apart by any clearance that is allowed.
    @Test(arguments: [0.1, 0.071])
    func neighboursAreApartByConstruction(clearance: Double) throws {
        let apart = try separated(touchingBalls().map { try signedDistance(of: $0) }, clearance: clearance)
        let meshes = try apart.map { TriangleMesh<Patient>(try uncollapsedSurface(of: $0).mesh) }
        #expect(contacts(meshes) == 0)
    }

    /// Surfaces that meet, here because they were made before the fields were separated, are made again.
    @Test func contactsAreMended() throws {
        let fields = try touchingBalls().map { try signedDistance(of: $0) }
        let made = try fields.map { try surface(of: $0) }
        #expect(contacts(made.map(\.mesh)) > 0, "the test needs meshes that meet")
        let mended = try withoutContacts(made, of: separated(fields, clearance: 0.1))
        #expect(contacts(mended.map(\.mesh)) == 0)
        for (a, b) in zip(made, mended) {
            #expect(b.mesh.topology.isClosedManifold && abs(b.mesh.volume / a.mesh.volume - 1) < 0.01)
            // Still collapsed where there was no contact.
            #expect(b.mesh.triangles.count < 2 * a.mesh.triangles.count)
        }
    }

    /// Fields whose nodes lie elsewhere cannot be compared node by node.
    @Test func fieldsOfDifferentLatticesAreRefused() throws {
        let masks = try touchingBalls()
        var finer = SurfaceParameters()
        finer.gridSpacing = 0.65
        let fields = [try signedDistance(of: masks[0]), try signedDistance(of: masks[1], parameters: finer)]
        #expect(throws: MeshError.gridsDiffer) { try separated(fields, clearance: 0.1) }
        #expect(throws: MeshError.badParameter(name: "clearance", value: 0.05, allowed: "0.07 mm or more on this grid")) {
            try separated([fields[0]], clearance: 0.05)
        }
    }
}

@Suite struct SurfaceOfRevolutionTests {
    @Test func screwIsASoundSolidOfTheRightSize() {
        let mesh: TriangleMesh<Screw> = screwMesh(diameter: 6.5, length: 45)
        #expect(mesh.topology.isClosedManifold && mesh.topology.components == 1 && mesh.topology.genus == 0)
        #expect(mesh.selfIntersectingTriangles().isEmpty)
        #expect(mesh.bounds!.upper.z == 45 && mesh.bounds!.lower.z == -14)
        let shaft = mesh.vertices.filter { $0.z > 0.1 }.map { ($0.x * $0.x + $0.y * $0.y).squareRoot() }.max()!
        #expect(abs(shaft - 3.25) < 1e-9)
    }

    @Test func capsuleHasItsVolume() {
        let mesh: TriangleMesh<Screw> = capsuleMesh(diameter: 6, length: 30, segments: 96)
        let exact = Double.pi * 9 * 24 + 4 / 3 * Double.pi * 27
        #expect(mesh.topology.isClosedManifold)
        // A polygon of 96 sides has 0.07 % less area than its circle; the round ends, of eight rings, lose 0.5 % of theirs.
        #expect(abs(mesh.volume / exact - 1) < 0.004)
    }
}
