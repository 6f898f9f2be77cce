import Frames
import Meshes

/// A named part of a scene: a mesh in a frame of its own, and where that frame stands in the one above it.
///
/// Frames are typed where a node is made; here they are names, as in the file.
struct SceneNode: Sendable {
    let name: String
    /// Triangles in the node's own frame, mm; nil for a node that only groups.
    let surface: Surface?
    /// Where the node's frame stands in its parent's: a unit quaternion x, y, z, w, and mm.
    let rotation: SIMD4<Double>
    let translation: SIMD3<Double>
    /// What else a reader is told of it.
    let extras: [String: String]
    var children: [SceneNode] = []

    struct Surface: Sendable {
        let vertices: [SIMD3<Double>]
        let triangles: [SIMD3<UInt32>]
        let appearance: Appearance
    }

    init<Parent, Own>(
        _ name: String, mesh: TriangleMesh<Own>? = nil, appearance: Appearance = .bone, extras: [String: String] = [:],
        parentFromNode: RigidTransform<Parent, Own>,
        children: [SceneNode] = []
    ) {
        self.name = name
        surface = mesh.map { Surface(vertices: $0.vertices, triangles: $0.triangles, appearance: appearance) }
        rotation = parentFromNode.rotation.quaternion
        translation = parentFromNode.translation.xyz
        (self.extras, self.children) = (extras, children)
    }
}
