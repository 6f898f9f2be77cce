"""The command line's contract (Protocols/Specification/cli.md): exit codes, JSON on stdout, JSON lines on stderr."""

import hashlib
import json
import os
import shlex
import subprocess
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import SimpleITK as sitk
from pydicom.uid import CTImageStorage

from asymmetric import LAMINA
from conftest import plan_arguments, schema
from dicom_writer import PATIENT, base, decimals, set_pixels

PATIENT_ID = "ID-4711"
FORMATS = jsonschema.Draft202012Validator.FORMAT_CHECKER


def check(value, name):
    jsonschema.Draft202012Validator(schema(name), format_checker=FORMATS).validate(value)


def progress(run):
    events = [json.loads(line) for line in run.stderr.splitlines()]
    for event in events:
        check(event, "progress")
    return events


@pytest.mark.parametrize(
    "name",
    [
        "evaluation", "frame-message", "geometry", "info", "initial", "landmarks", "plan", "manifest", "model", "poses", "progress", "segmentation", "summary",
        "surface", "truth",
    ],
)
def test_schemas_are_schemas(name):
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["plan"],
        ["plan", "ct.nii.gz"],
        ["plan", "ct.nii.gz", "-o", "case", "--levels", "T13-T2"],
        ["plan", "ct.nii.gz", "-o", "case", "--levels", "L9"],
        ["plan", "ct.nii.gz", "-o", "case", "--threads", "0"],
        ["plan", "ct.nii.gz", "-o", "case", "--labels", "l.nii.gz", "--scheme", "guess"],
        ["plan", "ct.nii.gz", "-o", "case", "-q", "-v"],
        ["plan", "ct.nii.gz", "-o", "case", "--scheme", "verse"],
        ["plan", "ct.nii.gz", "-o", "case", "--anchor", "L3"],
        ["segment", "ct.nii.gz"],
        ["segment", "ct.nii.gz", "-o", "labels.mha"],
        ["segment", "ct.nii.gz", "-o", "labels.nii.gz", "--threads", "65"],
        ["relabel", "case"],
        ["report", "case"],
        ["plan", "ct.nii.gz", "-o", "case", "--pseudonym", ""],
        ["relabel", "case", "--shift", "0"],
    ],
)
def test_wrong_command_lines_exit_2(lamina, arguments, tmp_path):
    run = lamina(*arguments, "--json", cwd=tmp_path)
    assert run.returncode == 2
    summary = json.loads(run.stdout)
    check(summary, "summary")
    assert summary["exit"] == "usage" and summary["error"]["what"]
    assert progress(run)[-1]["event"] == "failure"
    assert list(tmp_path.iterdir()) == []


def test_labels_without_scheme_lists_the_schemes_and_guesses_nothing(lamina, tmp_path):
    run = lamina("plan", "ct.nii.gz", "-o", tmp_path / "case", "--labels", "l.nii.gz")
    assert run.returncode == 2
    for scheme in ("totalsegmentator-v2", "totalsegmentator-v1", "verse", "lamina"):
        assert scheme in run.stderr


def test_help_and_version_exit_0(lamina):
    version, *libraries = lamina("--version").stdout.splitlines()
    assert version.count(".") == 2
    names = [line.split(": ")[0] for line in libraries]
    assert names == ["Assimp", "DCMTK", "Eigen", "GDCM", "libcrypto", "libpng", "LibTIFF", "OpenVINO", "teem", "ZeroMQ", "zlib"]
    assert all(any(c.isdigit() for c in line) for line in libraries), libraries
    for arguments in (["--help"], ["plan", "--help"], ["help", "plan"], ["segment", "--help"], ["relabel", "--help"], ["report", "--help"], ["track", "--help"], ["simulate", "--help"]):
        run = lamina(*arguments)
        assert run.returncode == 0 and "USAGE" in run.stdout and run.stderr == ""


def test_version_says_what_is_wrong_with_the_engine(lamina, tmp_path):
    wrong = tmp_path / "libopenvino_c.so"
    for content in (None, "not a library"):
        if content:
            wrong.write_text(content)
        run = lamina("--version", env={**os.environ, "LAMINA_OPENVINO": str(wrong)})
        assert run.returncode == 0 and run.stderr == ""
        assert "OpenVINO: not usable: " in run.stdout and str(wrong) in run.stdout and "LAMINA_OPENVINO" in run.stdout


def test_missing_input_exits_6_and_leaves_nothing(lamina, phantom, tmp_path):
    run = lamina("plan", tmp_path / "none.nii.gz", "--labels", phantom / "labels.nii.gz", "--scheme", "lamina", "-o", tmp_path / "a/case")
    assert run.returncode == 6 and "none.nii.gz" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_damaged_input_exits_3_and_leaves_nothing(lamina, phantom, tmp_path):
    broken = tmp_path / "broken.nii.gz"
    broken.write_bytes((phantom / "ct.nii.gz").read_bytes()[:200_000])
    out = tmp_path / "out"
    run = lamina("plan", broken, "--labels", phantom / "labels.nii.gz", "--scheme", "lamina", "-o", out / "case", "--json")
    assert run.returncode == 3
    check(json.loads(run.stdout), "summary")
    assert not out.exists()


