"""`lamina export --format glb`, read by trimesh and pygltflib: names, metres, y up, and left stays left."""

import hashlib
import json
import shutil

import numpy as np
import pygltflib
import pytest
import trimesh
from scipy.spatial import cKDTree

import exports
from conftest import run_lamina


@pytest.fixture(scope="module")
def scene(exported):
    return trimesh.load(exported("glb"), force="scene")


def lps_points(scene, name):
    """A node's vertices as the world has them, y up in metres, turned back by hand: x left, y head, z front."""
    transform, geometry = scene.graph[name]
    world = trimesh.transform_points(scene.geometry[geometry].vertices, transform)
    return 1000 * np.stack([world[:, 0], -world[:, 2], world[:, 1]], axis=1)


def test_bone_and_screws_are_where_the_patient_has_them(scene, patient):
    assert patient.screws and set(scene.graph.nodes_geometry) == {"L1", *patient.screws}
    patient.check_bone(lps_points(scene, "L1"))
    for name in patient.screws:
        patient.check_screw(name, lps_points(scene, name))


def test_the_checks_see_a_mirror(scene, patient):
    points, middle = lps_points(scene, "L1"), np.median(patient.levels[20][:, 0])
    with pytest.raises(AssertionError):
        patient.check_bone([2 * middle, 0, 0] + points * [-1, 1, 1])
    for name in patient.screws:
        with pytest.raises(AssertionError):
            patient.check_screw(name, [2 * middle, 0, 0] + lps_points(scene, name) * [-1, 1, 1])


def test_same_surface_as_the_cases_own(scene, patient):
    for name, path in {"L1": "meshes/L1.stl", **{name: f"screws/{name}.stl" for name in patient.screws}}.items():
        own = trimesh.load(patient.case / path)
        distances, _ = cKDTree(own.vertices).query(lps_points(scene, name))
        # Single precision, twice.
        assert distances.max() < 1e-3
        transform, geometry = scene.graph[name]
        mesh = scene.geometry[geometry]
        # Not mirrored: outward still is.
        assert mesh.is_watertight and np.linalg.det(transform[:3, :3]) == pytest.approx(1)
        assert mesh.volume * 1e9 == pytest.approx(own.volume, rel=1e-4) and mesh.volume > 0


def test_a_moved_vertebra_takes_its_screws_along(scene, patient):
    moved, name = scene.copy(), next(iter(patient.screws))
    before = lps_points(moved, name)
    pose = moved.graph.transforms.edge_data["spine_LPS", "L1"]["matrix"].copy()
    pose[:3, 3] += [0.01, 0, 0]
    moved.graph.update(frame_to="L1", frame_from="spine_LPS", matrix=pose)
    assert np.allclose(lps_points(moved, name) - before, [10, 0, 0], atol=1e-6)
    # The node's frame is the plan's.
    frame = np.reshape(patient.plan["vertebrae"][0]["patient_from_vertebra"], (4, 4))
    own = scene.graph.transforms.edge_data["spine_LPS", "L1"]["matrix"]
    assert np.allclose(own[:3, :3], frame[:3, :3], atol=1e-6) and np.allclose(1000 * own[:3, 3], frame[:3, 3], atol=1e-4)


def test_document_says_what_it_is(exported, patient):
    document = pygltflib.GLTF2().load(str(exported("glb")))
    assert document.asset.version == "2.0" and document.asset.generator.startswith("lamina ")
    assert document.asset.extras["plan_sha256"] == hashlib.sha256((patient.case / "plan.json").read_bytes()).hexdigest()
    assert "not a medical device" in document.asset.extras["notice"] and document.asset.extras["approval"] == "not_approved"
    refused = [f"{s['level']}_{s['side']}" for s in patient.plan["screws"] if s["status"] == "refused"]
    assert document.asset.extras["refused"] == refused
    root = document.nodes[document.scenes[0].nodes[0]]
    assert root.name == "spine_LPS" and root.mesh is None and np.allclose(root.rotation, [-np.sqrt(0.5), 0, 0, np.sqrt(0.5)])
    colours = {node.name: document.materials[document.meshes[node.mesh].primitives[0].material].name for node in document.nodes if node.mesh is not None}
    assert colours == {"L1": "bone", **{name: f"{name.split('_')[1]} screw" for name in patient.screws}}
    assert len(document.binary_blob()) == document.buffers[0].byteLength
    for accessor in document.accessors:
        view = document.bufferViews[accessor.bufferView]
        assert view.byteOffset % 4 == 0 and view.byteOffset + view.byteLength <= document.buffers[0].byteLength
        if accessor.max:
            values = np.frombuffer(document.binary_blob(), "<f4", 3 * accessor.count, view.byteOffset).reshape(-1, 3)
            assert np.array_equal(values.min(axis=0), np.float32(accessor.min)) and np.array_equal(values.max(axis=0), np.float32(accessor.max))


def test_approval_goes_along_and_a_void_one_is_refused(patient, tmp_path):
    case, keys = tmp_path / "case", tmp_path / "keys"
    shutil.copytree(patient.case, case)
    assert run_lamina("keys", keys, "--signing", "surgeon").returncode == 0
    assert run_lamina("approve", case, "--by", "Zqsecret Approver", "--key", keys / "surgeon.pem").returncode == 0

    def export(name, *flags):
        done = run_lamina("export", case, "--format", "glb", "-o", tmp_path / name, *flags)
        return done, pygltflib.GLTF2().load(str(tmp_path / name)) if done.returncode == 0 else None

    signed, document = export("signed.glb", "--deidentify", "--require-approval")
    assert document.asset.extras["approval"] == "approved" and exports.secrets_in(tmp_path / "signed.glb") == []
    assert run_lamina("adjust", case, "--screw", "L1:left", "--remove").returncode == 0
    moved = run_lamina("adjust", case, "--screw", "L1:right", "--entry-offset-mm", "0,0,1", "--accept-risk", "a test")
    assert moved.returncode == 0, moved.stderr
    refused, _ = export("void.glb")
    assert refused.returncode == 7 and "approval_void" in refused.stderr and not (tmp_path / "void.glb").exists()
    allowed, document = export("void.glb", "--allow-void-approval")
    assert document.asset.extras["approval"] == "void" and "L1_left" not in [node.name for node in document.nodes]
    assert document.asset.extras["removed"] == ["L1_left"]
    # A screw that a person placed is a screw, and looks like no other.
    (placed,) = [node for node in document.nodes if node.name == "L1_right"]
    status = next(s["status"] for s in json.loads((case / "plan.json").read_text())["screws"] if s["side"] == "right")
    assert placed.extras["status"] == status and status in ("adjusted", "risk_accepted")
    material = document.materials[document.meshes[placed.mesh].primitives[0].material].name
    assert material == ("screw that breaks a rule" if status == "risk_accepted" else "right screw")
