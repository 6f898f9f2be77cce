"""Plans lie in the right bone, on the right side, and labels that are wrong or not this scan's are told apart."""

import csv
import hashlib
import json

import nibabel as nib
import numpy as np
import pytest

from conftest import plan_arguments, run_lamina

IDS = {"T12": 19, "L1": 20, "L2": 21}


@pytest.fixture(scope="module")
def maps(phantom):
    """The phantom's CT and labels as arrays [i, j, k], with the affine of both (RAS, as in the file)."""
    ct, labels = nib.load(phantom / "ct.nii.gz"), nib.load(phantom / "labels.nii.gz")
    return np.asanyarray(ct.dataobj), np.asanyarray(labels.dataobj), labels.affine


def save(array, affine, path):
    image = nib.Nifti1Image(array, affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, path)
    return path


def plan(ct, labels, case, scheme="lamina", *options):
    """The run, its summary, and the plan when there is one."""
    run = run_lamina("plan", ct, "--labels", labels, "--scheme", scheme, "-o", case, "--json", *options)
    written = json.loads((case / "plan.json").read_text()) if (case / "plan.json").exists() else None
    return run, json.loads(run.stdout), written


def codes(summary):
    return {warning["code"] for warning in summary["warnings"]}


def screws(written):
    return {(s["level"], s["side"]): s for s in written["screws"]}


def test_every_pedicle_lies_where_the_truth_says(phantom, phantom_case):
    """Each pedicle is answered for, and each screw runs through the true isthmus of its own level and side, towards the body.

    2.5 mm: half the narrowest pedicle drawn at these levels; the other side is 20 mm away, the next level 30 mm.
    """
    truth = json.loads((phantom / "truth.json").read_text())
    pedicles = {(v["level"], p["side"]): p for v in truth["vertebrae"] for p in v["pedicles"]}
    found = screws(json.loads((phantom_case / "plan.json").read_text()))
    assert set(found) == set(pedicles)
    planned = {key: s for key, s in found.items() if s["status"] == "planned"}
    assert planned
    for key, screw in planned.items():
        entry, tip = np.array(screw["entry_lps_mm"]), np.array(screw["tip_lps_mm"])
        axis = (tip - entry) / np.linalg.norm(tip - entry)
        offsets = {
            other: np.linalg.norm(np.cross(np.array(p["isthmus_centre_lps_mm"]) - entry, axis)) for other, p in pedicles.items()}
        assert min(offsets, key=offsets.get) == key and offsets[key] < 2.5
        assert axis @ np.array(pedicles[key]["axis_lps"]) > np.cos(np.radians(25))
        assert screw["pedicle"]["isthmus_centre_lps_mm"] == pytest.approx(pedicles[key]["isthmus_centre_lps_mm"], abs=2.5)


def planned_screws(case):
    planned = [s for s in json.loads((case / "plan.json").read_text())["screws"] if s["status"] == "planned"]
    assert planned, "nothing was planned, so nothing would be tested"
    return planned


def test_numbers_agree_with_each_other(phantom_case):
    """Entry, tip, length and the two matrices say the same thing."""
    planned = planned_screws(phantom_case)
    for screw in planned:
        frame = np.reshape(screw["patient_from_vertebra"], (4, 4)) @ np.reshape(screw["vertebra_from_screw"], (4, 4))
        entry, tip = np.array(screw["entry_lps_mm"]), np.array(screw["tip_lps_mm"])
        assert frame[:3, 3] == pytest.approx(entry, abs=1e-4)
        assert frame[:3, :3] @ [0, 0, screw["length_mm"]] + frame[:3, 3] == pytest.approx(tip, abs=1e-4)
        assert frame[:3, :3] @ frame[:3, :3].T == pytest.approx(np.eye(3), abs=1e-6)
        assert np.linalg.det(frame[:3, :3]) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 1, 2)])
