"""Plans lie in the right bone, on the right side, and labels that are wrong or not this scan's are told apart."""

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


def test_numbers_agree_with_each_other(phantom_case):
    """Entry, tip, length and the two matrices say the same thing."""
    for screw in json.loads((phantom_case / "plan.json").read_text())["screws"]:
        if screw["status"] != "planned":
            continue
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
    for key, screw in screws(written).items():
        if screw["pedicle"] and before[key]["pedicle"]:
            centre = before[key]["pedicle"]["isthmus_centre_lps_mm"]
            d = np.array(screw["pedicle"]["isthmus_centre_lps_mm"]) - centre
            axis = np.array(before[key]["pedicle"]["axis"])
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
    run, summary, _ = plan(
        phantom / "ct.nii.gz", save(strange, affine, tmp_path / "l.nii.gz"), tmp_path / "case", "lamina", "--levels", "L1")
    assert run.returncode in (0, 5)
    assert any(w["code"] == "unknown_ids" and "77 (7 voxels)" in w["message"] for w in summary["warnings"])
    assert (tmp_path / "case" / "plan.json").read_bytes() == (one_level_case / "plan.json").read_bytes()


def test_a_vertebra_cut_by_the_view_is_refused(phantom, maps, tmp_path):
    """The image ends in the middle of L2: T12 and L1 are planned as before, L2 is refused for that reason."""
    ct, labels, affine = maps
    bottom = int(np.argwhere(labels == IDS["L2"])[:, 2].mean())
    up = affine[2, 2] > 0
    part = np.s_[:, :, bottom:] if up else np.s_[:, :, :bottom]
    moved = affine.copy()
    if up:
        moved[:3, 3] += affine[:3, 2] * bottom
    save(ct[part], moved, tmp_path / "ct.nii.gz")
    save(labels[part], moved, tmp_path / "labels.nii.gz")
    run, summary, written = plan(tmp_path / "ct.nii.gz", tmp_path / "labels.nii.gz", tmp_path / "case", "lamina", "--levels", "T12-L2")
    assert run.returncode == 5 and "cut_by_view" in codes(summary)
    found = screws(written)
    for side in ("left", "right"):
        assert found["L2", side]["status"] == "refused"
        assert "cut_by_view" in [reason["code"] for reason in found["L2", side]["reasons"]]
        assert found["T12", side]["status"] == "planned"


def test_no_labels_and_no_scheme(phantom, tmp_path):
    run = run_lamina("plan", phantom / "ct.nii.gz", "-o", tmp_path / "case", "--json")
    assert run.returncode == 4 and "--labels" in json.loads(run.stdout)["error"]["do"]
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
