"""DICOM written by pydicom (and compressed by others): each voxel lands at its LPS point, or the folder is refused by name."""

import shutil
import subprocess

import numpy as np
import pytest
import SimpleITK as sitk
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate
from pydicom.uid import (
    BasicTextSRStorage, JPEG2000Lossless, JPEGLSLossless, MRImageStorage, RLELossless, SecondaryCaptureImageStorage,
)

from asymmetric import CENTRE, PROBES, Grid, check, info, refused, turned, warnings
from dicom_writer import PATIENT, enhanced, save, slices

ORIENTATIONS = {
    "supine": np.eye(3),
    "prone": np.diag([-1.0, -1, 1]),
    "feet_first": np.diag([-1.0, 1, -1]),
    "coronal": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "oblique": turned(17, -11, 23),
}


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_orientation(tmp_path, name):
    save(slices(Grid(ORIENTATIONS[name])), tmp_path)
    report = check(tmp_path)
    assert report["geometry"]["size"] == list(Grid().size)
    assert report["geometry"]["right_handed"]
    assert PATIENT.split("^")[0] not in str(report)


@pytest.mark.parametrize("position", ["HFP", "FFS", "FFP", "HFDL"])
def test_patient_position_is_not_applied_twice(tmp_path, position):
    made = slices(Grid())
    for d in made:
        d.PatientPosition = position
    save(made, tmp_path)
    check(tmp_path)


def test_agrees_with_simpleitk(tmp_path):
    save(slices(Grid(turned(5, 9, -14))), tmp_path)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path)))
    image = reader.Execute()
    generator = np.random.default_rng(1)
    offsets = {tuple(np.round(v, 3)): 0 for v in generator.uniform(-15, 15, (200, 3))}
    code, report = info(tmp_path, probes=offsets)
    assert code == 0
    for probe in report["probes"]:
        index = image.TransformPhysicalPointToContinuousIndex(probe["point_lps_mm"])
        # On the boundary of two voxels either is right.
        if np.abs(np.array(index) % 1 - 0.5).min() > 1e-3:
            assert probe["nearest_hu"] == image.GetPixel([int(round(v)) for v in index])


def with_dcmtk(program, option, source, target):
    """Rewrites every file of a folder with a program of dcmtk."""
    target.mkdir()
    for path in source.iterdir():
        subprocess.run([program, option, path, target / path.name], check=True)


@pytest.mark.parametrize(
    "option, syntax", [("+ti", "1.2.840.10008.1.2"), ("+tb", "1.2.840.10008.1.2.2"), ("+td", "1.2.840.10008.1.2.1.99")],
    ids=["implicit", "big_endian", "deflated"])
def test_uncompressed_syntax(tmp_path, option, syntax):
    save(slices(Grid()), tmp_path / "plain")
    with_dcmtk("dcmconv", option, tmp_path / "plain", tmp_path / "other")
    assert check(tmp_path / "other")["metadata"]["dicom"]["transfer_syntax_uid"] == syntax


@pytest.mark.parametrize("signed", [True, False], ids=["signed", "unsigned"])
@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless], ids=["rle", "jpeg2000", "jpegls"])
def test_compressed_syntax(tmp_path, syntax, bits, signed):
    intercept = 0 if signed else -1024
    made = slices(Grid(), bits=bits, signed=signed, rescale=lambda k: (1, intercept))
    for d in made:
        if signed and bits == 12 and syntax != RLELossless:
            # These encoders want the sign in the spare bits.
            stored = np.frombuffer(d.PixelData, "<u2").astype(np.int32)
            d.PixelData = np.where(stored >= 2048, stored - 4096, stored).astype("<i2").tobytes()
        d.compress(syntax)
    save(made, tmp_path)
    check(tmp_path)


@pytest.mark.parametrize("signed", [True, False], ids=["signed", "unsigned"])
@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("option, syntax", [("+e1", "1.2.840.10008.1.2.4.70"), ("+el", "1.2.840.10008.1.2.4.57")], ids=["sv1", "process14"])
def test_jpeg_lossless(tmp_path, option, syntax, bits, signed):
    intercept = 0 if signed else -1024
    save(slices(Grid(), bits=bits, signed=signed, rescale=lambda k: (1, intercept)), tmp_path / "plain")
    with_dcmtk("dcmcjpeg", option, tmp_path / "plain", tmp_path / "jpeg")
    assert check(tmp_path / "jpeg")["metadata"]["dicom"]["transfer_syntax_uid"] == syntax


@pytest.mark.parametrize("signed", [True, False], ids=["signed", "unsigned"])
def test_twelve_bits_and_other_scales(tmp_path, signed):
    # Each slice has its own scale, as some scanners choose it to fill the bits.
    save(slices(Grid(), bits=12, signed=signed, rescale=lambda k: (1 + k % 3, -1024 - k % 5 if not signed else k % 5)), tmp_path)
    # Half a step of the largest slope, 3, is lost in storing.
    check(tmp_path, tolerance=2)