def test_labels_stored_in_another_order_give_the_same_plan(phantom, one_level_case, maps, tmp_path, axes):
    """The same voxels at the same points, written from the other end: not a number may change."""
    _, labels, affine = maps
    flip = np.eye(4)
    for axis in axes:
        flip[axis, axis], flip[axis, 3] = -1, labels.shape[axis] - 1
    path = save(np.ascontiguousarray(np.flip(labels, axes)), affine @ flip, tmp_path / "labels.nii.gz")
    run, summary, _ = plan(phantom / "ct.nii.gz", path, tmp_path / "case", "lamina", "--levels", "L1")
    assert run.returncode in (0, 5) and "resampled" not in codes(summary)
    for name in ("plan.json", "labels.nii.gz", "screws.csv"):
        assert (tmp_path / "case" / name).read_bytes() == (one_level_case / name).read_bytes()


def test_labels_on_another_grid_are_resampled_with_a_note(phantom, phantom_case, maps, tmp_path):
    """A map on a 1.25 mm grid that also begins elsewhere. Its walls are known to half a voxel, and so are the pedicles' centres."""
    _, labels, affine = maps
    from scipy.ndimage import affine_transform

    offset = np.array([-4.3, 2.6, -3.1])
    other = affine_transform(labels, np.eye(3) * 1.25, offset, output_shape=tuple(int(n / 1.25) + 8 for n in labels.shape), order=0)
    step = np.eye(4)
    step[:3, :3] *= 1.25
    step[:3, 3] = offset
    path = save(other, affine @ step, tmp_path / "labels.nii.gz")
    run, summary, written = plan(phantom / "ct.nii.gz", path, tmp_path / "case", "lamina", "--levels", "T12-L2")
    assert run.returncode in (0, 5) and "resampled" in codes(summary)
    before = screws(json.loads((phantom_case / "plan.json").read_text()))
    both = [(screw, before[key]) for key, screw in screws(written).items() if screw["pedicle"] and before[key]["pedicle"]]
    assert len(both) >= 4
    for screw, unmoved in both:
        centre, axis = (np.array(unmoved["pedicle"][name]) for name in ("isthmus_centre_lps_mm", "axis"))
        d = np.array(screw["pedicle"]["isthmus_centre_lps_mm"]) - centre
        assert np.linalg.norm(d - (d @ axis) * axis) < 1.25


def refused(phantom, labels, tmp_path, exit_code, code, scheme="lamina", ct=None):
    run, summary, written = plan(ct or phantom / "ct.nii.gz", labels, tmp_path / "case", scheme)
    assert run.returncode == exit_code and summary["error"]["code"] == code, run.stdout
    assert written is None and not (tmp_path / "case").exists()
    return summary["error"]["what"]


def test_labels_of_another_place(phantom, maps, tmp_path):
    _, labels, affine = maps
    away = affine.copy()
    away[0, 3] += 600
    text = refused(phantom, save(labels, away, tmp_path / "l.nii.gz"), tmp_path, 3, "labels_do_not_overlap")
    assert "labels span" in text and "the image" in text


@pytest.mark.parametrize("shift", [(0, 10, 0), (0, -10, 0), (12, 0, 0), (0, 0, 15)])
def test_shifted_labels(phantom, maps, tmp_path, shift):
    _, labels, affine = maps
    moved = np.roll(labels, shift, axis=(0, 1, 2))
    refused(phantom, save(moved, affine, tmp_path / "l.nii.gz"), tmp_path, 3, "labels_do_not_fit")


def test_labels_of_another_patient(phantom, maps, sample, tmp_path):
    """The phantom's labels laid on the middle of the sample patient's own T12-L2, where a careless copy would lie."""
    _, labels, affine = maps
    mask = nib.load(sample / "mask.nii.gz")
    values = np.asanyarray(mask.dataobj)
    there = mask.affine @ np.append(np.argwhere((values >= 30) & (values <= 32)).mean(axis=0), 1)
    here = affine @ np.append(np.argwhere(labels > 0).mean(axis=0), 1)
    moved = affine.copy()
    moved[:3, 3] += (there - here)[:3]
    path = save(labels, moved, tmp_path / "l.nii.gz")
    refused(phantom, path, tmp_path, 3, "labels_do_not_fit", ct=sample / "cxr.nii.gz")


