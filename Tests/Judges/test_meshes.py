"""Meshes are what a print lab may print: sound in the eyes of four programs, in the right place, as far from the label as the manifest says."""

import json
import subprocess

import nibabel as nib
import numpy as np
import pymeshlab
import pytest
import trimesh
from scipy.spatial import cKDTree

import mesh_judges
from conftest import run_lamina

IDS = {f"T{n}": 7 + n for n in range(1, 13)} | {f"L{n}": 19 + n for n in range(1, 6)}


@pytest.fixture(scope="module", params=["phantom", "sample"])
def case(request):
    return request.getfixturevalue(f"{request.param}_case")


def vertebrae(case):
    return sorted(path for path in (case / "meshes").glob("*.stl") if path.stem != "spine")


@pytest.mark.parametrize("judge", mesh_judges.ALL, ids=lambda judge: judge.__name__)
def test_every_mesh_is_sound(case, judge):
    bones, screws = vertebrae(case), sorted((case / "screws").glob("*.stl"))
    assert bones and screws
    for path in bones + screws:
        judge(path, parts=1)
    judge(case / "meshes" / "spine.stl", parts=len(bones))


@pytest.fixture(scope="module")
def sound_triangles(phantom_case):
    return mesh_judges.read_stl(phantom_case / "meshes" / "L1.stl")


@pytest.mark.parametrize("breakage", mesh_judges.BREAKAGES, ids=lambda breakage: breakage.__name__)
def test_judges_find_what_is_broken(sound_triangles, breakage, tmp_path):
    sound = mesh_judges.write_stl(sound_triangles, tmp_path / "sound.stl")
    broken = mesh_judges.write_stl(breakage(sound_triangles.copy()), tmp_path / "broken.stl")
    for judge in mesh_judges.BREAKAGES[breakage]:
        judge(sound, parts=1)
        with pytest.raises(AssertionError):
            judge(broken, parts=1)


def test_header_judge_finds_a_wrong_header(sound_triangles, tmp_path):
    for title in (b"solid mesh; SPACE=LPS; UNIT=mm", b"mesh; SPACE=RAS; UNIT=mm", b"mesh; SPACE=LPS"):
        with pytest.raises(AssertionError):
            mesh_judges.header(mesh_judges.write_stl(sound_triangles, tmp_path / "wrong.stl", title), parts=1)


def test_neighbours_that_touch_are_found(phantom_case, tmp_path):
    """The spine's judge sees one vertebra pushed into the next."""
    first, second = (mesh_judges.read_stl(path) for path in vertebrae(phantom_case)[:2])
    pushed = np.concatenate([first, second - second.mean(axis=(0, 1)) + first.mean(axis=(0, 1)) + [0, 0, 15]])
    with pytest.raises(AssertionError, match="intersect"):
        mesh_judges.mesh_lab(mesh_judges.write_stl(pushed, tmp_path / "spine.stl"), parts=2)


