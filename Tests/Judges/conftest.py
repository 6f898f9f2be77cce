"""Fixtures of all judges: the built program, the sample CT and a small phantom."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
SPECIFICATION = ROOT / "Protocols" / "Specification"


PROGRAM = os.environ.get("LAMINA", str(ROOT / ".build/release/lamina"))


def run_lamina(*arguments, **options):
    """Runs lamina with text output captured; never raises on its exit code."""
    command = [PROGRAM, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, **options)


def heed_signals():
    """For `preexec_fn`: under nohup or in a script's background SIGHUP and SIGINT are ignored, which a child inherits and lamina rightly keeps to."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def lamina():
    return run_lamina


@pytest.fixture(scope="session")
def sample():
    """Folder of the sample CT (cxr.nii.gz, mask.nii.gz); fetched once, skipped loudly without network."""
    fetched = subprocess.run([ROOT / "Tools/fetch_sample.sh"], capture_output=True, text=True)
    if fetched.returncode != 0:
        print(f"SKIPPED: the sample CT cannot be had: {fetched.stderr}", file=sys.stderr)
        pytest.skip("the sample CT cannot be fetched")
    return Path(fetched.stdout.strip())


@pytest.fixture(scope="session")
def phantom(tmp_path_factory):
    """A small synthetic CT: T12 to L2, seed 7."""
    folder = tmp_path_factory.mktemp("phantom") / "small"
    made = run_lamina("phantom", "-o", folder, "--seed", 7, "--levels", "T12-L2")
    assert made.returncode == 0, made.stderr
    return folder


def plan_arguments(phantom, case, levels="T12-L2"):
    return ["plan", phantom / "ct.nii.gz", "--labels", phantom / "labels.nii.gz", "--scheme", "lamina", "--levels", levels, "-o", case]


@pytest.fixture(scope="session")
def phantom_case(phantom, tmp_path_factory):
    """The phantom planned; tests must not change it."""
    case = tmp_path_factory.mktemp("case") / "small"
    planned = run_lamina(*plan_arguments(phantom, case))
    assert planned.returncode in (0, 5), planned.stderr
    return case


@pytest.fixture(scope="session")
def sample_case(sample, tmp_path_factory):
    """T12 and L1 of the sample CT planned; tests must not change it."""
    case = tmp_path_factory.mktemp("case") / "sample"
    planned = run_lamina(
        "plan", sample / "cxr.nii.gz", "--labels", sample / "mask.nii.gz", "--scheme", "totalsegmentator-v2", "--levels", "T12-L1", "-o", case)
    assert planned.returncode in (0, 5), planned.stderr
    return case


@pytest.fixture(scope="session")
def one_level_case(phantom, tmp_path_factory):
    """The same phantom with L1 alone planned, for what one level shows as well as three."""
    case = tmp_path_factory.mktemp("one") / "case"
    planned = run_lamina(*plan_arguments(phantom, case, "L1"))
    assert planned.returncode in (0, 5), planned.stderr
    return case


@pytest.fixture(scope="session")
def lone_phantom(tmp_path_factory):
    """A synthetic CT of L1 alone, seed 7: the smallest that can be planned."""
    folder = tmp_path_factory.mktemp("phantom") / "lone"
    made = run_lamina("phantom", "-o", folder, "--seed", 7, "--levels", "L1")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="session")
def lone_case(lone_phantom, tmp_path_factory):
    """It planned; tests must not change it."""
    case = tmp_path_factory.mktemp("lone") / "case"
    planned = run_lamina(*plan_arguments(lone_phantom, case, "L1"))
    assert planned.returncode == 0, planned.stderr
    return case


@pytest.fixture(scope="session")
def patient(phantom, tmp_path_factory):
    """L1 of the phantom as a DICOM patient whose left differs from the right, planned; its folder's name is a secret too. Tests must not change it."""
    import exports  # Not above: it imports this file by way of asymmetric.py.

    folder = tmp_path_factory.mktemp("export") / "Zqsecret-folder"
    marker = exports.write_series(phantom, folder / "series")
    labels = exports.without_right_process(phantom, folder)
    planned = run_lamina("plan", folder / "series", "--labels", labels, "--scheme", "lamina", "--levels", "L1", "-o", folder / "case")
    assert planned.returncode in (0, 5), planned.stderr
    return exports.Patient(folder, labels, marker)