@pytest.mark.parametrize("how", ["flipped", "shifted"])
def test_wrong_labels_on_a_real_ct(sample, tmp_path, how):
    """The sample's own labels flipped left to right in the file, and moved by 10 mm."""
    mask = nib.load(sample / "mask.nii.gz")
    values = np.asanyarray(mask.dataobj)
    # Only the vertebrae, so that no other structure gives the flip away.
    spine = np.where((values >= 27) & (values <= 50), values, 0).astype(np.uint8)
    wrong = spine[::-1] if how == "flipped" else np.roll(spine, 14, axis=1)
    path = save(np.ascontiguousarray(wrong), mask.affine, tmp_path / "l.nii.gz")
    refused(None, path, tmp_path, 3, "labels_do_not_fit", "totalsegmentator-v2", ct=sample / "cxr.nii.gz")


def test_mirrored_labels_of_a_real_ct_are_known_by_their_organs(sample, tmp_path):
    mask = nib.load(sample / "mask.nii.gz")
    path = save(np.ascontiguousarray(np.asanyarray(mask.dataobj)[::-1]), mask.affine, tmp_path / "l.nii.gz")
    refused(None, path, tmp_path, 3, "labels_mirrored", "totalsegmentator-v2", ct=sample / "cxr.nii.gz")


def test_a_mirrored_ct_with_its_mirrored_labels(sample, tmp_path):
    """Both flipped in the file: bone fits bone, and only the names of the organs show that left is right."""
    for name in ("cxr", "mask"):
        image = nib.load(sample / f"{name}.nii.gz")
        # Not compressed, which would take ten times as long as the check.
        save(np.ascontiguousarray(np.asanyarray(image.dataobj)[::-1]), image.affine, tmp_path / f"{name}.nii")
    refused(None, tmp_path / "mask.nii", tmp_path, 3, "labels_mirrored", "totalsegmentator-v2", ct=tmp_path / "cxr.nii")


def test_swapped_levels(phantom, maps, tmp_path):
    _, labels, affine = maps
    swapped = np.where(labels == IDS["L1"], IDS["L2"], np.where(labels == IDS["L2"], IDS["L1"], labels)).astype(np.uint8)
    text = refused(phantom, save(swapped, affine, tmp_path / "l.nii.gz"), tmp_path, 3, "levels_out_of_order")
    assert "T12, L2, L1" in text


def test_levels_upside_down(phantom, maps, tmp_path):
    _, labels, affine = maps
    turned = np.where(labels == IDS["T12"], IDS["L2"], np.where(labels == IDS["L2"], IDS["T12"], labels)).astype(np.uint8)
    refused(phantom, save(turned, affine, tmp_path / "l.nii.gz"), tmp_path, 3, "labels_upside_down")


def test_a_level_labelled_twice(phantom, maps, tmp_path):
    _, labels, affine = maps
    twice = np.where(labels == IDS["T12"], IDS["L1"], labels).astype(np.uint8)
    refused(phantom, save(twice, affine, tmp_path / "l.nii.gz"), tmp_path, 3, "level_labelled_twice")


def test_the_wrong_scheme_is_refused_and_never_guessed(phantom, tmp_path):
    """VerSe's 19-21 are other organs in one TotalSegmentator version, and lumbar vertebrae counted upwards in the other."""
    text = refused(phantom, phantom / "labels.nii.gz", tmp_path, 4, "no_vertebra_in_labels", "totalsegmentator-v2")
    assert "ids 19-21" in text and "T12-L2 in verse" in text
    refused(phantom, phantom / "labels.nii.gz", tmp_path, 3, "labels_upside_down", "totalsegmentator-v1")


def test_an_image_as_labels(phantom, tmp_path):
    refused(phantom, phantom / "ct.nii.gz", tmp_path, 3, "not_a_label_map")


def test_unknown_ids_are_named(phantom, one_level_case, maps, tmp_path):
    _, labels, affine = maps
    strange = labels.copy()
    strange[0, 0, :7] = 77
    run, summary, written = plan(
        phantom / "ct.nii.gz", save(strange, affine, tmp_path / "l.nii.gz"), tmp_path / "case", "lamina", "--levels", "L1")
    assert run.returncode in (0, 5)
    assert any(w["code"] == "unknown_ids" and "77 (7 voxels)" in w["message"] for w in summary["warnings"])
    assert written["screws"] == json.loads((one_level_case / "plan.json").read_text())["screws"]


