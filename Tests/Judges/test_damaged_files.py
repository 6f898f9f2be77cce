"""Cuts and flips bytes of small valid files: `lamina info` must end by itself, with a report, never by a signal."""

import gzip

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from asymmetric import Grid, info
from dicom_writer import enhanced, save, slices

# No smaller, because JPEG 2000 halves an image five times.
SMALL = Grid(size=(32, 33, 4), spacing=(2.2, 2.1, 12))


def nifti(path):
    image = nibabel.Nifti1Image(SMALL.voxels(), SMALL.ras_affine())
    image.header.set_xyzt_units("mm")
    image.to_filename(path)


def itk(path):
    image = sitk.GetImageFromArray(np.transpose(SMALL.voxels(), (2, 1, 0)))
    sitk.WriteImage(image, str(path))


def dicom(path, compression=None):
    made = enhanced(SMALL)
    if compression:
        made.compress(compression)
    made.save_as(path, enforce_file_format=True)


MAKERS = {
    "a.nii": nifti, "a.nii.gz": nifti, "a.nrrd": itk, "a.mha": itk, "a.dcm": dicom,
    "rle.dcm": lambda path: dicom(path, RLELossless), "jpeg2000.dcm": lambda path: dicom(path, JPEG2000Lossless),
    "jpegls.dcm": lambda path: dicom(path, JPEGLSLossless),
}


def survives(path, code=None):
    status, report = info(path, probes={(0, 0, 0): 0}, timeout=20)
    assert report is not None and (status == 0) == ("error" not in report)
    if code is not None:
        assert status == code, report


@pytest.mark.parametrize("name", MAKERS)
def test_cut(tmp_path, name):
    MAKERS[name](tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    # A DICOM file's last bytes may be padding of the compressed stream, which nobody misses.
    for length in sorted({1, 4, 100, 131, 132, 140, 200, 300, 347, 348, 352, 400, len(whole) // 2, int(len(whole) * 0.8), len(whole) - 200}):
        if 0 < length < len(whole):
            (tmp_path / name).write_bytes(whole[:length])
            survives(tmp_path / name, 3)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("seed", range(2))
def test_flipped_bytes(tmp_path, name, seed):
    MAKERS[name](tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    generator = np.random.default_rng(seed)
    for n in range(30):
        damaged = bytearray(whole)
        # By turns the header and the whole file, with its compressed pixels.
        reach = len(whole) if n % 2 else min(len(whole), 3000 if "dcm" in name else 400)
        for at in generator.integers(0, reach, generator.integers(1, 6)):
            damaged[at] = generator.integers(0, 256)
        (tmp_path / name).write_bytes(damaged)
        survives(tmp_path / name)


@pytest.mark.parametrize("seed", range(2))
def test_flipped_bytes_of_an_inflated_header(tmp_path, seed):
    nifti(tmp_path / "a.nii")
    whole = (tmp_path / "a.nii").read_bytes()
    generator = np.random.default_rng(100 + seed)
    for _ in range(25):
        damaged = bytearray(whole)
        for at in generator.integers(0, 352, 3):
            damaged[at] = generator.integers(0, 256)
        (tmp_path / "a.nii.gz").write_bytes(gzip.compress(bytes(damaged)))
        survives(tmp_path / "a.nii.gz")


def test_flipped_bytes_in_a_series(tmp_path):
    paths = save(slices(SMALL), tmp_path)
    generator = np.random.default_rng(7)
    for _ in range(25):
        path = paths[generator.integers(len(paths))]
        whole = path.read_bytes()
        damaged = bytearray(whole)
        for at in generator.integers(0, len(whole), 4):
            damaged[at] = generator.integers(0, 256)
        path.write_bytes(damaged)
        survives(tmp_path)
        path.write_bytes(whole)