def test_out_of_view_values_become_air(tmp_path):
    made = slices(Grid(), rescale=lambda k: (1, 0))
    for k, d in enumerate(made):
        raw = np.frombuffer(d.PixelData, "<i2").reshape(d.Rows, d.Columns).copy()
        raw[:2] = -2000 if k % 2 else -3024
        d.PixelData = raw.tobytes()
        d.PixelPaddingValue = -2000
    save(made, tmp_path)
    report = check(tmp_path)
    assert report["metadata"]["lowest_hu"] == -1024
    assert {"padding", "below_air"} <= set(warnings(report))


def test_padding_wider_than_the_stored_bits(tmp_path):
    # 63536 is -2000 in 16 bits: cut to 12 bits it would be 2096, a bright rim.
    made = slices(Grid(), bits=12, signed=False)
    for d in made:
        raw = np.frombuffer(d.PixelData, "<u2").reshape(d.Rows, d.Columns).copy()
        raw[:2] = 63536
        d.PixelData = raw.tobytes()
        d.PixelPaddingValue = 63536
    save(made, tmp_path)
    assert check(tmp_path)["metadata"]["highest_hu"] == 1100


def test_zero_as_padding_does_not_punch_holes(tmp_path):
    made = slices(Grid(), rescale=lambda k: (1, 50))  # soft tissue is stored as 0
    for d in made:
        d.PixelPaddingValue = 0
    save(made, tmp_path)
    check(tmp_path)


@pytest.mark.parametrize("angle", [8, -20])
def test_gantry_tilt(tmp_path, angle):
    # A tilted gantry: the image plane turns about the x axis, the table still moves along z.
    axes = turned(x=angle)
    grid = Grid(axes)
    table = np.array([0, 0, grid.spacing[2] / np.cos(np.radians(angle))])
    save(slices(grid, shear=table - grid.steps[:, 2]), tmp_path)
    # The middle of a box is 6 mm from its faces, beyond the reach of interpolation.
    report = check(tmp_path)
    assert "gantry_tilt" in warnings(report)
    assert abs(report["metadata"]["dicom"]["gantry_tilt_deg"] - abs(angle)) < 0.01
    assert report["geometry"]["size"][1] > grid.size[1]


def test_missing_slice(tmp_path):
    made = slices(Grid())
    del made[11]
    save(made, tmp_path)
    what = refused(tmp_path, "uneven_slices")
    below = CENTRE[2] + (10 - 14.5) * 2
    assert f"between {below:g} and {below + 4:g} mm (1 missing)" in what
    report = check(tmp_path, "--resample-uneven")
    assert "slices_resampled" in warnings(report) and report["geometry"]["size"] == list(Grid().size)


def test_uneven_slices(tmp_path):
    made = slices(Grid())
    for d in made[15:]:
        d.ImagePositionPatient[2] = str(float(d.ImagePositionPatient[2]) + 0.5)
    save(made, tmp_path)
    assert "2.5 mm apart" in refused(tmp_path, "uneven_slices")


def test_rounded_positions_are_even(tmp_path):
    grid = Grid(spacing=(1.5, 1.25, 0.625), size=(48, 56, 96))
    made = slices(grid)
    for d in made:
        d.ImagePositionPatient[2] = f"{float(d.ImagePositionPatient[2]):.1f}"
    save(made, tmp_path)
    report = check(tmp_path)
    assert "slice_positions_rounded" in warnings(report)
    assert abs(report["geometry"]["spacing_mm"][2] - 0.625) < 1e-3


def test_duplicate_slices(tmp_path):
    made = slices(Grid())
    save(made, tmp_path)
    save(slices(Grid())[4:6], tmp_path / "again")
    report = check(tmp_path)
    assert "duplicate_slices" in warnings(report) and report["geometry"]["size"] == list(Grid().size)
    other = slices(Grid())[5]
    other.PixelData = bytes(len(other.PixelData))
    save([other], tmp_path / "again", "x")
    assert "-18" not in refused(tmp_path, "conflicting_slices")


def test_wandering_slices(tmp_path):
    made = slices(Grid())
    made[7].ImagePositionPatient[0] = str(float(made[7].ImagePositionPatient[0]) + 3)
    save(made, tmp_path)
    refused(tmp_path, "wandering_slices")


def test_mixed_orientation_in_one_series(tmp_path):
    save(slices(Grid()), tmp_path)
    save(slices(Grid(ORIENTATIONS["coronal"]))[:5], tmp_path, "c")
    assert "orientation" in refused(tmp_path, "mixed_slices")