def test_a_vertebra_cut_by_the_view_is_refused(cut_case, tmp_path):
    """The image ends in the middle of L2: T12 and L1 are planned as before, L2 is refused for that reason. Its label is warned of in another code,
    for a touch is not a cut, and not at all where neither it nor its neighbour was asked for."""
    written = json.loads((cut_case / "plan.json").read_text())
    assert {w["code"] for w in written["warnings"] if w["levels"] == ["L2"]} == {"may_be_cut", "mesh_of_part"}
    found = screws(written)
    for side in ("left", "right"):
        assert found["L2", side]["status"] == "refused"
        assert "cut_by_view" in [reason["code"] for reason in found["L2", side]["reasons"]]
        assert "may_be_cut" in [warning["code"] for warning in found["L2", side]["warnings"]]
        assert found["T12", side]["status"] == "planned"
    scan = cut_case.parent
    _, summary, _ = plan(scan / "ct.nii.gz", scan / "labels.nii.gz", tmp_path / "case", "lamina", "--levels", "T12")
    assert codes(summary) & {"may_be_cut", "cut_by_view"} == set()


def test_margins_and_angles_have_the_right_side_and_sign(phantom, phantom_case, maps):
    """Walls are felt for in the label map, along the true frame's axes, by code that shares nothing with the planner. 0.4 mm: a quarter of a voxel
    at each of two walls, less than the half millimetre by which the most eccentric screw here favours one side."""
    _, labels, affine = maps
    index_from_lps = np.linalg.inv(np.diag([-1, -1, 1, 1]) @ affine)
    truth = {v["level"]: v for v in json.loads((phantom / "truth.json").read_text())["vertebrae"]}
    sides_told, cranial_told = 0, 0
    for screw in planned_screws(phantom_case):
        vertebra = truth[screw["level"]]
        frame = np.reshape(vertebra["patient_from_vertebra"], (4, 4))
        left = 1 if screw["side"] == "left" else -1
        entry, tip = ((np.linalg.inv(frame) @ [*screw[name], 1])[:3] for name in ("entry_lps_mm", "tip_lps_mm"))
        nearer_midline, more_cranial = left * (entry[0] - tip[0]), tip[2] - entry[2]
        angles = screw["angles_deg"]
        # The frame fitted is up to half a degree off the true one.
        if abs(nearer_midline) > np.sin(np.radians(1)) * screw["length_mm"]:
            assert (angles["transverse"] > 0) == (nearer_midline > 0), screw["level"]
        if abs(more_cranial) > np.sin(np.radians(1)) * screw["length_mm"]:
            cranial_told += 1
            assert (angles["sagittal"] > 0) == (more_cranial > 0), screw["level"]
        isthmus = next(p["isthmus_centre_lps_mm"] for p in vertebra["pedicles"] if p["side"] == screw["side"])
        walls = {
            name: least_wall(screw, labels == IDS[screw["level"]], index_from_lps, isthmus, outward * frame[:3, 0])
            for name, outward in (("medial", -left), ("lateral", left))}
        felt = walls["medial"] - walls["lateral"]
        said = screw["margins_mm"]["medial"] - screw["margins_mm"]["lateral"]
        assert abs(felt - said) < 0.4, (screw["level"], screw["side"], walls, screw["margins_mm"])
        sides_told += abs(felt) > 0.4
    assert sides_told and cranial_told


def least_wall(screw, bone, index_from_lps, isthmus, outward):
    """The least distance from the screw's axis to the end of the bone in a 60 degree cone round `outward`, within 6 mm of the isthmus, mm."""
    entry, tip = np.array(screw["entry_lps_mm"]), np.array(screw["tip_lps_mm"])
    axis = (tip - entry) / screw["length_mm"]
    middle = (np.array(isthmus) - entry) @ axis
    out = outward - (outward @ axis) * axis
    out /= np.linalg.norm(out)
    up = np.cross(out, axis)
    turns = np.radians(np.arange(-30, 31, 15))
    rays = np.cos(turns)[:, None] * out + np.sin(turns)[:, None] * up
    steps = np.arange(0, 15, 0.05)
    depths = np.arange(max(5, middle - 6), min(screw["length_mm"], middle + 6), 0.5)
    points = entry + depths[:, None, None, None] * axis + steps[:, None] * rays[:, None, :]
    index = np.rint(points @ index_from_lps[:3, :3].T + index_from_lps[:3, 3]).astype(int)
    outside = ~bone[index[..., 0], index[..., 1], index[..., 2]]
    return steps[outside.argmax(axis=-1)].min()


