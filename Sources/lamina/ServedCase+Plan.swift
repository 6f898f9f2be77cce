import CaseFolder
import Digests
import Foundation
import Frames
import Meshes
import Planning
import Protocols
import Streaming

extension ServedCase {
    /// The plan of a verified case, and each planned vertebra and screw as binary glTF in the frame of its vertebra, so that a pose of the stream puts them where they are.
    ///
    /// - Parameter expectedSHA256: of plan.json as it was verified.
    /// - Throws: `MeshError`; `CaseFolderError.inputChanged`; `CommandFailure` for a plan whose frames are none.
    init(of plan: PlanFile, _ expectedSHA256: String, at folder: String) throws {
        guard let planBytes = FileManager.default.contents(atPath: folder + "/plan.json"), sha256(of: planBytes) == expectedSHA256 else {
            throw CaseFolderError.inputChanged(path: folder + "/plan.json")
        }
        var files: [(name: String, mediaType: String, status: String?, bytes: Data)] = [("plan.json", "application/json", nil, planBytes)]
        func add(_ mesh: TriangleMesh<Frames.Vertebra>, _ part: String, in subfolder: String, status: String? = nil) throws {
            let bytes = try meshBytes([NamedMesh(name: part, mesh: mesh.inGLTFAxes)], format: .glb)
            files.append(("\(subfolder)/\(part).glb", "model/gltf-binary", status, bytes))
        }
        for vertebra in plan.vertebrae {
            guard let frame = vertebra.frame else { throw unreadableCase("its frame of \(vertebra.level) is no rigid transform", folder) }
            let bone = try readMesh(at: "\(folder)/meshes/\(vertebra.level).stl")
            try add(bone.transformed(by: frame.inverse), vertebra.level, in: "meshes")
        }
        for screw in plan.screws where screw.status.hasScrew {
            let name = "\(screw.level)_\(screw.side.rawValue)"
            guard let diameter = screw.diameter, let length = screw.length, let vertebraFromScrew = screw.screwFrame else {
                throw unreadableCase("the screw \(name) is not whole", folder)
            }
            let shaft: TriangleMesh<Screw> = screwMesh(diameter: diameter, length: length)
            try add(shaft.transformed(by: vertebraFromScrew), name, in: "screws", status: screw.status.rawValue)
        }
        self.init(files)
    }
}

extension TriangleMesh {
    /// Turned by half about z, so that a glTF reader that negates x, as Unity's do, puts it into the world that pose-stream.md defines for Unity. A rotation:
    /// nothing is mirrored. Files are written from meshes of the patient's frame, which this one only counts as.
    fileprivate var inGLTFAxes: TriangleMesh<Patient> {
        TriangleMesh<Patient>(vertices: vertices.map { SIMD3(-$0.x, -$0.y, $0.z) }, triangles: triangles)
    }
}
