"""`lamina track` on radiographs of a phantom that are drawn here, by small steps along each ray with scipy: no code is shared with lamina's projector."""

import hashlib
import json
import shutil
import subprocess

import jsonschema
import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from scipy.ndimage import map_coordinates
from scipy.spatial.transform import Rotation

import burned_text
from conftest import PROGRAM, SPECIFICATION, run_lamina

COLUMNS, ROWS, SPACING, DISTANCE, ISOCENTRE = 160, 160, 1.6, 1020.0, 700.0
# Directions of columns and rows in the room, whose axes are the patient's left, back and head: from the front, and from the right.
VIEWS = {"AP": ([1, 0, 0], [0, 0, -1]), "LAT": ([0, -1, 0], [0, 0, -1])}
START_DEGREES, START_MM = 2.0, 3.0


def carm_from_room(view):
    columns, rows = np.array(VIEWS[view], float)
    axis = np.cross(columns, rows)
    matrix = np.eye(4)
    matrix[:3, :3] = [columns, rows, axis]
    matrix[2, 3] = ISOCENTRE
    return matrix


def radiograph(ct, affine_lps, room_from_patient, view, step=1.0):
    """Shares of the X-rays that pass, rows x columns."""
    room_from_carm = np.linalg.inv(carm_from_room(view))
    index_from_carm = np.linalg.inv(affine_lps) @ np.linalg.inv(room_from_patient) @ room_from_carm
    u, v = np.meshgrid((np.arange(COLUMNS) - (COLUMNS - 1) / 2) * SPACING, (np.arange(ROWS) - (ROWS - 1) / 2) * SPACING)
    ends = np.stack([u, v, np.full_like(u, DISTANCE)])
    length = np.linalg.norm(ends, axis=0)
    total = np.zeros_like(u)
    for share in np.arange(ISOCENTRE - 220, ISOCENTRE + 220, step) / DISTANCE:
        index = np.tensordot(index_from_carm[:3, :3], ends * share, 1) + index_from_carm[:3, 3, None, None]
        total += map_coordinates(ct, index, order=1, mode="constant", cval=0) * length * step / DISTANCE
    return np.exp(-total)


def rigid(degrees, shift):
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(np.radians(degrees)).as_matrix()
    matrix[:3, 3] = shift
    return matrix


@pytest.fixture(scope="module")
def scene(phantom, phantom_case, tmp_path_factory):
    """Three moments of the phantom in two views, the patient moved a little from one to the next; with the true places."""
    image = nib.load(phantom / "ct.nii.gz")
    attenuation = np.maximum(0, 0.02 * (1 + np.asarray(image.dataobj, np.float32) / 1000))
    affine = np.diag([-1, -1, 1, 1]) @ image.affine
    plan = json.loads((phantom_case / "plan.json").read_text())
    middle = np.mean([np.reshape(v["patient_from_vertebra"], (4, 4))[:3, 3] for v in plan["vertebrae"]], 0)
    truth = [rigid([0.5 * n, -0.4 * n, 0.3 * n], [1.0 * n, 0.5 * n, -0.8 * n]) @ rigid([0, 0, 0], -middle) for n in range(3)]
    frames = {view: np.stack([radiograph(attenuation, affine, place, view) for place in truth]) for view in VIEWS}
    return {"frames": frames, "truth": truth, "plan": plan, "case": phantom_case}