def organs(maps, liver_on_the_left, path):
    """The phantom's vertebrae by TotalSegmentator's ids, with a liver and a spleen beside them."""
    _, labels, affine = maps
    named = np.zeros_like(labels)
    for level, id in (("T12", 32), ("L1", 31), ("L2", 30)):
        named[labels == IDS[level]] = id
    # The affine is RAS, so along a positive step the index grows to the patient's right, and its low end lies on the left.
    low, high = (1, 5) if (affine[0, 0] < 0) == liver_on_the_left else (5, 1)
    named[:4, :4, :4], named[-4:, :4, :4] = low, high
    return save(named, affine, path)


def test_a_mirrored_scan_with_its_own_labels_is_refused(phantom, maps, tmp_path):
    """Segmented as it stands, a mirrored scan names its sides rightly; only the liver tells. A person can say that it lies so."""
    labels = organs(maps, True, tmp_path / "l.nii.gz")
    text = refused(phantom, labels, tmp_path, 3, "labels_mirrored", "totalsegmentator-v2")
    assert "--situs-inversus" in text and "liver" in text
    arguments = ["--levels", "L1", "--situs-inversus"]
    quiet = run_lamina(
        "plan", phantom / "ct.nii.gz", "--labels", labels, "--scheme", "totalsegmentator-v2", "-o", tmp_path / "case", "-q", *arguments)
    assert quiet.returncode in (0, 5) and quiet.stderr == "" and "Warning: the patient was said to have situs inversus" in quiet.stdout
    for name in ("plan.json", "manifest.json"):
        assert "situs_inversus" in codes(json.loads((tmp_path / "case" / name).read_text()))
    assert all("situs_inversus" in row["case_warnings"] for row in csv_rows(tmp_path / "case"))


def test_situs_inversus_that_is_not_there_is_refused(phantom, maps, tmp_path):
    labels = organs(maps, False, tmp_path / "l.nii.gz")
    run, summary, written = plan(
        phantom / "ct.nii.gz", labels, tmp_path / "case", "totalsegmentator-v2", "--levels", "L1", "--situs-inversus")
    assert run.returncode == 3 and summary["error"]["code"] == "situs_inversus_not_seen" and written is None
    run = run_lamina(
        "mesh", organs(maps, True, labels), "--scheme", "totalsegmentator-v2", "--levels", "L1", "-o", tmp_path / "mesh", "--json")
    assert run.returncode == 3 and json.loads(run.stdout)["error"]["code"] == "labels_mirrored"


