import Foundation
import Frames
import Meshes
import Volumes

/// Writes the whole case as a scene of 3D Slicer (.mrb): the CT, its labels, the bones, and each screw as a model and as a line that can be moved.
///
/// The same case gives the same bytes.
/// - Throws: `ExchangeError`, `MeshError`.
public func writeSlicerScene(_ exported: ExportedCase, ct: CTVolume, labels: LabelVolume, to path: String) throws {
    let archive = try ZipArchive(creating: path)
    func add(_ name: String, _ bytes: Data) throws { try archive.add("lamina/\(name)", bytes) }
    func addVolume<Voxel>(_ name: String, _ volume: Volume<Voxel, Patient>, header: Data) throws {
        let count = header.count + volume.voxels.count * MemoryLayout<Voxel>.stride
        try archive.add("lamina/Data/\(name)", byteCount: count) { write in
            try header.withUnsafeBytes(write)
            try volume.voxels.withUnsafeBytes(write)
        }
    }
    var scene = MRMLScene(caption: exported.caption)
    scene.addVolume()
    try addVolume("CT.nrrd", ct, header: nrrdHeader(ct.geometry, type: "short"))
    scene.addSegmentation()
    try addVolume("Vertebrae.seg.nrrd", labels, header: nrrdHeader(labels.geometry, type: "uchar", fields: slicerSegmentFields(labels)))
    for vertebra in exported.vertebrae {
        scene.addModel(vertebra.name, .bone, description: exported.caption)
        try add("Data/\(vertebra.name).stl", stlBytes(vertebra.name, vertebra.mesh))
    }
    for screw in exported.screws {
        scene.addModel(screw.name, screw.appearance, description: screw.size)
        scene.addLine(screw)
        try add("Data/\(screw.name).stl", stlBytes(screw.name, screw.mesh))
        try add("Data/\(screw.name).mrk.json", slicerLine(screw))
    }
    try add("lamina.mrml", Data(scene.xml.utf8))
    try archive.finish()
}

func stlBytes(_ name: String, _ mesh: TriangleMesh<Patient>) throws -> Data {
    try meshBytes([NamedMesh(name: name, mesh: mesh)], format: .stl)
}