def test_levels_all_missing_exit_4_without_files(lamina, phantom, tmp_path):
    run = lamina(*plan_arguments(phantom, tmp_path / "case", "L4-L5"), "--json")
    assert run.returncode == 4
    error = json.loads(run.stdout)["error"]
    assert error["code"] == "level_not_in_labels" and "T12" in error["do"]
    assert list(tmp_path.iterdir()) == []


def test_some_levels_missing_exit_4_with_files(lamina, phantom, tmp_path):
    run = lamina(*plan_arguments(phantom, tmp_path / "case", "L2-L3"), "--json")
    assert run.returncode == 4
    summary = json.loads(run.stdout)
    check(summary, "summary")
    assert "error" not in summary
    by_level = {(s["level"], s["side"]): s for s in summary["screws"]}
    assert set(by_level) == {("L2", "left"), ("L2", "right"), ("L3", "left"), ("L3", "right")}
    for side in ("left", "right"):
        assert by_level["L3", side]["status"] == "refused" and by_level["L3", side]["reasons"] == ["level_not_in_labels"]


def test_a_refused_pedicle_exits_5_with_files(lamina, sample, tmp_path):
    # L2 of the sample is cut by the lower edge of the image.
    case = tmp_path / "case"
    labels = ["--labels", sample / "mask.nii.gz", "--scheme", "totalsegmentator-v2"]
    run = lamina("plan", sample / "cxr.nii.gz", *labels, "--levels", "L2", "-o", case)
    assert run.returncode == 5
    plan = json.loads((case / "plan.json").read_text())
    check(plan, "plan")
    assert [(s["side"], s["status"], s["reasons"][0]["code"]) for s in plan["screws"]] == [
        ("left", "refused", "cut_by_view"),
        ("right", "refused", "cut_by_view"),
    ]
    assert "REFUSED" in run.stdout and "left" in run.stdout and "right" in run.stdout
    assert json.loads((case / "manifest.json").read_text())["exit_code"] == 5


def test_quiet_is_quiet(lamina, phantom, tmp_path):
    run = lamina(*plan_arguments(phantom, tmp_path / "case", "L1"), "-q")
    assert run.returncode in (0, 5) and run.stderr == ""


def test_every_line_of_progress_and_the_summary_keep_their_schema(lamina, phantom, tmp_path):
    run = lamina(*plan_arguments(phantom, tmp_path / "case", "L1"), "--json")
    check(json.loads(run.stdout), "summary")
    events = progress(run)
    started = [e["stage"] for e in events if e["event"] == "stage_started"]
    assert started == [e["stage"] for e in events if e["event"] == "stage_finished"] and "plan" in started
    assert any(e["event"] == "progress" and e["done"] == e["total"] == 1 for e in events)