def test_localizers_inside_the_series(tmp_path):
    save(slices(Grid()), tmp_path)
    scouts = slices(Grid(ORIENTATIONS["coronal"]))[:2]
    for d in scouts:
        d.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    save(scouts, tmp_path, "c")
    assert "localizers_dropped" in warnings(check(tmp_path))


def test_series_choice(tmp_path):
    save(slices(Grid()), tmp_path / "thin")
    thick = Grid(size=(48, 56, 12), spacing=(1.5, 1.25, 5))
    save(slices(thick, series_uid="1.2.3.77"), tmp_path / "thick")
    derived = slices(Grid(size=(48, 56, 40), spacing=(1.5, 1.25, 1.5)), series_uid="1.2.3.78")
    for d in derived:
        d.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    save(derived, tmp_path / "derived")
    capture = slices(Grid(), series_uid="1.2.3.79")
    for d in capture:
        d.SOPClassUID = d.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    save(capture, tmp_path / "capture")
    (tmp_path / "readme.txt").write_text("not DICOM")
    report = check(tmp_path)
    assert report["metadata"]["dicom"]["series"]["uid"] == "1.2.3.9"
    assert {s["uid"] for s in report["series"]} == {"1.2.3.9", "1.2.3.77", "1.2.3.78", "1.2.3.79"}
    assert {"series_chosen", "files_skipped"} <= set(warnings(report))
    report = check(tmp_path, "--series", "1.2.3.77")
    assert report["geometry"]["size"] == [48, 56, 12]
    refused(tmp_path, "unknown_series", "--series", "9.9")
    refused(tmp_path, "no_images", "--series", "1.2.3.79")


def test_two_equally_good_series(tmp_path):
    save(slices(Grid()), tmp_path / "soft")
    save(slices(Grid(), series_uid="1.2.3.88"), tmp_path / "bone")
    what = refused(tmp_path, "ambiguous_series")
    assert "--series" in what and "1.2.3.88" in what and "1.2.3.9" in what
    check(tmp_path, "--series", "1.2.3.88")


def test_several_patients(tmp_path):
    save(slices(Grid()), tmp_path / "a")
    thick = Grid(size=(48, 56, 12), spacing=(1.5, 1.25, 5))
    save(slices(thick, series_uid="1.2.3.88", patient="P2"), tmp_path / "b")
    refused(tmp_path, "several_patients")
    check(tmp_path, "--series", "1.2.3.9")


def test_mr_needs_consent(tmp_path):
    made = slices(Grid(), modality="MR")
    for d in made:
        d.SOPClassUID = d.file_meta.MediaStorageSOPClassUID = MRImageStorage
    save(made, tmp_path)
    assert "--synthetic-ct" in refused(tmp_path, "not_ct")
    assert "not_ct" in warnings(check(tmp_path, "--synthetic-ct"))


@pytest.mark.parametrize("tag", [
    "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope", "RescaleIntercept"])
def test_missing_tag(tmp_path, tag):
    made = slices(Grid())
    delattr(made[3], tag)
    save(made, tmp_path)
    assert tag in refused(tmp_path, "missing_tag")


@pytest.mark.parametrize("tag, value", [
    ("ImageOrientationPatient", ["1", "0", "0", "1", "0", "0"]), ("ImageOrientationPatient", ["0"] * 6), ("RescaleSlope", "0"),
    ("BitsStored", 0), ("BitsStored", 17), ("PixelSpacing", ["-1.25", "1.5"]), ("PixelSpacing", ["1.25", "-1.5"]),
    ("PixelSpacing", ["0", "0"])])
def test_impossible_values(tmp_path, tag, value):
    made = slices(Grid())
    for d in made:
        setattr(d, tag, value)
    save(made, tmp_path)
    refused(tmp_path, "corrupt_file")


@pytest.mark.parametrize("tag, value", [
    ("ImagePositionPatient", ["1", "nan", "3"]), ("ImageOrientationPatient", ["1", "0", "0"]), ("PixelSpacing", ["1"])])
def test_unusable_numbers(tmp_path, tag, value):
    made = slices(Grid())
    text = "\\".join(value).encode()
    for d in made:
        d.pop(tag)
        d.add_new(tag, "LO", value)
    save(made, tmp_path)
    assert text and tag in refused(tmp_path, "missing_tag")


def test_enhanced(tmp_path):
    enhanced(Grid(turned(4, 3, -8))).save_as(tmp_path / "e.dcm", enforce_file_format=True)
    check(tmp_path / "e.dcm")
    check(tmp_path)


def test_enhanced_reversed_with_a_scale_a_frame(tmp_path):
    grid = Grid()
    d = enhanced(grid, order=range(grid.size[2] - 1, -1, -1), rescale=lambda k: (1, -1024 - 10 * k))
    d.save_as(tmp_path / "e.dcm", enforce_file_format=True)
    report = check(tmp_path / "e.dcm")
    assert report["geometry"]["right_handed"]