def write_frames(folder, frames, start, **changes):
    """geometry.json, one MHA a view and initial.json."""
    folder.mkdir(parents=True)
    views = []
    for view, images in frames.items():
        sitk.WriteImage(sitk.GetImageFromArray(images.astype(np.float32)), str(folder / f"{view}.mha"))
        views.append({
            "name": view, "size_px": [COLUMNS, ROWS], "pixel_spacing_mm": [SPACING, SPACING], "source_detector_mm": DISTANCE,
            "principal_point_px": [(COLUMNS - 1) / 2, (ROWS - 1) / 2], "carm_from_room": carm_from_room(view).ravel().tolist(),
            "values": "intensity", "air_value": 1.0,
            "frames": [{"file": f"{view}.mha", "index": n, "time_s": n / 15} for n in range(len(images))],
        } | changes)
    (folder / "geometry.json").write_text(json.dumps({"schema": "lamina.geometry", "schema_version": "1.0.0", "views": views}))
    (folder / "initial.json").write_text(json.dumps(
        {"schema": "lamina.initial", "schema_version": "1.0.0", "room_from_patient": start.ravel().tolist()}))
    return folder


def near(scene):
    """A start 2 degrees and 3 mm off."""
    direction = np.array([0.6, -0.64, 0.48])
    return rigid(START_DEGREES * direction, START_MM * direction[::-1]) @ scene["truth"][0]


def track(scene, folder, out, *options):
    return run_lamina("track", scene["case"], "--frames", folder, "--initial", folder / "initial.json", "-o", out, "-q", *options)


def lines(run):
    return [json.loads(line) for line in (run / "poses.jsonl").read_text().splitlines()]


def errors(scene, record):
    """Degrees and mm of each vertebra that has a pose."""
    found = []
    for vertebra in record["vertebrae"]:
        if vertebra["state"] == "LOST":
            continue
        patient_from_vertebra = np.reshape(next(v for v in scene["plan"]["vertebrae"] if v["level"] == vertebra["level"])["patient_from_vertebra"], (4, 4))
        true = scene["truth"][record["frame"]] @ patient_from_vertebra
        pose = np.reshape(vertebra["room_from_vertebra"], (4, 4))
        turn = Rotation.from_matrix(pose[:3, :3] @ true[:3, :3].T).magnitude()
        found.append((np.degrees(turn), np.linalg.norm(pose[:3, 3] - true[:3, 3])))
    return found


@pytest.fixture(scope="module")
def tracked(scene, tmp_path_factory):
    folder = tmp_path_factory.mktemp("track")
    frames = write_frames(folder / "frames", scene["frames"], near(scene))
    run = track(scene, frames, folder / "run")
    assert run.returncode == 0, run.stderr
    return folder / "run"


def test_poses_are_where_the_patient_was_put(scene, tracked):
    records = lines(tracked)
    assert [r["frame"] for r in records] == [0, 1, 2]
    found = [e for record in records for e in errors(scene, record)]
    assert len(found) == 3 * len(scene["plan"]["vertebrae"])
    # Frames without noise, at 1.6 mm pixels: 1.1 mm at the vertebra.
    assert max(turn for turn, _ in found) < 1.0, found
    assert max(shift for _, shift in found) < 0.5, found


def test_a_run_is_a_verified_folder_that_keeps_its_schemas(tracked):
    assert run_lamina("verify", tracked).returncode == 0
    schema = json.loads((SPECIFICATION / "poses.schema.json").read_text())
    for record in lines(tracked):
        jsonschema.validate(record, schema)
        assert all(v["depth_observable"] for v in record["vertebrae"])
    assert sorted(p.name for p in (tracked / "overlays").iterdir()) == sorted(f"{view}_{n:04d}.png" for view in VIEWS for n in range(3))


def estimated(case, to):
    """The case as it were if its plan had warned that the names of the levels are an estimate."""
    shutil.copytree(case, to)
    plan = json.loads((to / "plan.json").read_text())
    plan["warnings"].append({"code": "level_estimated", "message": "the level count is an estimate", "levels": [v["level"] for v in plan["vertebrae"]]})
    (to / "plan.json").write_text(json.dumps(plan))
    manifest = json.loads((to / "manifest.json").read_text())
    record = next(r for r in manifest["outputs"] if r["path"] == "plan.json")
    data = (to / "plan.json").read_bytes()
    record |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    # A case of a version that kept no audit: its last line would name another manifest.
    del manifest["audit_file"]
    (to / "audit.jsonl").unlink()
    (to / "manifest.json").write_text(json.dumps(manifest))
    return to