@pytest.fixture(scope="session")
def exported(patient, tmp_path_factory):
    """Exports the patient's case once in a format, as it is or de-identified; returns the output."""
    folder, made = tmp_path_factory.mktemp("exported"), {}

    def export(form, deidentified=False):
        if (form, deidentified) not in made:
            output = folder / f"{'open' if deidentified is False else 'closed'}.{form}"
            flags = ["--deidentify"] if deidentified else []
            done = run_lamina("export", patient.case, "--format", form, "-o", output, *flags)
            assert done.returncode == 0, done.stderr
            made[form, deidentified] = output
        return made[form, deidentified]

    return export


@pytest.fixture(scope="session")
def cut_case(phantom, tmp_path_factory):
    """The phantom's image ends in the middle of L2; all three levels are asked for. Tests must not change it."""
    folder = tmp_path_factory.mktemp("cut")
    ct, labels = nib.load(phantom / "ct.nii.gz"), nib.load(phantom / "labels.nii.gz")
    ids = np.asanyarray(labels.dataobj)
    bottom = int(np.argwhere(ids == 21)[:, 2].mean())
    assert labels.affine[2, 2] > 0
    moved = labels.affine.copy()
    moved[:3, 3] += labels.affine[:3, 2] * bottom
    for name, image in (("ct", ct), ("labels", labels)):
        part = nib.Nifti1Image(np.asanyarray(image.dataobj)[:, :, bottom:], moved)
        part.header.set_xyzt_units("mm")
        nib.save(part, folder / f"{name}.nii.gz")
    planned = run_lamina(*plan_arguments(folder, folder / "case"))
    assert planned.returncode == 5, planned.stderr
    return folder / "case"


def schema(name):
    return json.loads((SPECIFICATION / f"{name}.schema.json").read_text())


def marked_ct(phantom, folder):
    """The phantom with three dense balls beside L1's left pedicle: towards the patient's left, behind the screw's entry, and towards the head. The file, and their places in LPS."""
    image = nib.load(phantom / "ct.nii.gz")
    hu = np.asanyarray(image.dataobj).astype(np.int16)
    truth = json.loads((phantom / "truth.json").read_text())
    l1 = next(v for v in truth["vertebrae"] if v["level"] == "L1")
    pedicle = next(p for p in l1["pedicles"] if p["side"] == "left")
    isthmus, axis = np.array(pedicle["isthmus_centre_lps_mm"]), np.array(pedicle["axis_lps"])
    beside, up = ([v - (v @ axis) * axis for v in np.eye(3)[[0, 2]]])
    ras = np.stack(np.meshgrid(*map(np.arange, hu.shape), indexing="ij"), -1) @ image.affine[:3, :3].T + image.affine[:3, 3]
    middles = [isthmus + 15 * beside / np.linalg.norm(beside), isthmus - 26 * axis, isthmus + 15 * up / np.linalg.norm(up)]
    for place in middles:
        hu[np.linalg.norm(ras * [-1, -1, 1] - place, axis=-1) < 3.5] = 3000
    made = nib.Nifti1Image(hu, image.affine, image.header)
    nib.save(made, folder / "ct.nii.gz")
    return folder / "ct.nii.gz", middles


def texts_of_screws(case):
    """The very characters of each screw in plan.json."""
    text = (case / "plan.json").read_text()
    at, found, decoder = text.index("[", text.index('"screws" :')) + 1, {}, json.JSONDecoder()
    while True:
        at = next(n for n in range(at, len(text)) if text[n] not in " \n,")
        if text[at] == "]":
            return found
        value, end = decoder.raw_decode(text, at)
        found[value["level"], value["side"]], at = text[at:end], end