def test_enhanced_shuffled_and_compressed(tmp_path):
    order = np.random.default_rng(3).permutation(Grid().size[2])
    d = enhanced(Grid(), order=order, rescale=lambda k: (1, 0))
    d.compress(RLELossless)
    d.save_as(tmp_path / "e.dcm", enforce_file_format=True)
    check(tmp_path / "e.dcm")


def test_enhanced_without_positions(tmp_path):
    enhanced(Grid(), with_position=False).save_as(tmp_path / "e.dcm", enforce_file_format=True)
    assert "ImagePositionPatient" in refused(tmp_path / "e.dcm", "missing_tag")


def test_enhanced_missing_frame(tmp_path):
    enhanced(Grid(), order=[k for k in range(30) if k != 9]).save_as(tmp_path / "e.dcm", enforce_file_format=True)
    refused(tmp_path / "e.dcm", "uneven_slices")


def test_single_slice(tmp_path):
    path = save(slices(Grid())[:1], tmp_path)[0]
    assert "folder" in refused(path, "single_slice")


def test_truncated_pixels(tmp_path):
    paths = save(slices(Grid()), tmp_path)
    whole = paths[6].read_bytes()
    paths[6].write_bytes(whole[:-1000])
    status, report = info(tmp_path)
    assert status == 3 and str(paths[6].name) in report["error"]["what"]


@pytest.mark.parametrize("cut", [200, 600])
def test_truncated_header(tmp_path, cut):
    paths = save(slices(Grid()), tmp_path)
    paths[29].write_bytes(paths[29].read_bytes()[:cut])  # the last slice: dropped in silence, nobody would see
    status, report = info(tmp_path)
    assert status == 3, report


def test_lying_size(tmp_path):
    made = slices(Grid())
    for d in made:
        d.Rows = d.Columns = 65535
    save(made, tmp_path)
    refused(tmp_path, "truncated_file")


def test_lying_frame_count(tmp_path):
    d = enhanced(Grid())
    d.NumberOfFrames = 2147483647
    d.save_as(tmp_path / "e.dcm", enforce_file_format=True)
    status, _ = info(tmp_path / "e.dcm")
    assert status == 3


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.201"], ids=["mpeg4", "htjpeg2000"])
def test_syntaxes_that_are_not_decoded_are_named(tmp_path, syntax):
    made = slices(Grid())
    for d in made:
        d.file_meta.TransferSyntaxUID = syntax
        d.PixelData = encapsulate([d.PixelData])
    save(made, tmp_path)
    assert syntax in refused(tmp_path, "unsupported_feature")


def test_links_are_followed_to_files(tmp_path):
    """As git-annex and many research archives keep slices; a link in a circle must not matter, and one to nothing may be a lost slice."""
    paths = save(slices(Grid()), tmp_path / "store")
    (tmp_path / "series").mkdir()
    for path in paths:
        (tmp_path / "series" / path.name).symlink_to(path)
    (tmp_path / "series" / "loop").symlink_to(tmp_path / "series")
    (tmp_path / "folder").symlink_to(tmp_path / "series")
    check(tmp_path / "series")
    check(tmp_path / "folder")
    paths[0].unlink()
    status, report = info(tmp_path / "folder")
    assert status == 6 and paths[0].name in report["error"]["what"]


def test_nothing_to_read(tmp_path):
    refused(tmp_path, "no_images")
    (tmp_path / "zero.dcm").write_bytes(b"")
    refused(tmp_path / "zero.dcm", "empty_file")
    refused(tmp_path, "no_images")
    (tmp_path / "junk.dcm").write_bytes(b"junk" * 100)
    refused(tmp_path, "no_images")
    refused(tmp_path / "junk.dcm", "no_images")
    assert info(tmp_path / "absent")[0] == 6


def test_reports_and_directories_are_no_slices(tmp_path):
    save(slices(Grid()), tmp_path)
    report = slices(Grid())[0]
    report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = BasicTextSRStorage
    report.Modality = "SR"
    for name in ["PixelData", "Rows", "Columns", "BitsAllocated"]:
        del report[name]
    save([report], tmp_path / "report")
    shutil.copy(get_testdata_file("DICOMDIR"), tmp_path / "DICOMDIR")
    check(tmp_path)


def test_empty_files_beside_a_series(tmp_path):
    save(slices(Grid()), tmp_path)
    (tmp_path / "zero.dcm").write_bytes(b"")
    assert "files_skipped" in warnings(check(tmp_path))


def test_probes_outside_are_absent(tmp_path):
    save(slices(Grid()), tmp_path)
    _, report = info(tmp_path, probes={(500, 0, 0): 0})
    assert "nearest_hu" not in report["probes"][0]
    assert len(PROBES) == 8