@pytest.mark.parametrize("is_estimated", [True, False])
def test_names_that_are_an_estimate_are_so_wherever_they_stand(scene, tmp_path, is_estimated):
    case = estimated(scene["case"], tmp_path / "case") if is_estimated else scene["case"]
    frames = write_frames(tmp_path / "frames", {"AP": scene["frames"]["AP"]}, near(scene))
    run = run_lamina("track", case, "--frames", frames, "--initial", frames / "initial.json", "-o", tmp_path / "run")
    assert run.returncode == 0, run.stderr
    records = lines(tmp_path / "run")
    assert records and all(record["level_estimated"] is is_estimated and record["schema_version"] == "1.2.0" for record in records)
    levels = [v["level"] for v in scene["plan"]["vertebrae"]]
    for level in levels:
        row = next(line for line in run.stdout.splitlines() if line.startswith(level))
        assert row.startswith(f"{level}?") == is_estimated, row
    assert ("The levels are an estimate (?): check the count." in run.stdout) == is_estimated
    for path in (tmp_path / "run" / "overlays").iterdir():
        pixels = burned_text.picture(path)
        for level in levels:
            assert len(burned_text.places(pixels, f"{level}? OK", GREEN, 2)) == is_estimated, (path.name, level)
            assert len(burned_text.places(pixels, f"{level} OK", GREEN, 2)) == (not is_estimated), (path.name, level)
        assert len(burned_text.places(pixels, "levels are an estimate (?): check the count", ORANGE, 2)) == is_estimated
    # The line is a start of the next run, as any other.
    (tmp_path / "line.json").write_text(json.dumps(records[0]))
    again = run_lamina("track", case, "--frames", frames, "--initial", tmp_path / "line.json", "-o", tmp_path / "again", "-q")
    assert again.returncode == 0, again.stderr


def test_the_only_vertebra_is_never_ok_in_one_view(scene, tmp_path):
    level = scene["plan"]["vertebrae"][1]["level"]
    for views in (["AP"], ["AP", "LAT"]):
        name = "-".join(views)
        frames = write_frames(tmp_path / name, {view: scene["frames"][view] for view in views}, near(scene))
        run = track(scene, frames, tmp_path / f"run-{name}", "--levels", level)
        assert run.returncode == 0, run.stderr
        found = [v for record in lines(tmp_path / f"run-{name}") for v in record["vertebrae"]]
        assert [v["level"] for v in found] == 3 * [level]
        assert (found[0]["state"] == "OK") == (len(views) == 2) and (len(views) == 2 or all(v["state"] == "DEGRADED" for v in found)), found
        assert all(("unchecked" in v["causes"]) == (len(views) == 1) for v in found), found


# How many of the frames are black, and whether the last is one of them.
@pytest.mark.parametrize("count, black, code", [(12, [], 0), (12, [6], 0), (12, [6, 9], 5), (12, [11], 5)])
def test_lost_at_the_end_or_in_many_frames_is_5(scene, tmp_path, count, black, code):
    images = {view: np.repeat(stack[:1], count, 0) for view, stack in scene["frames"].items()}
    for stack in images.values():
        stack[black] = 0
    frames = write_frames(tmp_path / "frames", images, near(scene))
    run = track(scene, frames, tmp_path / "run")
    assert run.returncode == code, run.stdout
    lost = [r["frame"] for r in lines(tmp_path / "run") if any(v["state"] == "LOST" for v in r["vertebrae"])]
    assert lost == black