def csv_rows(case):
    with open(case / "screws.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_warnings_about_numbering_reach_every_output(phantom, maps, tmp_path):
    """L1 has no label, between two that have one."""
    _, labels, affine = maps
    path = save(np.where(labels == IDS["L1"], 0, labels).astype(np.uint8), affine, tmp_path / "l.nii.gz")
    arguments = ["--labels", path, "--scheme", "lamina", "--levels", "T12-L2", "-o", tmp_path / "case", "-q"]
    run = run_lamina("plan", phantom / "ct.nii.gz", *arguments)
    assert run.returncode == 4 and run.stderr == ""
    written = json.loads((tmp_path / "case" / "plan.json").read_text())
    warning = next(w for w in written["warnings"] if w["code"] == "missing_level")
    assert warning["levels"] == ["L1"] and f"Warning: {warning['message']}" in run.stdout
    for screw, row in zip(written["screws"], csv_rows(tmp_path / "case")):
        assert ("missing_level" in codes(screw)) == (screw["level"] == "L1") == ("missing_level" in row["warnings"])
        assert "missing_level" in row["case_warnings"].split(";")


def catalogue(path, diameters, level, diameter):
    screws = [{"diameter_mm": d, "lengths_mm": [30, 40]} for d in diameters]
    typical = {level: {"diameter_mm": diameter, "length_mm": 40}}
    path.write_text(
        json.dumps({"schema": "lamina.screws", "schema_version": "1.0.0", "name": "our shelf", "source": "test", "screws": screws, "typical": typical}))
    return path


def test_a_catalogue_of_ones_own(phantom, tmp_path):
    shelf = catalogue(tmp_path / "shelf.json", [4.2, 4.7], "L1", 4.7)
    arguments = ["--levels", "L1", "--catalogue", shelf]
    run, _, written = plan(phantom / "ct.nii.gz", phantom / "labels.nii.gz", tmp_path / "case", "lamina", *arguments)
    assert run.returncode == 0, run.stderr
    assert {(s["diameter_mm"], s["length_mm"]) for s in written["screws"]} <= {(d, n) for d in (4.2, 4.7) for n in (30, 40)}
    manifest = json.loads((tmp_path / "case" / "manifest.json").read_text())
    assert manifest["parameters"]["catalogue"]["name"] == "our shelf" and manifest["parameters"]["catalogue"]["source"] == "test"
    digest = hashlib.sha256(shelf.read_bytes()).hexdigest()
    assert [r["sha256"] for r in manifest["inputs"] if r["path"] == str(shelf)] == [digest]


@pytest.mark.parametrize(
    "diameters, level, diameter, what",
    [([5.0, 6.0], "L1", 4.5, "typical size at L1"), ([], "L1", 5.0, "no screws"), ([5.0], "L1", 50.0, "typical size at L1"),
     ([5.0], "L9", 5.0, "'L9'"), ([5.0], "L2", 5.0, "none for L1"), ([5.0, 5.0], "L1", 5.0, "twice")])
def test_a_bad_catalogue_is_refused(phantom, tmp_path, diameters, level, diameter, what):
    """A usual size below the smallest screw would refuse every pedicle for the wrong reason."""
    shelf = catalogue(tmp_path / "shelf.json", diameters, level, diameter)
    run, summary, written = plan(
        phantom / "ct.nii.gz", phantom / "labels.nii.gz", tmp_path / "case", "lamina", "--levels", "L1", "--catalogue", shelf)
    error = summary["error"]
    assert run.returncode == 3 and error["code"] == "bad_catalogue" and written is None
    assert what in error["what"] and error["where"] == str(shelf) and error["do"]


def test_labels_without_their_scheme(phantom, tmp_path):
    run = run_lamina("plan", phantom / "ct.nii.gz", "--labels", phantom / "labels.nii.gz", "-o", tmp_path / "case")
    assert run.returncode == 2 and "--scheme" in run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [("oblique",), ("left-handed",), ("anisotropic",)])
def test_the_same_bone_in_another_grid_gets_the_same_screws(phantom, phantom_case, tmp_path, options):
    """The phantom of the same seed scanned otherwise: the bone stands at the same points, and so must the pedicles.

    1 mm voxels turned by 20 degrees redraw each wall by up to half a voxel; 2.5 mm slices leave the height of a pedicle to 1.25 mm.
    """
    folder = tmp_path / "scan"
    made = run_lamina("phantom", "-o", folder, "--seed", 7, "--levels", "T12-L2", "--variant", *options)
    assert made.returncode == 0, made.stderr
    run = run_lamina(*plan_arguments(folder, tmp_path / "case"))
    assert run.returncode in (0, 5), run.stderr
    truth = json.loads((folder / "truth.json").read_text())
    found = screws(json.loads((tmp_path / "case" / "plan.json").read_text()))
    limit = 1.25 if options == ("anisotropic",) else 0.6
    for vertebra in truth["vertebrae"]:
        for pedicle in vertebra["pedicles"]:
            measured = found[vertebra["level"], pedicle["side"]]["pedicle"]
            axis = np.array(pedicle["axis_lps"])
            d = np.array(measured["isthmus_centre_lps_mm"]) - pedicle["isthmus_centre_lps_mm"]
            assert np.linalg.norm(d - (d @ axis) * axis) < limit, (vertebra["level"], pedicle["side"])
