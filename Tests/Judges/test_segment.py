"""`lamina segment`, `lamina plan` without labels, and `lamina relabel`, on phantoms whose bone is known. Nothing here depends on what the networks
score beyond a plain phantom: they may be exchanged."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys

import jsonschema
import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from asymmetric import LAMINA, Grid
from conftest import ROOT, plan_arguments, run_lamina, schema
from dicom_writer import save as save_dicom, slices
from test_case_folder import files
from test_command_line import check, progress

MODELS = ROOT / "Sources/Segmentation/Models"
NAMES = {**{n: f"C{n}" for n in range(1, 8)}, **{n + 7: f"T{n}" for n in range(1, 13)}, **{n + 19: f"L{n}" for n in range(1, 7)}, 26: "S1", 28: "T13"}
IDS = {name: number for number, name in NAMES.items()}


def make_phantom(folder, *options):
    made = run_lamina("phantom", "-o", folder, "--seed", 7, *options)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """T11 to L3."""
    return make_phantom(tmp_path_factory.mktemp("scan") / "plain", "--levels", "T11-L3")


def segment(ct, folder, *options):
    """The run, with the labels and the report in `folder` where there are any."""
    return run_lamina("segment", ct, "-o", folder / "labels.nii.gz", "--report", folder / "report.json", "--json", *options)


@pytest.fixture(scope="module")
def segmented(scan, tmp_path_factory):
    """Folder of the scan's labels.nii.gz, report.json and summary.json."""
    folder = tmp_path_factory.mktemp("segmented")
    run = segment(scan / "ct.nii.gz", folder)
    assert run.returncode == 0, run.stdout
    progress(run)
    (folder / "summary.json").write_text(run.stdout)
    return folder


@pytest.fixture(scope="module")
def automatic_case(scan, tmp_path_factory):
    """The scan planned without labels; tests must not change it."""
    case = tmp_path_factory.mktemp("automatic") / "case"
    run = run_lamina("plan", scan / "ct.nii.gz", "-o", case, "--json")
    assert run.returncode in (0, 5), run.stdout
    progress(run)
    check(json.loads(run.stdout), "summary")
    return case


def loaded(path):
    return json.loads(path.read_text())


def array(path):
    return np.asanyarray(nib.load(path).dataobj)


def codes(object):
    return {warning["code"] for warning in object["warnings"]}


def covering(labels, bone):
    """The label that most of a bone's voxels carry."""
    counts = np.bincount(labels[bone], minlength=256)
    counts[0] = 0
    return int(counts.argmax())


def save(values, path, spacing=(1.0, 1.0, 1.0)):
    image = nib.Nifti1Image(np.rint(values).astype(np.int16), np.diag([*spacing, 1.0]))
    image.header.set_xyzt_units("mm")
    nib.save(image, path)
    return path


def changed_scan(scan, path, change):
    """The scan's CT with its voxels changed in place by `change`."""
    return changed(scan / "ct.nii.gz", path, change)


def changed(ct, path, change):
    image = nib.load(ct)
    values = np.asanyarray(image.dataobj).astype(np.int16)
    change(values)
    made = nib.Nifti1Image(values, image.affine)
    made.header.set_xyzt_units("mm")
    nib.save(made, path)
    return path


def on_the_grid_of(ct, labels):
    """Both readers see the labels on the CT's grid, and only ids of the VerSe scheme."""
    a, b = nib.load(ct), nib.load(labels)
    assert a.shape == b.shape and np.allclose(a.affine, b.affine, atol=1e-3)
    c, d = sitk.ReadImage(str(ct)), sitk.ReadImage(str(labels))
    for get in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
        assert np.allclose(getattr(c, get)(), getattr(d, get)(), atol=1e-3), get
    assert set(np.unique(b.dataobj)) <= {0, *NAMES}
    assert np.array_equal(sitk.GetArrayFromImage(d).T, np.asanyarray(b.dataobj))


def test_labels_lie_on_the_grid_and_on_the_bone(scan, segmented):
    """0.85: far below what a plain phantom gets, and far above what a slip by 3 mm leaves."""
    on_the_grid_of(scan / "ct.nii.gz", segmented / "labels.nii.gz")
    found, truth = array(segmented / "labels.nii.gz"), array(scan / "labels.nii.gz")
    names = []
    for number in range(IDS["T11"], IDS["L3"] + 1):
        bone = truth == number
        names.append(covering(found, bone))
        mine = found == names[-1]
        assert 2 * (bone & mine).sum() / (bone.sum() + mine.sum()) > 0.85, NAMES[number]
    order = [name for name in NAMES.values()]
    assert names == sorted(set(names), key=lambda number: order.index(NAMES[number])), "one label a vertebra, from head to foot"


@pytest.mark.parametrize("variant", ["plain", "left-handed", "oblique", "rotated"])
def test_the_longer_process_is_on_the_patients_left(scan, segmented, tmp_path, variant):
    """Left of each vertebra's own midplane, as its true frame has it. Only lumbar ones: a label may take in some rib at the others' tips."""
    labels = segmented / "labels.nii.gz"
    if variant != "plain":
        scan, labels = make_phantom(tmp_path / "scan", "--levels", "T12-L2", "--variant", variant), tmp_path / "labels.nii.gz"
        run = segment(scan / "ct.nii.gz", tmp_path)
        assert run.returncode == 0, run.stdout
        on_the_grid_of(scan / "ct.nii.gz", labels)
    found, truth, affine = array(labels), array(scan / "labels.nii.gz"), nib.load(labels).affine
    lps_from_index = np.diag([-1, -1, 1, 1]) @ affine
    told = 0
    for vertebra in loaded(scan / "truth.json")["vertebrae"]:
        from_patient = np.linalg.inv(np.reshape(vertebra["patient_from_vertebra"], (4, 4)))
        tips = vertebra["transverse_process_tips"]
        left, right = (abs((from_patient @ [*tips[f"{side}_lps_mm"], 1])[0]) for side in ("left", "right"))
        bone = truth == vertebra["label_id"]
        mine = np.argwhere(found == covering(found, bone))
        x = (np.c_[mine, np.ones(len(mine))] @ (from_patient @ lps_from_index).T)[:, 0]
        # Two voxels: what can be told from what a network takes off a tip.
        if vertebra["level"].startswith("L") and left > right + 2:
            told += 1
            assert x.max() > -x.min(), vertebra["level"]
    assert told