def test_inputs_are_recorded_by_the_bytes_that_were_read(scene, tmp_path):
    frames = write_frames(tmp_path / "frames", scene["frames"], near(scene))
    assert track(scene, frames, tmp_path / "run").returncode == 0
    inputs = {r["path"]: r for r in json.loads((tmp_path / "run" / "manifest.json").read_text())["inputs"]}
    for name in ("geometry.json", "AP.mha", "LAT.mha", "initial.json"):
        data = (frames / name).read_bytes()
        assert inputs[str(frames / name)] == {"path": str(frames / name), "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


@pytest.mark.parametrize("name", ["LAT.mha", "initial.json"])
def test_a_file_that_changes_while_it_is_tracked_is_7(scene, tmp_path, name):
    images = {view: np.repeat(stack[:1], 30, 0) for view, stack in scene["frames"].items()}
    frames = write_frames(tmp_path / "frames", images, near(scene))
    process = subprocess.Popen(
        [PROGRAM, "track", scene["case"], "--frames", frames, "--initial", frames / "initial.json", "-o", tmp_path / "run"],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for line in process.stderr:
        event = json.loads(line)
        if event["event"] == "progress" and event["stage"] == "track" and event["done"] >= 1:
            break
    with open(frames / name, "ab") as file:
        file.write(b"\n")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 7 and name in errors and "changed" in errors, errors
    assert not (tmp_path / "run").exists() and not list(tmp_path.glob(".run*"))


def test_one_view_does_not_claim_the_depth(scene, tmp_path):
    frames = write_frames(tmp_path / "frames", {"AP": scene["frames"]["AP"]}, near(scene))
    run = track(scene, frames, tmp_path / "run")
    assert run.returncode == 0, run.stderr
    for record in lines(tmp_path / "run"):
        for vertebra in record["vertebrae"]:
            assert not vertebra["depth_observable"]
            # The rays run along the room's y.
            assert np.reshape(vertebra["covariance"], (6, 6))[4, 4] ** 0.5 > 9.9


def test_mirrored_frames_are_never_posed(scene, tmp_path):
    frames = write_frames(tmp_path / "frames", {view: images[:, :, ::-1] for view, images in scene["frames"].items()}, near(scene))
    run = track(scene, frames, tmp_path / "run")
    assert run.returncode == 4, run.stdout
    states = [v for record in lines(tmp_path / "run") for v in record["vertebrae"]]
    assert all(v["state"] == "LOST" and "room_from_vertebra" not in v for v in states)
    assert any("mirrored" in v["causes"] for v in states)
    for path in (tmp_path / "run" / "overlays").iterdir():
        pixels = burned_text.picture(path)
        assert not (pixels == YELLOW).all(axis=2).any(), f"{path.name} names sides of a patient that was not found"
        assert len(burned_text.places(pixels, "orientation unknown: lost", RED, 2)) == 1
        assert not burned_text.places(pixels, "mm at the vertebrae", WHITE, 2)


def test_swapped_views_are_never_posed(scene, tmp_path):
    frames = write_frames(tmp_path / "frames", {"AP": scene["frames"]["LAT"], "LAT": scene["frames"]["AP"]}, near(scene))
    run = track(scene, frames, tmp_path / "run")
    assert run.returncode == 4, run.stdout
    assert all(v["state"] == "LOST" for record in lines(tmp_path / "run") for v in record["vertebrae"])


@pytest.mark.parametrize("value", [0.0, np.nan], ids=["black", "nan"])
def test_frames_of_nothing_are_lost_at_once(scene, tmp_path, value):
    images = {view: images.copy() for view, images in scene["frames"].items()}
    for stack in images.values():
        stack[1] = value
    frames = write_frames(tmp_path / "frames", images, near(scene))
    track(scene, frames, tmp_path / "run")
    middle = lines(tmp_path / "run")[1]["vertebrae"]
    assert all(v["state"] == "LOST" and v["causes"] == ["no_signal"] for v in middle), middle


def test_a_case_that_was_changed_is_7(scene, tmp_path):
    case = tmp_path / "case"
    shutil.copytree(scene["case"], case)
    (case / "plan.json").write_text((case / "plan.json").read_text().replace("planned", "planned ", 1))
    frames = write_frames(tmp_path / "frames", scene["frames"], near(scene))
    run = run_lamina("track", case, "--frames", frames, "--initial", frames / "initial.json", "-o", tmp_path / "run")
    assert run.returncode == 7 and not (tmp_path / "run").exists()


def test_frames_without_geometry_are_3_and_a_missing_start_is_2(scene, tmp_path):
    frames = write_frames(tmp_path / "frames", scene["frames"], near(scene))
    nowhere = run_lamina("track", scene["case"], "--frames", frames, "-o", tmp_path / "run")
    assert nowhere.returncode == 2 and "--initial" in nowhere.stderr and "--auto" in nowhere.stderr
    for option in ("--initial", "--landmarks"):
        missing = run_lamina("track", scene["case"], "--frames", frames, option, tmp_path / "not_there.json", "-o", tmp_path / "run")
        assert missing.returncode == 2 and "not_there.json" in missing.stderr and "file_not_found" in missing.stderr
    (frames / "geometry.json").unlink()
    run = track(scene, frames, tmp_path / "run")
    assert run.returncode == 3 and "geometry.json" in run.stderr and not (tmp_path / "run").exists()


def test_auto_finds_the_patient_or_says_that_it_cannot(scene, tmp_path):
    """Two views of it, turned upside down in both: the head is down, and left is still left."""
    turned = {view: images[:, ::-1, ::-1] for view, images in scene["frames"].items()}
    folder = write_frames(tmp_path / "frames", turned, np.eye(4))
    geometry = json.loads((folder / "geometry.json").read_text())
    for view in geometry["views"]:
        columns, rows = -np.array(VIEWS[view["name"]], float)
        matrix = np.eye(4)
        matrix[:3, :3] = [columns, rows, np.cross(columns, rows)]
        matrix[2, 3] = ISOCENTRE
        view["carm_from_room"] = matrix.ravel().tolist()
    (folder / "geometry.json").write_text(json.dumps(geometry))
    run = run_lamina("track", scene["case"], "--frames", folder, "--auto", "-o", tmp_path / "run", "-q")
    assert run.returncode == 0, run.stderr
    found = [e for record in lines(tmp_path / "run") for e in errors(scene, record)]
    assert len(found) == 3 * len(scene["plan"]["vertebrae"])
    assert max(turn for turn, _ in found) < 1.0 and max(shift for _, shift in found) < 0.5, found
    # The same images with geometry that makes a mirror image of them.
    for view in geometry["views"]:
        view["pixel_spacing_mm"] = [-SPACING, SPACING]
    (folder / "geometry.json").write_text(json.dumps(geometry))
    run = run_lamina("track", scene["case"], "--frames", folder, "--auto", "-o", tmp_path / "mirrored", "-q")
    assert run.returncode == 4, run.stdout
    assert all(v["state"] == "LOST" for record in lines(tmp_path / "mirrored") for v in record["vertebrae"])


def test_bone_on_a_bench_is_tracked_alone(phantom, scene, tmp_path):
    """One vertebra in air, all else of the scan taken away."""
    image = nib.load(phantom / "ct.nii.gz")
    labels = np.asarray(nib.load(scene["case"] / "labels.nii.gz").dataobj)
    level = scene["plan"]["vertebrae"][1]
    number = {"T12": 19, "L1": 20, "L2": 21, "L3": 22, "L4": 23}[level["level"]]
    attenuation = np.where(labels == number, np.maximum(0, 0.02 * (1 + np.asarray(image.dataobj, np.float32) / 1000)), 0)
    affine = np.diag([-1, -1, 1, 1]) @ image.affine
    images = {view: np.stack([radiograph(attenuation, affine, place, view) for place in scene["truth"]]) for view in VIEWS}
    frames = write_frames(tmp_path / "frames", images, near(scene))
    run = track(scene, frames, tmp_path / "run", "--levels", level["level"], "--bare")
    assert run.returncode == 0, run.stderr
    found = [e for record in lines(tmp_path / "run") for e in errors(scene, record)]
    assert len(found) == 3 and max(turn for turn, _ in found) < 0.5 and max(shift for _, shift in found) < 0.3, found
    # In a patient the same frames are of something else.
    assert track(scene, frames, tmp_path / "patient", "--levels", level["level"]).returncode == 4


YELLOW, GREEN, RED, WHITE, ORANGE = (255, 230, 0), (60, 220, 90), (255, 90, 90), (255, 255, 255), (255, 160, 40)
# How the frames of AP are turned or flipped, with the columns, rows and spacing that go with it, and the patient's sides that must then stand at the left,
# right, top and bottom.
TURNS = {
    "from_the_front": (lambda a: a, VIEWS["AP"], SPACING, "RLHF"),
    "upside_down": (lambda a: a[:, ::-1, ::-1], ([-1, 0, 0], [0, 0, 1]), SPACING, "LRFH"),
    "on_its_side": (lambda a: np.rot90(a, axes=(1, 2)), ([0, 0, -1], [-1, 0, 0]), SPACING, "HFLR"),
    "seen_from_the_detector": (lambda a: a[:, :, ::-1], VIEWS["AP"], -SPACING, "LRHF"),
}


@pytest.mark.parametrize("turn", TURNS)
def test_overlays_name_the_patients_sides_where_they_are(scene, tmp_path, turn):
    turned, (columns, rows), spacing, expected = TURNS[turn]
    matrix = np.eye(4)
    matrix[:3, :3] = [columns, rows, np.cross(columns, rows)]
    matrix[2, 3] = ISOCENTRE
    frames = write_frames(
        tmp_path / "frames", {"AP": turned(scene["frames"]["AP"])}, near(scene), carm_from_room=matrix.ravel().tolist(),
        pixel_spacing_mm=[spacing, SPACING])
    assert track(scene, frames, tmp_path / "run").returncode == 0
    pixels = burned_text.picture(tmp_path / "run" / "overlays" / "AP_0001.png")
    middle = pixels.shape[1] / 2
    found = {}
    for letter in "LRAPHF":
        where = burned_text.places(pixels, letter, YELLOW, 4)
        assert len(where) == (letter in expected), (letter, where)
        found |= {letter: where[0]} if where else {}
    at_the_ends = sorted(found, key=lambda letter: found[letter][0])
    above_one_another = sorted(at_the_ends[1:3], key=lambda letter: found[letter][1])
    assert "".join([at_the_ends[0], at_the_ends[3], *above_one_another]) == expected
    assert all(abs(found[letter][0] - middle) < 5 for letter in above_one_another)


def test_overlays_say_what_they_show(scene, tracked):
    for view in VIEWS:
        pixels = burned_text.picture(tracked / "overlays" / f"{view}_0001.png")
        for text in (f"{view}  frame 1  0.067 s", "Not a medical device"):
            assert len(burned_text.places(pixels, text, WHITE, 2)) == 1, text
        assert len(burned_text.places(pixels, "mm at the vertebrae", WHITE, 2)) == 1
        # The head is above: so are the upper levels' names.
        names = [burned_text.places(pixels, f"{v['level']} OK", GREEN, 2) for v in scene["plan"]["vertebrae"]]
        assert all(len(places) == 1 for places in names), names
        heights = [places[0][1] for places in names]
        assert heights == sorted(heights)
    # From the right, the patient's front is at the right of the image.
    side = burned_text.picture(tracked / "overlays" / "LAT_0001.png")
    assert burned_text.places(side, "A", YELLOW, 4)[0][0] > burned_text.places(side, "P", YELLOW, 4)[0][0]
    assert not burned_text.places(side, "L", YELLOW, 4) and not burned_text.places(side, "R", YELLOW, 4)
