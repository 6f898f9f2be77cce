"""Other people's mesh checkers, each asked only what it can see (SEES), and ways to break a mesh that they must find (BREAKAGES).

No single one is enough: admesh and PrusaSlicer exit with 0 whatever they find and see neither self-intersections nor NaN; pymeshlab sees neither
flipped triangles nor open edges of triangles that meet again.
"""

import re
import subprocess

import numpy as np
import pymeshlab
import trimesh


def output_of(*command):
    # admesh may print bytes that are no text where the header stood.
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def admesh(path, parts):
    """Every count of the "Original" column and of what had to be repaired is 0."""
    text = output_of("admesh", path)
    for name in ("Facets with 1 disconnected edge", "Facets with 2 disconnected edges", "Facets with 3 disconnected edges",
                 "Total disconnected facets", "Degenerate facets", "Edges fixed", "Facets removed", "Facets added", "Facets reversed",
                 "Backwards edges", "Normals fixed"):
        found = re.search(rf"{name}\s*:\s*(\d+)", text)
        assert found and int(found[1]) == 0, f"{path.name}: {name}: {found and found[1]}"
    assert int(re.search(r"Number of parts\s*:\s*(\d+)", text)[1]) == parts, path.name


def prusa_slicer(path, parts):
    """Manifold, in one piece, with a volume and sizes in millimetres."""
    text = output_of("prusa-slicer", "--info", path)
    values = dict(re.findall(r"^(\w+) = +(\S+)$", text, re.MULTILINE))
    assert values["manifold"] == "yes" and int(values["number_of_parts"]) == parts, (path.name, values)
    assert float(values["volume"]) > 0
    sizes = [float(values[f"size_{axis}"]) for axis in "xyz"]
    assert 4 < min(sizes) and max(sizes) < 900, (path.name, sizes)


def trimesh_reader(path, parts):
    """Finite, watertight, turned outward all over, in as many bodies as it should be."""
    mesh = trimesh.load_mesh(path)
    assert np.isfinite(np.asarray(mesh.triangles)).all(), f"{path.name}: not finite"
    assert mesh.is_watertight and mesh.is_winding_consistent and mesh.is_volume, path.name
    assert mesh.volume > 0 and mesh.body_count == parts, (path.name, mesh.volume, mesh.body_count)


def mesh_lab(path, parts):
    """No triangle cuts another; every edge and vertex is manifold."""
    meshes = pymeshlab.MeshSet()
    meshes.load_new_mesh(str(path))
    meshes.compute_selection_by_self_intersections_per_face()
    assert meshes.current_mesh().selected_face_number() == 0, f"{path.name}: {meshes.current_mesh().selected_face_number()} faces intersect"
    measures = meshes.get_topological_measures()
    assert measures["boundary_edges"] == 0 and measures["non_two_manifold_edges"] == 0, (path.name, measures)
    assert measures["non_two_manifold_vertices"] == 0 and measures["connected_components_number"] == parts, (path.name, measures)


def header(path, parts):
    """Binary, millimetres of LPS by its own word, not taken for text, with the size that it states."""
    data = path.read_bytes()
    assert not data.startswith(b"solid") and b"SPACE=LPS" in data[:80] and b"UNIT=mm" in data[:80], (path.name, data[:80])
    assert len(data) == 84 + 50 * int.from_bytes(data[80:84], "little"), path.name


ALL = [admesh, prusa_slicer, trimesh_reader, mesh_lab, header]


def flip(triangles):
    triangles[7] = triangles[7, ::-1]
    return triangles


def hole(triangles):
    return np.delete(triangles, 7, axis=0)


def spike(triangles):
    """One vertex pushed through the middle to beyond the far side."""
    corner = triangles[7, 0].copy()
    at = (triangles == corner).all(axis=2)
    triangles[at] = 2.2 * triangles.reshape(-1, 3).mean(axis=0) - 1.2 * corner
    return triangles


def not_a_number(triangles):
    triangles[7, 1, 2] = np.nan
    return triangles


def inside_out(triangles):
    return triangles[:, ::-1]


def two_bodies(triangles):
    return np.concatenate([triangles, triangles + [500, 0, 0]])


# Each way to break a mesh with the judges that must object. The others may.
BREAKAGES = {
    flip: [admesh, trimesh_reader],
    hole: [admesh, prusa_slicer, trimesh_reader, mesh_lab],
    spike: [mesh_lab],
    not_a_number: [trimesh_reader],
    inside_out: [trimesh_reader],
    two_bodies: [admesh, prusa_slicer, trimesh_reader, mesh_lab],
}


def write_stl(triangles, path, title=b"Lamina mesh; SPACE=LPS; UNIT=mm"):
    """Triangles (n, 3, 3) as they are, without any library's opinion of them."""
    record = np.zeros(len(triangles), np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("extra", "<u2")]))
    record["corners"] = triangles
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    with np.errstate(invalid="ignore"):
        record["normal"] = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    path.write_bytes(title.ljust(80) + len(triangles).to_bytes(4, "little") + record.tobytes())
    return path


def read_stl(path):
    """The triangles of a binary STL, (n, 3, 3), read by hand."""
    record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("extra", "<u2")])
    return np.frombuffer(path.read_bytes(), record, offset=84)["corners"].astype(float)