def test_the_same_bytes_whatever_the_threads(scan, segmented, tmp_path):
    for threads in (1, 2):
        folder = tmp_path / str(threads)
        folder.mkdir()
        assert segment(scan / "ct.nii.gz", folder, "--threads", threads).returncode == 0
        for name in ("labels.nii.gz", "report.json"):
            assert (folder / name).read_bytes() == (segmented / name).read_bytes(), (threads, name)


def test_report_and_summary(segmented):
    report, summary = loaded(segmented / "report.json"), loaded(segmented / "summary.json")
    check(report, "segmentation")
    check(summary, "summary")
    assert summary["output"] == str(segmented / "labels.nii.gz") and summary["command"] == "segment"
    labels = nib.load(segmented / "labels.nii.gz")
    values, affine = np.asanyarray(labels.dataobj), np.diag([-1, -1, 1, 1]) @ labels.affine
    assert {v["level"] for v in report["vertebrae"]} == {NAMES[n] for n in np.unique(values) if n} - {"S1"}
    height = [v["body_centre_lps_mm"][2] for v in report["vertebrae"]]
    assert height == sorted(height, reverse=True)
    for vertebra in report["vertebrae"]:
        mine = values == IDS[vertebra["level"]]
        assert vertebra["volume_mm3"] == pytest.approx(mine.sum() * abs(np.linalg.det(affine[:3, :3])), rel=1e-3)
        index = np.rint(np.linalg.inv(affine) @ [*vertebra["body_centre_lps_mm"], 1])[:3].astype(int)
        assert mine[tuple(index)], "the body's centre lies in the body"
    assert report["level_estimated"] == ("level_estimated" in codes(summary)) == ("level_estimated" in codes(report))
    assert {w["code"] for w in report["warnings"]} <= codes(summary)


def test_the_schemas_see_a_lie(segmented):
    report, model = loaded(segmented / "report.json"), loaded(MODELS / "model.json")
    check(model, "model")
    for key, value in (("level_estimated", "no"), ("extra", 1), ("anchors", ["a hunch"]), ("convention", "RAS"), ("probability", 2)):
        with pytest.raises(jsonschema.ValidationError):
            check({**report, key: value}, "segmentation")
    for key, value in (("level", "T14"), ("flaws", ["odd"]), ("confidence", 1.5), ("body_centre_lps_mm", [1, 2])):
        lie = json.loads(json.dumps(report))
        lie["vertebrae"][0][key] = value
        with pytest.raises(jsonschema.ValidationError):
            check(lie, "segmentation")


def test_a_dicom_folder_gives_the_labels_of_the_same_nifti(scan, segmented, tmp_path):
    """Written by pydicom slice by slice, rows and columns along L and P: the same LPS points get the same labels."""
    image = nib.load(scan / "ct.nii.gz")
    values, lps_from_index = np.asanyarray(image.dataobj), np.diag([-1, -1, 1, 1]) @ image.affine
    spacing = np.linalg.norm(lps_from_index[:3, :3], axis=0)
    # The phantom's axes run along the patient's; those that run against one of LPS are turned.
    against = np.diag(lps_from_index[:3, :3]) < 0
    assert np.allclose(np.abs(lps_from_index[:3, :3]), np.diag(spacing))
    grid = Grid(size=values.shape, spacing=spacing)
    grid.origin = lps_from_index[:3, 3] + np.diag(lps_from_index[:3, :3]) * (np.array(values.shape) - 1) * against
    index_from_lps = np.linalg.inv(lps_from_index)

    def hu(points):
        index = points @ index_from_lps[:3, :3].T + index_from_lps[:3, 3]
        return values[tuple(np.moveaxis(np.rint(index).astype(int), -1, 0))]

    save_dicom(slices(grid, hu=hu), tmp_path / "dicom")
    run = segment(tmp_path / "dicom", tmp_path)
    assert run.returncode == 0, run.stdout
    found, expected = sitk.ReadImage(str(tmp_path / "labels.nii.gz")), sitk.ReadImage(str(segmented / "labels.nii.gz"))
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path / "dicom")))
    series = reader.Execute()
    for get in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
        assert np.allclose(getattr(found, get)(), getattr(series, get)(), atol=1e-3), get
    same = sitk.GetArrayFromImage(sitk.Resample(expected, found, sitk.Transform(), sitk.sitkNearestNeighbor))
    mine = sitk.GetArrayFromImage(found)
    assert set(np.unique(mine)) == set(np.unique(same))
    # DICOM's decimal strings may round the extent across a voxel of the networks' grid, which then lies a millimetre elsewhere; a slip of the labels by
    # one voxel leaves about 0.93.
    for number in set(np.unique(same)) - {0}:
        a, b = mine == number, same == number
        assert 2 * (a & b).sum() / (a.sum() + b.sum()) > 0.98, NAMES[number]


def test_a_person_reads_a_table(scan, segmented, tmp_path):
    run = run_lamina("segment", scan / "ct.nii.gz", "-o", tmp_path / "l.nii", "-q")
    assert run.returncode == 0 and run.stderr == ""
    for vertebra in loaded(segmented / "report.json")["vertebrae"]:
        assert any(line.split()[:1] == [vertebra["level"]] for line in run.stdout.splitlines())
    assert "Levels " in run.stdout and str(tmp_path / "l.nii") in run.stdout
    assert np.array_equal(array(tmp_path / "l.nii"), array(segmented / "labels.nii.gz"))


