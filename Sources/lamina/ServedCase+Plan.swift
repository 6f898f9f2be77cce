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
    /// - Throws: `MeshError`; `CaseFolderError.inputChanged`.
    init(of plan: PlanFile, _ expectedSHA256: String, at folder: String) throws {
        guard let planBytes = FileManager.default.contents(atPath: folder + "/plan.json"), sha256(of: planBytes) == expectedSHA256 else {
            throw CaseFolderError.inputChanged(path: folder + "/plan.json")
        }
        var files = [(name: "plan.json", mediaType: "application/json", bytes: planBytes)]
        func add(_ mesh: TriangleMesh<Frames.Vertebra>, _ part: String, to name: String) throws {
            let bytes = try meshBytes([NamedMesh(name: part, mesh: mesh.inGLTFAxes)], format: .glb)
            files.append((name, "model/gltf-binary", bytes))
        }
        for vertebra in plan.vertebrae {
            guard let vertebraFromPatient = vertebraFromPatient(vertebra.patientFromVertebra) else { continue }
            let bone = try readMesh(at: "\(folder)/meshes/\(vertebra.level).stl")
            try add(bone.transformed(by: vertebraFromPatient), vertebra.level, to: "meshes/\(vertebra.level).glb")
        }
        for screw in plan.screws {
            guard let diameter = screw.diameter, let length = screw.length,
                let vertebraFromScrew = screw.vertebraFromScrew.flatMap({ RigidTransform<Frames.Vertebra, Screw>(rowMajor4x4: $0) })
            else { continue }
            let name = "\(screw.level)_\(screw.side.rawValue)"
            let shaft: TriangleMesh<Screw> = screwMesh(diameter: diameter, length: length)
            try add(shaft.transformed(by: vertebraFromScrew), name, to: "screws/\(name).glb")
        }
        self.init(files)
    }
}

private func vertebraFromPatient(_ patientFromVertebra: [Double]) -> RigidTransform<Frames.Vertebra, Patient>? {
    RigidTransform<Patient, Frames.Vertebra>(rowMajor4x4: patientFromVertebra)?.inverse
}

extension TriangleMesh {
    /// Turned by half about z, so that a glTF reader that negates x, as Unity's do, puts it into the world that pose-stream.md defines for Unity. A rotation:
    /// nothing is mirrored. Files are written from meshes of the patient's frame, which this one only counts as.
    fileprivate var inGLTFAxes: TriangleMesh<Patient> {
        TriangleMesh<Patient>(vertices: vertices.map { SIMD3(-$0.x, -$0.y, $0.z) }, triangles: triangles)
    }
}
