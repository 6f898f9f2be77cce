"""Reads what `lamina` wrote and the images it worked on, for the developer's tools. Everything is LPS millimetres."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

LEVELS = (
    [f"C{i}" for i in range(1, 8)] + [f"T{i}" for i in range(1, 13)] + ["T13"] + [f"L{i}" for i in range(1, 7)] + ["S1"]
)
VERSE_IDS = (
    {f"C{i}": i for i in range(1, 8)}
    | {f"T{i}": 7 + i for i in range(1, 13)}
    | {f"L{i}": 19 + i for i in range(1, 7)}
    | {"S1": 26, "T13": 28}
)


@dataclass
class Image:
    """Voxels indexed [k, j, i] with the map from continuous (i, j, k) to LPS millimetres."""

    voxels: np.ndarray
    origin: np.ndarray
    lps_from_index: np.ndarray  # 3x3, columns are the steps of i, j, k

    @property
    def spacing(self):
        return np.linalg.norm(self.lps_from_index, axis=0)

    def index(self, points):
        """Continuous (i, j, k) of LPS points, shape (..., 3)."""
        return (np.asarray(points, float) - self.origin) @ np.linalg.inv(self.lps_from_index).T

    def points(self, indices):
        """LPS points of (i, j, k), shape (..., 3)."""
        return np.asarray(indices, float) @ self.lps_from_index.T + self.origin


def read_image(path):
    """A NIfTI, NRRD, MHA or DICOM file, or a DICOM folder with one series."""
    path = Path(path)
    if path.is_dir():
        reader = sitk.ImageSeriesReader()
        series = reader.GetGDCMSeriesIDs(str(path))
        if not series:
            raise SystemExit(f"{path}: no DICOM series in this folder")
        if len(series) > 1:
            raise SystemExit(f"{path}: {len(series)} series; pass a folder with one")
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(path), series[0]))
        image = reader.Execute()
    else:
        image = sitk.ReadImage(str(path))
    steps = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    return Image(sitk.GetArrayFromImage(image), np.array(image.GetOrigin()), steps)


def write_image(image, path):
    """Writes `image` in the format that the suffix names."""
    out = sitk.GetImageFromArray(image.voxels)
    out.SetOrigin(image.origin.tolist())
    out.SetSpacing(image.spacing.tolist())
    out.SetDirection((image.lps_from_index / image.spacing).ravel().tolist())
    sitk.WriteImage(out, str(path), useCompression=True)


def read_plan(case):
    plan = json.loads((Path(case) / "plan.json").read_text())
    if plan["schema"] != "lamina.plan" or plan["convention"] != "LPS-mm-RH":
        raise SystemExit(f"{case}/plan.json is not a plan that this tool knows")
    return plan


def matrix(values):
    """A row-major list of 16 as a 4x4 matrix."""
    return np.array(values, float).reshape(4, 4)
