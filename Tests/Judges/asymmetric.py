"""An image in which left, front and top can be told apart, defined by LPS points alone, and a caller of `lamina info`."""

import json
import os
import pathlib
import subprocess

import jsonschema
import numpy as np

from conftest import schema

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAMINA = os.environ.get("LAMINA", str(ROOT / ".build" / "release" / "lamina"))

# Off the origin, so that a wrong sign of the origin shows too.
CENTRE = np.array([7.0, -150.0, 900.0])
SIZE = (48, 56, 30)
SPACING = (1.5, 1.25, 2.0)

# Offsets from the centre, and the HU there: a box on the patient's left, one in front, one on top, and soft tissue opposite.
PROBES = {
    (18, 0, 0): 700, (-18, 0, 0): 50, (0, -18, 0): 1100, (0, 18, 0): 50, (0, 0, 14): 300, (0, 0, -14): 50, (0, 0, 0): 50,
    (22, 22, 0): -1000,
}
BOXES = [((18, 0, 0), 700), ((0, -18, 0), 1100), ((0, 0, 14), 300)]


def hounsfield(points):
    """HU at LPS points (..., 3): a ball of soft tissue in air, with the boxes."""
    offset = points - CENTRE
    values = np.where(np.linalg.norm(offset, axis=-1) < 27, 50, -1000)
    for centre, value in BOXES:
        values = np.where(np.all(np.abs(offset - centre) < 6, axis=-1), value, values)
    return values.astype(np.int16)


def turned(x=0, y=0, z=0):
    """A rotation matrix; degrees about the LPS axes."""
    x, y, z = np.radians([x, y, z])
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


class Grid:
    """A voxel grid: directions of i, j, k in the columns of `axes`, LPS mm, centred on the phantom."""

    def __init__(self, axes=np.eye(3), size=SIZE, spacing=SPACING):
        self.axes, self.size, self.spacing = np.asarray(axes, float), size, np.asarray(spacing, float)
        self.steps = self.axes * self.spacing
        self.origin = CENTRE - self.steps @ ((np.array(size) - 1) / 2)

    def points(self):
        """LPS points of the voxel centres, indexed [i, j, k]."""
        index = np.stack(np.meshgrid(*[np.arange(n) for n in self.size], indexing="ij"), axis=-1)
        return index @ self.steps.T + self.origin

    def voxels(self):
        return hounsfield(self.points())

    def ras_affine(self):
        affine = np.eye(4)
        affine[:3, :3], affine[:3, 3] = self.steps, self.origin
        return np.diag([-1, -1, 1, 1]) @ affine


def info(path, *arguments, probes=PROBES, timeout=60):
    """Runs `lamina info --json`; returns (exit code, report or None)."""
    command = [LAMINA, "info", str(path), "--json", *arguments]
    for offset in probes:
        command += ["--probe", ",".join(str(v) for v in CENTRE + offset)]
    done = subprocess.run(command, capture_output=True, timeout=timeout)
    assert done.returncode >= 0, f"ended by signal {-done.returncode}: {done.stderr[-500:]}"
    assert done.returncode in (0, 2, 3, 6), f"exit code {done.returncode}: {done.stderr[-500:]}"
    if not done.stdout:
        return done.returncode, None
    report = json.loads(done.stdout)
    # A wrong command line is told in a summary, as for every command.
    jsonschema.Draft202012Validator(schema("summary" if report["schema"] == "lamina.summary" else "info")).validate(report)
    return done.returncode, report


def check(path, *arguments, probes=PROBES, tolerance=0):
    """Every probe must give its HU at its LPS point; returns the report."""
    code, report = info(path, *arguments, probes=probes)
    assert code == 0, report["error"]["what"]
    found = {offset: probe.get("nearest_hu") for offset, probe in zip(probes, report["probes"])}
    for offset, expected in probes.items():
        assert found[offset] is not None and abs(found[offset] - expected) <= tolerance, (offset, expected, found)
    return report


def refused(path, code, *arguments):
    """The image must be refused with exit code 3 and the named error; returns its sentence."""
    status, report = info(path, *arguments)
    assert status == 3, report
    assert report["error"]["code"] == code, report["error"]
    return report["error"]["what"]


def warnings(report):
    return [warning["code"] for warning in report["warnings"]]