def test_a_slicer_makes_layers_of_it(phantom_case, tmp_path):
    """Coarse layers and no infill: it is the closing of contours that is asked about."""
    mesh, gcode = phantom_case / "meshes" / "L1.stl", tmp_path / "L1.gcode"
    options = ["--nozzle-diameter", "0.6", "--layer-height", "0.5", "--first-layer-height", "0.5", "--fill-density", "0"]
    done = subprocess.run(["prusa-slicer", "--export-gcode", *options, "-o", gcode, mesh], capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "print warning" not in said and "No layers" not in said, said
    heights = [float(line[3:]) for line in gcode.read_text().splitlines() if line.startswith(";Z:")]
    assert max(heights) == pytest.approx(np.ptp(mesh_judges.read_stl(mesh)[..., 2]), abs=0.6)


# The manifest's figures


def label_map(case):
    """The label ids [i, j, k] and the LPS point of an index, by nibabel, whose affine is RAS."""
    image = nib.load(case / "labels.nii.gz")
    return np.asanyarray(image.dataobj), np.diag([-1, -1, 1, 1]) @ image.affine


def border_points(mask, affine, steps=5):
    """Points spread evenly over the rectangles between set and unset voxels, and the area that each stands for."""
    spread = (np.arange(steps) + 0.5) / steps - 0.5
    points, areas = [], []
    for axis in range(3):
        index = np.argwhere(np.diff(mask.astype(np.int8), axis=axis) != 0).astype(float)
        index[:, axis] += 0.5
        others = [a for a in range(3) if a != axis]
        offsets = np.zeros((steps * steps, 3))
        offsets[:, others] = np.stack(np.meshgrid(spread, spread), -1).reshape(-1, 2)
        here = (index[:, None] + offsets).reshape(-1, 3)
        points.append(here @ affine[:3, :3].T + affine[:3, 3])
        sides = np.linalg.norm(affine[:3, others], axis=0)
        areas.append(np.full(len(here), sides.prod() / steps**2))
    return np.concatenate(points), np.concatenate(areas)


def weighted_p95(values, weights):
    order = np.argsort(values)
    return values[order][np.searchsorted(np.cumsum(weights[order]), 0.95 * weights.sum())]


def test_manifest_tells_the_truth(case):
    """Volume, area, bounds and distances, measured again from the files by code that shares nothing with lamina.

    0.05 mm between the figures: both sample, and the border's points lie up to 0.2 mm from one another.
    """
    ids, affine = label_map(case)
    stated = json.loads((case / "manifest.json").read_text())["measurements"]["meshes"]
    assert set(stated) == {path.stem for path in vertebrae(case)}
    for path in vertebrae(case):
        says, mesh = stated[path.stem], trimesh.load_mesh(path)
        assert says["triangles"] == len(mesh.faces) and says["vertices"] == len(mesh.vertices)
        assert says["volume_mm3"] == pytest.approx(mesh.volume, rel=1e-4) and says["area_mm2"] == pytest.approx(mesh.area, rel=1e-4)
        assert np.allclose([says["lower_mm"], says["upper_mm"]], mesh.bounds, atol=1e-3)
        assert says["euler_characteristic"] == mesh.euler_number

        mask = np.pad(ids == IDS[path.stem], 1)
        shifted = affine @ [[1, 0, 0, -1], [0, 1, 0, -1], [0, 0, 1, -1], [0, 0, 0, 1]]
        voxels = mask.sum() * abs(np.linalg.det(affine[:3, :3]))
        repaired = says["repairs"]["filled_volume_mm3"] - says["repairs"]["dropped_volume_mm3"]
        assert says["mask_volume_mm3"] == pytest.approx(voxels + repaired, rel=1e-3)
        assert abs(mesh.volume / voxels - 1) < 0.01, path.stem
        assert says["volume_change_percent"] == pytest.approx(100 * (mesh.volume / says["mask_volume_mm3"] - 1), abs=0.01)

        limit = np.linalg.norm(affine[:3, :3]) / 2
        assert says["half_voxel_diagonal_mm"] == pytest.approx(limit, abs=1e-3)
        border, areas = border_points(mask, shifted)
        centres, centre_areas = border_points(mask, shifted, steps=1)
        on_mesh = mesh.sample(100_000, seed=1)
        to_mask = np.percentile(cKDTree(border).query(on_mesh[:20_000])[0], 95)
        mesh_tree = cKDTree(on_mesh)
        to_mesh = weighted_p95(mesh_tree.query(centres)[0], centre_areas)
        # Corners of voxels stick out farther than the centres of their faces, by which the manifest goes; they keep the limit too.
        to_mesh_from_all = weighted_p95(mesh_tree.query(border[::7])[0], areas[::7])
        assert max(to_mask, to_mesh, to_mesh_from_all) < limit, (path.stem, to_mask, to_mesh_from_all)
        assert says["mesh_to_mask_p95_mm"] == pytest.approx(to_mask, abs=0.05)
        assert says["mask_to_mesh_p95_mm"] == pytest.approx(to_mesh, abs=0.05)


# Left stays left, in every format


def read_by_trimesh(path):
    mesh = trimesh.load_mesh(path)
    return np.asarray(mesh.vertices), np.asarray(mesh.vertex_normals)


def read_by_mesh_lab(path):
    meshes = pymeshlab.MeshSet()
    meshes.load_new_mesh(str(path))
    meshes.meshing_merge_close_vertices(threshold=pymeshlab.PureValue(1e-7))
    meshes.compute_normal_per_vertex()
    mesh = meshes.current_mesh()
    normals = mesh.vertex_normal_matrix()
    return mesh.vertex_matrix(), normals / np.linalg.norm(normals, axis=1, keepdims=True)


@pytest.fixture(scope="module", params=["stl", "ply", "obj", "glb"])
def written(request, phantom_case, tmp_path_factory):
    folder = tmp_path_factory.mktemp("meshes") / request.param
    run = run_lamina("mesh", phantom_case, "-o", folder, "--levels", "T12", "--format", request.param)
    assert run.returncode == 0, run.stderr
    return folder / f"T12.{request.param}"


@pytest.mark.parametrize("read", [read_by_trimesh, read_by_mesh_lab])
def test_left_stays_left(phantom, phantom_case, written, read):
    """Just under the surface lies T12 in the label map, and nowhere else so; the long transverse process is the left one, as drawn."""
    vertices, normals = read(written)
    vertices = vertices * (1000 if written.suffix == ".glb" else 1)  # glTF is in metres
    ids, affine = label_map(phantom_case)

    def share_in_bone(points):
        index = np.rint((points - affine[:3, 3]) @ np.linalg.inv(affine[:3, :3]).T).astype(int)
        inside = np.all((index >= 0) & (index < ids.shape), axis=1)
        return np.mean(inside & (ids[tuple(np.clip(index, 0, np.array(ids.shape) - 1).T)] == IDS["T12"]))

    # A voxel of 1 mm deep.
    under, over = vertices - normals, vertices + normals
    assert share_in_bone(under) > 0.97 and share_in_bone(over) < 0.03
    for axis in (0, 1):
        mirrored = under.copy()
        mirrored[:, axis] = vertices[:, axis].min() + vertices[:, axis].max() - mirrored[:, axis]
        assert share_in_bone(mirrored) < 0.9

    truth = next(v for v in json.loads((phantom / "truth.json").read_text())["vertebrae"] if v["level"] == "T12")
    frame = np.reshape(truth["patient_from_vertebra"], (4, 4))
    across = (vertices - frame[:3, 3]) @ frame[:3, 0]
    tips = truth["transverse_process_tips"]
    left, right = ((np.array(tips[f"{side}_lps_mm"]) - frame[:3, 3]) @ frame[:3, 0] for side in ("left", "right"))
    # The mask rounds tips off by up to a voxel.
    assert across.max() == pytest.approx(left, abs=1.2) and across.min() == pytest.approx(right, abs=1.2)
    assert across.max() > -across.min() + 1


def test_files_say_their_space(phantom_case, written):
    start = written.read_bytes()[:400]
    if written.suffix != ".glb":
        assert b"SPACE=LPS" in start and b"UNIT=mm" in start
    else:
        assert start.startswith(b"glTF\x02")


def test_mesh_of_a_case_is_the_cases_own_mesh(phantom_case, written):
    """`lamina mesh CASE` gives the shape that `lamina plan` wrote, but for neighbours left out."""
    if written.suffix == ".stl":
        ours, planned = trimesh.load_mesh(written), trimesh.load_mesh(phantom_case / "meshes" / "T12.stl")
        assert ours.volume == pytest.approx(planned.volume, rel=2e-3) and np.allclose(ours.bounds, planned.bounds, atol=0.3)