def scan_with_a_rod(scan, path):
    """A rod of 6 mm through the body in the middle of the spine; the scan, and the voxel in the rod's middle."""
    centre = loaded(scan / "truth.json")["vertebrae"][2]
    image = nib.load(scan / "ct.nii.gz")
    place = np.reshape(centre["patient_from_vertebra"], (4, 4))[:3, 3]
    i, j, k = np.rint(np.linalg.inv(np.diag([-1, -1, 1, 1]) @ image.affine) @ [*place, 1])[:3].astype(int)

    def rod(values):
        values[i - 3 : i + 3, j - 8 : j + 8, k - 3 : k + 3] = 3000

    return changed_scan(scan, path, rod), (i, j, k)


def test_metal_is_warned_of(scan, tmp_path):
    ct, middle = scan_with_a_rod(scan, tmp_path / "ct.nii.gz")
    run = segment(ct, tmp_path)
    assert run.returncode == 0, run.stdout
    number = array(tmp_path / "labels.nii.gz")[middle]
    metal = [w for w in json.loads(run.stdout)["warnings"] if w["code"] == "metal"]
    assert number and NAMES[number] in metal[0]["levels"]


# Anchors

def moved(level, shift):
    order = [f"T{n}" for n in range(1, 13)] + [f"L{n}" for n in range(1, 7)]
    return order[order.index(level) + shift]


@pytest.mark.parametrize("shift", [0, 1])
def test_an_anchor_settles_the_names(scan, segmented, tmp_path, shift):
    """The middle vertebra gets the name that a person says, and the others follow; the bone stays where it is."""
    vertebrae = loaded(segmented / "report.json")["vertebrae"]
    middle = vertebrae[2]
    name = moved(middle["level"], shift)
    run = segment(scan / "ct.nii.gz", tmp_path, "--anchor", f"z_lps={middle['body_centre_lps_mm'][2]:.1f}:{name}")
    assert run.returncode == 0, run.stdout
    report = loaded(tmp_path / "report.json")
    check(report, "segmentation")
    assert not report["level_estimated"] and "user" in report["anchors"] and "level_estimated" not in codes(json.loads(run.stdout))
    named = {v["level"]: v for v in report["vertebrae"]}
    assert named[name]["body_centre_lps_mm"] == middle["body_centre_lps_mm"]
    assert len(named) == len(vertebrae)
    before, after = array(segmented / "labels.nii.gz"), array(tmp_path / "labels.nii.gz")
    assert np.array_equal(before > 0, after > 0) and (after[before == IDS[middle["level"]]] == IDS[name]).all()
    if shift == 0:
        assert np.array_equal(before, after)
    else:
        assert not np.intersect1d(before[before == after], IDS[middle["level"]]).size


@pytest.mark.parametrize(
    "anchors", [["z_lps=5000:L1"], ["L1"], ["z_lps=0:L9"], ["z_lps=nan:L1"], ["on both", "T9"]],
    ids=["off_the_spine", "no_place", "no_level", "not_a_number", "contradiction"])
def test_an_anchor_that_cannot_hold_is_an_error(scan, segmented, tmp_path, anchors):
    if anchors[0] == "on both":
        z = [v["body_centre_lps_mm"][2] for v in loaded(segmented / "report.json")["vertebrae"]]
        anchors = [f"z_lps={z[1]}:L4", f"z_lps={z[2]}:T4"]
    run = segment(scan / "ct.nii.gz", tmp_path, *[part for anchor in anchors for part in ("--anchor", anchor)])
    summary = json.loads(run.stdout)
    check(summary, "summary")
    assert run.returncode == 2 and "--anchor" in json.dumps(summary["error"])
    assert list(tmp_path.iterdir()) == []


# Models

def copied_model(folder):
    return shutil.copytree(MODELS, folder) / "model.json"


def test_a_model_elsewhere_is_the_same_model(scan, segmented, tmp_path):
    run = segment(scan / "ct.nii.gz", tmp_path, "--model", copied_model(tmp_path / "model"))
    assert run.returncode == 0, run.stdout
    assert (tmp_path / "labels.nii.gz").read_bytes() == (segmented / "labels.nii.gz").read_bytes()


def refused(scan, tmp_path, model, code):
    out = tmp_path / "out"
    out.mkdir()
    run = segment(scan / "ct.nii.gz", out, "--model", model)
    summary = json.loads(run.stdout)
    check(summary, "summary")
    assert run.returncode == code, run.stdout
    assert list(out.iterdir()) == []
    return summary["error"]


@pytest.mark.parametrize("network", ["coarse", "fine"])
def test_a_network_with_a_flipped_byte_is_7(scan, tmp_path, network):
    model = copied_model(tmp_path / "model")
    file = model.parent / loaded(model)[network]["file"]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert file.name in refused(scan, tmp_path, model, 7)["what"]


def drop(model, *path):
    for key in path[:-1]:
        model = model[key]
    del model[path[-1]]


def put(model, value, *path):
    for key in path[:-1]:
        model = model[key]
    model[path[-1]] = value