@pytest.mark.parametrize("as_json", [True, False])
def test_a_full_stdout_exits_6_and_says_that_the_case_stands(phantom, tmp_path, as_json):
    command = [*plan_arguments(phantom, tmp_path / "case", "L1"), *(["--json"] if as_json else [])]
    with open("/dev/full", "w") as full:
        run = subprocess.run([LAMINA, *map(str, command)], stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 6
    error = progress(run)[-1]["error"]
    assert error["code"] == "stdout" and str(tmp_path / "case") in error["what"] and (tmp_path / "case" / "manifest.json").exists()


def test_a_reader_that_has_gone_away_is_no_error(phantom):
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run([LAMINA, "info", phantom / "ct.nii.gz", "--json"], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert run.returncode == 0 and run.stderr == b""


def test_closed_streams_do_not_end_up_in_the_case(lamina, phantom, tmp_path):
    """A file opened while stderr is closed would take its number, and the progress lines with it."""
    command = " ".join(shlex.quote(str(a)) for a in [LAMINA, *plan_arguments(phantom, tmp_path / "case", "L1")])
    assert subprocess.run(f"{command} --json <&- >&- 2>&-", shell=True).returncode in (0, 5)
    # It checks every hash first.
    assert lamina("mesh", tmp_path / "case", "-o", tmp_path / "mesh", "--levels", "T1").returncode == 4


def test_a_case_inside_the_folder_of_its_ct_leaves_itself_out_of_the_inputs(lamina, phantom, tmp_path):
    ct = tmp_path / "ct"
    dicom_folder(phantom / "ct.nii.gz", ct)
    for force in ([], ["--force"]):
        run = lamina("plan", ct, "--labels", phantom / "labels.nii.gz", "--scheme", "lamina", "--levels", "L1", "-o", ct / "case", *force)
        assert run.returncode in (0, 5), run.stderr
        inputs = {Path(record["path"]).name for record in json.loads((ct / "case" / "manifest.json").read_text())["inputs"]}
        assert inputs == {path.name for path in ct.glob("*.dcm")} | {"labels.nii.gz"}


def test_info_keeps_its_schema(lamina, phantom, tmp_path):
    """Of what can be read and of what cannot; other tests check it for every format (asymmetric.py)."""
    dicom_folder(phantom / "ct.nii.gz", tmp_path / "ct")
    (tmp_path / "broken.nii").write_bytes(b"no image")
    for path, code in ((phantom / "ct.nii.gz", 0), (tmp_path / "ct", 0), (tmp_path / "broken.nii", 3)):
        run = lamina("info", path, "--json", "--probe=0,0,0", "--probe=9999,0,0")
        report = json.loads(run.stdout)
        check(report, "info")
        assert run.returncode == code and ("error" in report) == (code != 0)


def test_a_plan_names_its_scan_and_not_the_patient(lamina, phantom, tmp_path):
    ct, case = tmp_path / "ct", tmp_path / "case"
    dicom_folder(phantom / "ct.nii.gz", ct)
    (ct / "readme.txt").write_text("no part of the scan")
    run = lamina("plan", ct, "--labels", phantom / "labels.nii.gz", "--scheme", "lamina", "--levels", "L1", "-o", case)
    assert run.returncode in (0, 5), run.stderr
    plan, manifest = (json.loads((case / name).read_text()) for name in ("plan.json", "manifest.json"))
    check(plan, "plan")
    check(manifest, "manifest")
    image = plan["image"]
    digests = subprocess.run("sha256sum *.dcm | cut -c1-64 | sort | sha256sum | cut -c1-64", shell=True, cwd=ct, capture_output=True, text=True)
    assert image["sha256"] == digests.stdout.strip()
    assert (image["study_instance_uid"], image["series_instance_uid"], image["frame_of_reference_uid"]) == ("1.2.3", "1.2.9", "1.2.3.4")
    read = sitk.ReadImage(str(phantom / "ct.nii.gz"))
    assert image["size"] == list(read.GetSize())
    assert image["spacing_mm"] == pytest.approx(read.GetSpacing(), abs=1e-6)
    assert image["origin_lps_mm"] == pytest.approx(read.GetOrigin(), abs=1e-4)
    metadata = manifest["image"].pop("metadata")
    assert manifest["image"] == image and metadata["format"] == "dicom"
    assert "files_skipped" in {w["code"] for w in plan["warnings"]}, "a warning of the reader reaches the plan"
    for path in (case / "plan.json", case / "manifest.json", case / "screws.csv"):
        for secret in (PATIENT, PATIENT_ID, "asymmetric", "20200102"):
            assert secret.encode() not in path.read_bytes(), (path, secret)


def test_a_plan_of_a_nifti_names_its_bytes(phantom, phantom_case):
    image = json.loads((phantom_case / "plan.json").read_text())["image"]
    assert image["sha256"] == hashlib.sha256((phantom / "ct.nii.gz").read_bytes()).hexdigest()
    assert image["study_instance_uid"] is image["series_instance_uid"] is image["frame_of_reference_uid"] is None


def test_uneven_slices_are_planned_only_when_asked(lamina, phantom, tmp_path):
    ct, case = tmp_path / "ct", tmp_path / "case"
    dicom_folder(phantom / "ct.nii.gz", ct)
    sorted(ct.iterdir())[5].unlink()
    arguments = ["plan", ct, "--labels", phantom / "labels.nii.gz", "--scheme", "lamina", "--levels", "L1", "-o", case, "--json"]
    run = lamina(*arguments)
    error = json.loads(run.stdout)["error"]
    assert run.returncode == 3 and error["code"] == "uneven_slices" and "--resample-uneven" in error["what"]
    assert lamina(*arguments, "--resample-uneven").returncode in (0, 5)
    assert "slices_resampled" in {w["code"] for w in json.loads((case / "plan.json").read_text())["warnings"]}


def dicom_folder(nifti, folder):
    """The CT as one DICOM file a slice."""
    image = sitk.ReadImage(str(nifti))
    axes, spacing = np.reshape(image.GetDirection(), (3, 3)), np.array(image.GetSpacing())

    class grid:
        size = image.GetSize()

    folder.mkdir()
    for k, voxels in enumerate(sitk.GetArrayFromImage(image)):
        d = base(CTImageStorage, "1.2.9", grid, patient=PATIENT_ID)
        d.ImagePositionPatient = decimals(np.array(image.GetOrigin()) + axes[:, 2] * spacing[2] * k)
        d.ImageOrientationPatient, d.PixelSpacing = decimals([*axes[:, 0], *axes[:, 1]]), decimals([spacing[1], spacing[0]])
        d.RescaleSlope, d.RescaleIntercept = "1", "0"
        set_pixels(d, voxels, 1, 0)
        d.save_as(folder / f"{k:04d}.dcm", enforce_file_format=True)