BROKEN = {
    "another_schema": lambda m: put(m, "lamina.plan", "schema"),
    "a_later_major_version": lambda m: put(m, "2.0.0", "schema_version"),
    "no_window": lambda m: drop(m, "window"),
    "no_scale": lambda m: put(m, 0, "window", "scale_hu"),
    "a_window_as_text": lambda m: put(m, "wide", "window", "low_hu"),
    "no_hash": lambda m: drop(m, "fine", "sha256"),
    "a_file_elsewhere": lambda m: put(m, "../fine.onnx", "fine", "file"),
    "two_lengths": lambda m: put(m, [96, 96], "coarse", "shape"),
    "an_odd_coarse_shape": lambda m: put(m, [95, 96, 96], "coarse", "shape"),
    "a_huge_patch": lambda m: put(m, [4096, 96, 96], "fine", "shape"),
    "no_spacing": lambda m: put(m, 0, "fine", "spacing_mm"),
    "no_centre": lambda m: drop(m, "fine", "centre_voxel"),
    "no_canal": lambda m: put(m, [c for c in m["coarse"]["classes"] if c != "canal"], "coarse", "classes"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_description_is_3(scan, tmp_path, how):
    """The schema sees what the program sees."""
    model = copied_model(tmp_path / "model")
    description = loaded(model)
    BROKEN[how](description)
    with pytest.raises(jsonschema.ValidationError):
        check(description, "model")
    model.write_text(json.dumps(description))
    error = refused(scan, tmp_path, model, 3)
    assert error["code"] == "bad_model" and str(model) in error["what"]


def test_a_description_that_is_no_json_is_3(scan, tmp_path):
    model = copied_model(tmp_path / "model")
    model.write_text("{")
    assert refused(scan, tmp_path, model, 3)["code"] == "bad_model"


def test_a_description_of_another_network_is_3(scan, tmp_path):
    """It is well formed, but the network gives one channel less."""
    model = copied_model(tmp_path / "model")
    description = loaded(model)
    description["fine"]["classes"].append("one_more")
    check(description, "model")
    model.write_text(json.dumps(description))
    assert refused(scan, tmp_path, model, 3)["code"] == "bad_model"


@pytest.mark.parametrize("missing", ["model.json", "fine.onnx"])
def test_a_model_that_is_not_there_is_6(scan, tmp_path, missing):
    model = copied_model(tmp_path / "model")
    (model.parent / (missing if missing == "model.json" else loaded(model)["fine"]["file"])).unlink()
    refused(scan, tmp_path, model, 6)


def test_without_the_engine_it_is_6(scan, tmp_path):
    run = segment_without_engine(scan, tmp_path)
    error = json.loads(run.stdout)["error"]
    assert run.returncode == 6 and error["code"] == "no_inference_engine" and list(tmp_path.iterdir()) == []


def segment_without_engine(scan, folder):
    return run_lamina(
        "segment", scan / "ct.nii.gz", "-o", folder / "labels.nii.gz", "--json", env={**os.environ, "LAMINA_OPENVINO": str(folder / "none.so")})


# What is no spine

def noisy(values, seed=5):
    return values + np.random.default_rng(seed).normal(0, 10, values.shape)


def grid(size=(140, 140, 140)):
    return np.meshgrid(*[np.arange(n) - n / 2 for n in size], indexing="ij")


def air():
    return noisy(np.full((120, 120, 120), -1000.0))


def constant():
    return np.full((120, 120, 120), 40.0)


def water_cylinder():
    x, y, _ = grid()
    return noisy(np.where(np.hypot(x, y) < 60, 0.0, -1000))


def noise():
    return np.random.default_rng(5).normal(0, 300, (120, 120, 120))


def skull():
    """Brain in a shell of 6 mm."""
    radius = np.sqrt(sum(a * a for a in grid()))
    return noisy(np.where(radius < 62, np.where(radius < 56, 35.0, 1000), -1000))


def legs():
    """Two thighs: skin fat, muscle, and a shaft of cortex with fatty marrow."""
    x, y, _ = grid((160, 120, 160))
    values = np.full(x.shape, -1000.0)
    for middle in (-40, 40):
        radius = np.hypot(x - middle, y)
        for outer, hu in ((38, -100), (33, 55), (14, 1300), (7, -50)):
            values = np.where(radius < outer, hu, values)
    return noisy(values)




@pytest.mark.parametrize("make", [air, constant, water_cylinder, noise, skull, legs])
def test_what_is_no_spine_is_4(tmp_path, make):
    ct, out = save(make(), tmp_path / "ct.nii.gz"), tmp_path / "out"
    out.mkdir()
    run = segment(ct, out)
    summary = json.loads(run.stdout)
    check(summary, "summary")
    assert run.returncode == 4 and summary["error"]["code"] == "no_spine" and "--labels" in summary["error"]["do"], run.stdout
    assert list(out.iterdir()) == []


def test_two_thin_slices_are_no_spine(scan, tmp_path):
    image = nib.load(scan / "ct.nii.gz")
    middle = image.shape[2] // 2
    part = nib.Nifti1Image(np.asanyarray(image.dataobj)[:, :, middle : middle + 2], image.affine)
    part.header.set_xyzt_units("mm")
    nib.save(part, tmp_path / "ct.nii.gz")
    out = tmp_path / "out"
    out.mkdir()
    assert segment(tmp_path / "ct.nii.gz", out).returncode == 4 and list(out.iterdir()) == []


def test_plan_of_what_is_no_spine_writes_no_case(tmp_path):
    ct = save(air(), tmp_path / "ct.nii.gz")
    run = run_lamina("plan", ct, "-o", tmp_path / "case", "--json")
    assert run.returncode == 4 and json.loads(run.stdout)["error"]["code"] == "no_spine"
    assert [path.name for path in tmp_path.iterdir()] == ["ct.nii.gz"]


# Files in the way

def test_existing_files_are_kept_unless_forced(scan, segmented, tmp_path):
    labels, report = tmp_path / "labels.nii.gz", tmp_path / "report.json"
    for mine in (labels, report):
        mine.write_text("mine")
        run = segment(scan / "ct.nii.gz", tmp_path)
        error = json.loads(run.stdout)["error"]
        assert error["where"] == ("-o" if mine == labels else "--report")
        assert run.returncode == 2 and "--force" in error["what"] and mine.read_text() == "mine" and list(tmp_path.iterdir()) == [mine]
        mine.unlink()
    labels.write_text("mine")
    report.write_text("mine")
    assert segment(scan / "ct.nii.gz", tmp_path, "--force").returncode == 0
    assert labels.read_bytes() == (segmented / "labels.nii.gz").read_bytes() and report.read_bytes() == (segmented / "report.json").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["labels.nii.gz", "report.json"]


def test_outputs_that_cannot_be(scan, tmp_path):
    """One file for two things, the scan itself, a folder, a name of another format: told before the work."""
    ct = tmp_path / "ct.nii.gz"
    shutil.copy(scan / "ct.nii.gz", ct)
    before = ct.read_bytes()
    (tmp_path / "folder.nii.gz").mkdir()
    for arguments in (
        ["-o", tmp_path / "a.nii.gz", "--report", tmp_path / "a.nii.gz"], ["-o", ct, "--force"], ["-o", tmp_path / "folder.nii.gz", "--force"],
        ["-o", tmp_path / "a.mha"], ["-o", tmp_path / "a.nii.gz", "--threads", "0"]):
        assert run_lamina("segment", ct, *arguments).returncode == 2, arguments
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ct.nii.gz", "folder.nii.gz"] and ct.read_bytes() == before


def test_nothing_is_written_into_a_case(scan, phantom_case, tmp_path):
    before = files(phantom_case)
    for arguments in (["-o", phantom_case / "l.nii.gz"], ["-o", tmp_path / "l.nii.gz", "--report", phantom_case / "r.json"]):
        run = run_lamina("segment", scan / "ct.nii.gz", *arguments, "--json")
        error = json.loads(run.stdout)["error"]
        assert run.returncode == 2 and error["code"] == "output_inside_a_case" and error["where"] == arguments[-2]
    assert files(phantom_case) == before and list(tmp_path.iterdir()) == []


def test_folders_above_the_outputs_are_made(scan, segmented, tmp_path):
    run = run_lamina("segment", scan / "ct.nii.gz", "-o", tmp_path / "a/b/l.nii.gz", "--report", tmp_path / "c/r.json")
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "a/b/l.nii.gz").read_bytes() == (segmented / "labels.nii.gz").read_bytes()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
@pytest.mark.parametrize("full", ["labels", "report"])
def test_a_full_disk_exits_6_and_leaves_nothing(scan, segmented, tmp_path, full):
    """Full in the midst of the labels, and after them: then there are no labels either."""
    size = (segmented / "labels.nii.gz").stat().st_size
    pages = max(1, size // 4096 // 2) if full == "labels" else -(-size // 4096)
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={4096 * pages}", "tmpfs", small]).returncode != 0:
        print("SKIPPED: tmpfs cannot be mounted here", file=sys.stderr)
        pytest.skip("tmpfs cannot be mounted here")
    try:
        run = segment(scan / "ct.nii.gz", small)
        summary = json.loads(run.stdout)
        check(summary, "summary")
        assert run.returncode == 6 and summary["error"]["code"] == "disk_full", run.stdout
        assert summary["error"]["what"].startswith(str(small / ("labels.nii.gz" if full == "labels" else "report.json")))
        assert os.listdir(small) == []
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_kill_leaves_no_output_and_the_next_run_cleans_up(scan, segmented, tmp_path):
    """Killed as soon as it begins to write. Whoever finishes before the kill shows nothing, and is tried again."""
    labels = tmp_path / "labels.nii.gz"
    command = [str(LAMINA), "segment", str(scan / "ct.nii.gz"), "-o", str(labels), "--report", str(tmp_path / "report.json"), "-q"]
    for _ in range(5):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while process.poll() is None and not os.listdir(tmp_path):
            pass
        process.kill()
        process.wait()
        if not labels.exists():
            break
        for path in tmp_path.iterdir():
            path.unlink()
    left = os.listdir(tmp_path)
    assert left and all(name.startswith((".labels.nii.gz.lamina-", ".report.json.lamina-")) for name in left)
    assert segment(scan / "ct.nii.gz", tmp_path).returncode == 0
    assert sorted(os.listdir(tmp_path)) == ["labels.nii.gz", "report.json"]
    assert labels.read_bytes() == (segmented / "labels.nii.gz").read_bytes()


def test_a_stop_leaves_nothing(scan, tmp_path):
    command = [LAMINA, "segment", scan / "ct.nii.gz", "-o", tmp_path / "labels.nii.gz", "--report", tmp_path / "report.json", "--json"]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if json.loads(line) == {"event": "stage_started", "stage": "segment"}:
            break
    process.send_signal(signal.SIGTERM)
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 6 and json.loads(stdout)["error"]["code"] == "stopped"
    assert list(tmp_path.iterdir()) == []


# Plans without labels

def test_a_plan_without_labels_is_a_case(scan, segmented, automatic_case):
    plan, manifest, report = (loaded(automatic_case / f"{name}.json") for name in ("plan", "manifest", "segmentation"))
    check(plan, "plan")
    check(manifest, "manifest")
    check(report, "segmentation")
    assert report == loaded(segmented / "report.json")
    assert (automatic_case / "labels.nii.gz").read_bytes() == (segmented / "labels.nii.gz").read_bytes()
    assert run_lamina("verify", automatic_case).returncode == 0
    levels = [v["level"] for v in report["vertebrae"]]
    assert [s["level"] for s in plan["screws"] if s["side"] == "left"] == levels
    assert any(s["status"] == "planned" for s in plan["screws"])
    assert {f"meshes/{level}.stl" for level in [*levels, "spine"]} <= set(files(automatic_case))
    assert report["level_estimated"] == ("level_estimated" in codes(plan)) == ("level_estimated" in codes(manifest))
    labels = manifest["parameters"]["labels"]
    assert labels["model"] == loaded(MODELS / "model.json") and labels["anchors"] == [] and labels["parameters"]
    assert "OpenVINO" in manifest["engines"] and manifest["parameters"]["synthetic_ct"] is False
    assert [record["path"] for record in manifest["inputs"]] == [str(scan / "ct.nii.gz")]


def test_labels_of_ones_own_are_recorded_as_before(phantom_case):
    manifest = loaded(phantom_case / "manifest.json")
    labels = manifest["parameters"]["labels"]
    assert labels["scheme"] == "lamina" and {"label_import", "label_fit"} <= set(labels)
    assert "OpenVINO" not in manifest["engines"] and not (phantom_case / "segmentation.json").exists()


def test_what_is_not_trusted_is_not_planned(scan, tmp_path):
    """All of L1 behind its middle is erased: half a vertebra. Whatever is doubted is refused for that reason, and nothing else is."""
    bone = np.argwhere(array(scan / "labels.nii.gz") == IDS["L1"])
    # The affine is RAS: along a positive step the index grows to the front.
    back_is_high = nib.load(scan / "ct.nii.gz").affine[1, 1] < 0
    behind = (bone[:, 1] > np.median(bone[:, 1])) == back_is_high

    def erase(values):
        values[tuple(bone[behind].T)] = 40

    ct = changed_scan(scan, tmp_path / "ct.nii.gz", erase)
    run = run_lamina("plan", ct, "-o", tmp_path / "case", "--json")
    assert run.returncode in (0, 5), run.stdout
    plan, report = (loaded(tmp_path / "case" / f"{name}.json") for name in ("plan", "segmentation"))
    check(plan, "plan")
    doubted = {v["level"] for v in report["vertebrae"] if set(v["flaws"]) - {"cut_by_view"}}
    refused = {s["level"] for s in plan["screws"] if "segmentation_not_trusted" in [r["code"] for r in s["reasons"]]}
    assert doubted and doubted == refused == {level for w in report["warnings"] if w["code"] == "not_trusted" for level in w["levels"]}
    assert all(s["status"] == "refused" for s in plan["screws"] if s["level"] in doubted)
    assert all("not_trusted" in codes(s) for s in plan["screws"] if s["level"] in doubted)


def test_a_synthetic_ct_is_warned_of_and_planned_with_wider_margins(scan, automatic_case, tmp_path):
    level = loaded(automatic_case / "segmentation.json")["vertebrae"][2]["level"]
    run = run_lamina("plan", scan / "ct.nii.gz", "-o", tmp_path / "case", "--levels", level, "--synthetic-ct", "--json")
    assert run.returncode in (0, 5), run.stdout
    assert "synthetic_ct" in codes(json.loads(run.stdout))
    plan, manifest = loaded(tmp_path / "case/plan.json"), loaded(tmp_path / "case/manifest.json")
    check(plan, "plan")
    check(manifest, "manifest")
    assert "synthetic_ct" in codes(plan) and "synthetic_ct" in codes(manifest)
    assert manifest["parameters"]["synthetic_ct"] is True and manifest["parameters"]["planning"]["screw"]["minimumWall"] == 1
    assert loaded(automatic_case / "manifest.json")["parameters"]["planning"]["screw"]["minimumWall"] < 1
    assert {s["level"] for s in plan["screws"]} == {level}


@pytest.mark.parametrize("options", [["--anchor", "z_lps=0:L1"], ["--model", MODELS / "model.json"]], ids=["anchor", "model"])
def test_options_of_the_segmentation_exclude_labels(phantom, tmp_path, options):
    run = run_lamina(*plan_arguments(phantom, tmp_path / "case"), *options)
    assert run.returncode == 2 and "--labels" in run.stderr and list(tmp_path.iterdir()) == []


def erase_front_half(values, scan, level, noise=0, rim=2):
    """Makes what lies before the vertebra's middle soft tissue, with `rim` voxels of what has no label, into which its wall is blurred.

    Returns which voxels that were."""
    truth = array(scan / "labels.nii.gz")
    mine = truth == IDS[level]
    grown = sitk.GetArrayFromImage(sitk.BinaryDilate(sitk.GetImageFromArray(mine.astype(np.uint8)), [rim] * 3)) > 0
    place = np.argwhere(grown & (mine | (truth == 0)))
    # The affine is RAS: along a positive step the index grows to the front.
    front_is_high = nib.load(scan / "ct.nii.gz").affine[1, 1] > 0
    place = place[(place[:, 1] > np.median(np.argwhere(mine)[:, 1])) == front_is_high]
    values[tuple(place.T)] = np.rint(40 + np.random.default_rng(3).normal(0, noise, len(place)))
    return tuple(place.T)


@pytest.mark.parametrize("noise,rim", [(0, 2), (20, 2), (20, 0)])
def test_bone_that_was_made_up_is_not_trusted(scan, tmp_path, noise, rim):
    """The front half of L1 is soft tissue. It is not trusted, whether the network draws it all the same or only the half that is there, and no other is doubted."""
    erased = []
    ct = changed_scan(scan, tmp_path / "ct.nii.gz", lambda values: erased.append(erase_front_half(values, scan, "L1", noise, rim)))
    run = segment(ct, tmp_path)
    assert run.returncode == 0, run.stdout
    report = loaded(tmp_path / "report.json")
    check(report, "segmentation")
    found, truth = array(tmp_path / "labels.nii.gz"), array(scan / "labels.nii.gz")
    spoilt = NAMES[covering(found, truth == IDS["L1"])]
    flaws = {v["level"]: set(v["flaws"]) - {"cut_by_view"} for v in report["vertebrae"]}
    assert {level for level, found_wrong in flaws.items() if found_wrong} == {spoilt}
    warning = next(w for w in report["warnings"] if w["code"] == "not_trusted" and w["levels"] == [spoilt])
    # With its blurred wall erased, too, the half may be seen to be gone; with the wall left it is drawn.
    gone = np.zeros(truth.shape, bool)
    gone[erased[0]] = True
    made_up = np.mean(found[gone & (truth == IDS["L1"])] == IDS[spoilt])
    assert made_up > 0.5 or (rim > 0 and made_up < 0.15)
    assert ("boneless" if made_up > 0.5 else "unusual_volume") in flaws[spoilt]
    if "boneless" in flaws[spoilt]:
        share = next(v["soft_share"] for v in report["vertebrae"] if v["level"] == spoilt)
        assert f"{share:.0%}".replace("%", " %") in warning["message"]


# Relabelling

def relabel(case, shift, *options):
    run = run_lamina("relabel", case, "--shift", shift, "--json", *options)
    check(json.loads(run.stdout), "summary")
    return run


@pytest.fixture
def case(automatic_case, tmp_path):
    return shutil.copytree(automatic_case, tmp_path / "case")


def test_relabelled_by_one_and_back(case, automatic_case, tmp_path):
    levels = [v["level"] for v in loaded(automatic_case / "segmentation.json")["vertebrae"]]
    later = [moved(level, 1) for level in levels]
    run = relabel(case, 1)
    assert run.returncode in (0, 5), run.stdout
    plan, manifest, report = (loaded(case / f"{name}.json") for name in ("plan", "manifest", "segmentation"))
    check(plan, "plan")
    check(manifest, "manifest")
    check(report, "segmentation")
    assert run_lamina("verify", case).returncode == 0 and os.listdir(tmp_path) == ["case"]

    before, after = array(automatic_case / "labels.nii.gz"), array(case / "labels.nii.gz")
    for old, new in zip(levels, later):
        assert np.array_equal(before == IDS[old], after == IDS[new])
    assert np.array_equal(before > 0, after > 0)
    assert [s["level"] for s in plan["screws"] if s["side"] == "left"] == later == [v["level"] for v in report["vertebrae"]]
    assert {p.stem for p in (case / "meshes").iterdir()} == {*later, "spine"}
    for old, new in zip(levels, later):
        assert (case / f"meshes/{new}.stl").stat().st_size == (automatic_case / f"meshes/{old}.stl").stat().st_size
    screws = {(s["level"], s["side"]) for s in plan["screws"] if s["status"] == "planned"}
    assert {tuple(p.stem.split("_")) for p in (case / "screws").iterdir()} == screws
    rows = (case / "screws.csv").read_text()
    assert all(level in rows for level in later) and f"\n{levels[0]}," not in rows
    page = (case / "report.html").read_text()
    assert hashlib.sha256((case / "plan.json").read_bytes()).hexdigest() in page and "A person moved the count" in page and "LEVEL ESTIMATED" not in page

    assert not report["level_estimated"] and "user" in report["anchors"] and report["shifts"] == []
    for warnings in (plan, manifest, json.loads(run.stdout)):
        assert "relabelled" in codes(warnings) and "level_estimated" not in codes(warnings)
    labels, first = manifest["parameters"]["labels"], loaded(automatic_case / "manifest.json")
    assert labels["relabelled_by"] == 1 and labels["before"] == first["parameters"]["labels"]
    assert labels["plan_arguments"] == first["arguments"][2:] and manifest["arguments"][1] == "relabel"
    assert plan["image"] == loaded(automatic_case / "plan.json")["image"]

    run = relabel(case, -1)
    assert run.returncode in (0, 5), run.stdout
    assert (case / "labels.nii.gz").read_bytes() == (automatic_case / "labels.nii.gz").read_bytes()
    assert set(files(case)) == set(files(automatic_case))
    for name, data in files(automatic_case).items():
        if name.endswith(".stl"):
            assert (case / name).read_bytes() == data, name
    manifest = loaded(case / "manifest.json")
    assert manifest["parameters"]["labels"]["relabelled_by"] == -1 and manifest["parameters"]["labels"]["before"] == labels
    assert run_lamina("verify", case).returncode == 0


def test_a_case_with_labels_of_ones_own_can_be_relabelled(one_level_case, tmp_path):
    """Only L1 was planned; all three labels move, and L2 is planned in its place."""
    case = shutil.copytree(one_level_case, tmp_path / "case")
    assert relabel(case, 1).returncode in (0, 5)
    assert set(np.unique(array(case / "labels.nii.gz"))) == {0, IDS["L1"], IDS["L2"], IDS["L3"]}
    assert {s["level"] for s in loaded(case / "plan.json")["screws"]} == {"L2"} and not (case / "segmentation.json").exists()
    # It is still a plan for `--force`, and for nobody else to replace.
    run = run_lamina("mesh", case, "-o", case, "--force")
    assert run.returncode == 2 and "relabel" in run.stderr
    assert run_lamina("plan", loaded(case / "manifest.json")["inputs"][0]["path"], "-o", case, "--levels", "L1", "--force").returncode in (0, 4, 5)
    assert loaded(case / "manifest.json")["arguments"][1] == "plan"


def warnings_by_code(folder):
    return {w["code"]: w for w in loaded(folder / "plan.json")["warnings"]}


def test_what_was_said_of_the_bones_is_said_of_their_new_names(scan, tmp_path):
    """Metal, and a vertebra that is not trusted: twice moved by one, each names the bone's own level of the day, in its list and in its sentence."""
    ct, _ = scan_with_a_rod(scan, tmp_path / "ct.nii.gz")
    ct = changed(ct, tmp_path / "halved.nii.gz", lambda values: erase_front_half(values, scan, "L3"))
    case = tmp_path / "case"
    assert run_lamina("plan", ct, "-o", case).returncode in (0, 5)
    first = warnings_by_code(case)
    assert {"metal", "not_trusted"} <= set(first), first
    # Half a vertebra more or less changes no count; only the names' own warning is the person's to settle.
    of_names = {"level_estimated", "missing_level", "skipped_number", "uneven_spacing", "implausible_spacing"}
    for shift in (1, 2):
        run = relabel(case, 1)
        assert run.returncode in (0, 5), run.stdout
        now = warnings_by_code(case)
        assert set(first) - of_names <= set(now) and "relabelled" in now
        for code in ("metal", "not_trusted"):
            names = [moved(level, shift) for level in first[code]["levels"]]
            assert now[code]["levels"] == names
            # From the last to the first, so that no name is moved twice.
            message = first[code]["message"]
            for old in sorted(first[code]["levels"], key=IDS.get, reverse=True):
                message = message.replace(old, moved(old, shift))
            assert now[code]["message"] == message
        written = {w["code"]: (w["message"], w.get("levels")) for w in json.loads(run.stdout)["warnings"]}
        report = {w["code"]: (w["message"], w["levels"]) for w in loaded(case / "segmentation.json")["warnings"]}
        for code in ("metal", "not_trusted"):
            assert written[code] == report[code] == (now[code]["message"], now[code]["levels"])
        assert run_lamina("verify", case).returncode == 0


def test_what_only_the_label_file_told_is_kept(scan, tmp_path):
    """Unknown ids, a map that ends in the midst of L3 and another grid: none of it stands in the case's own labels."""
    labels = nib.load(scan / "labels.nii.gz")
    values = np.asanyarray(labels.dataobj).astype(np.int16)
    middle = int(np.argwhere(values == IDS["L3"])[:, 2].mean())
    values, affine = values[:, :, middle:], labels.affine.copy()
    values[0, 0, -1] = 99
    affine[:3, 3] += affine[:3, 2] * middle + affine[:3, 0] * 0.3
    made = nib.Nifti1Image(values, affine)
    made.header.set_xyzt_units("mm")
    nib.save(made, tmp_path / "labels.nii.gz")
    case = tmp_path / "case"
    run = run_lamina("plan", scan / "ct.nii.gz", "-o", case, "--labels", tmp_path / "labels.nii.gz", "--scheme", "lamina", "--levels", "L2")
    assert run.returncode in (0, 5), run.stderr
    (tmp_path / "labels.nii.gz").unlink()
    first = warnings_by_code(case)
    assert {"unknown_ids", "resampled", "may_be_cut"} <= set(first), first
    assert relabel(case, -1).returncode in (0, 5)
    now = warnings_by_code(case)
    assert set(now) == {*first, "relabelled"}
    for code in ("unknown_ids", "resampled"):
        assert now[code] == first[code]
    assert now["may_be_cut"]["levels"] == ["L2"] and now["may_be_cut"]["message"] == first["may_be_cut"]["message"].replace("L3", "L2")
    assert relabel(case, 1).returncode in (0, 5)
    assert set(warnings_by_code(case)) == {*first, "relabelled"} and warnings_by_code(case)["may_be_cut"] == first["may_be_cut"]


def refused_relabelling(case, exit_code, code, shift=1, *options):
    before = files(case)
    run = relabel(case, shift, *options)
    error = json.loads(run.stdout)["error"]
    assert (run.returncode, error["code"]) == (exit_code, code), run.stdout
    assert files(case) == before and [name for name in os.listdir(case.parent) if name.startswith(".")] == []


def test_a_changed_case_is_not_relabelled(case):
    (case / "screws.csv").write_text("level\n")
    refused_relabelling(case, 7, "case_changed")


def test_another_catalogue_is_7(scan, tmp_path):
    catalogue, case = tmp_path / "screws.json", tmp_path / "case"
    shutil.copy(ROOT / "Planning/Catalogue/screws.json", catalogue)
    run = run_lamina("plan", scan / "ct.nii.gz", "-o", case, "--labels", scan / "labels.nii.gz", "--scheme", "lamina", "--levels", "L1",
                     "--catalogue", catalogue)
    assert run.returncode in (0, 5), run.stderr
    catalogue.write_text(catalogue.read_text() + " ")
    refused_relabelling(case, 7, "another_catalogue")


def test_another_scan_is_7(case, scan, phantom, tmp_path):
    """One voxel differs; and a scan of another grid."""
    def one_voxel(values):
        values[0, 0, 0] += 1

    refused_relabelling(case, 7, "another_scan", 1, "--input", changed_scan(scan, tmp_path / "other.nii.gz", one_voxel))
    refused_relabelling(case, 7, "another_scan", 1, "--input", phantom / "ct.nii.gz")


def test_a_scan_far_away_is_7(case, scan, tmp_path):
    """Its grid and the labels do not even meet."""
    image = nib.load(scan / "ct.nii.gz")
    away = image.affine.copy()
    away[:3, 3] += 1000
    moved = nib.Nifti1Image(np.asanyarray(image.dataobj), away)
    moved.header.set_xyzt_units("mm")
    nib.save(moved, tmp_path / "away.nii.gz")
    refused_relabelling(case, 7, "another_scan", 1, "--input", tmp_path / "away.nii.gz")


def test_a_missing_scan_is_2_and_may_be_named(case, scan, automatic_case, tmp_path):
    """The scan has moved since."""
    place = tmp_path / "here.nii.gz"
    refused_relabelling(case, 2, "scan_not_found", 1, "--input", place)
    shutil.copy(scan / "ct.nii.gz", place)
    run = relabel(case, 1, "--input", place)
    assert run.returncode in (0, 5), run.stdout
    assert [record["path"] for record in loaded(case / "manifest.json")["inputs"]] == [str(place)]


def test_shifts_that_cannot_be_are_2(case):
    refused_relabelling(case, 2, "shift_out_of_range", 12)
    for shift in ("0", "99", "one"):
        assert run_lamina("relabel", case, "--shift", shift).returncode == 2


def test_only_plans_are_relabelled(scan, tmp_path):
    folder = shutil.copytree(scan, tmp_path / "case")
    refused_relabelling(folder, 2, "not_a_plan")
    assert run_lamina("relabel", tmp_path, "--shift", "1").returncode == 7
