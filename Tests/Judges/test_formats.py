"""NIfTI, NRRD and MetaImage written by nibabel, pynrrd and SimpleITK: each voxel lands at its LPS point, or the file is refused."""

import gzip
import zlib

import nibabel
import nrrd
import numpy as np
import pytest
import SimpleITK as sitk

from asymmetric import CENTRE, Grid, check, hounsfield, info, refused, turned, warnings

# Directions of i, j, k: every kind of file grid, left-handed ones among them.
AXES = {
    "LPS": np.eye(3),
    "RAS": np.diag([-1.0, -1, 1]),
    "LAS_left_handed": np.diag([1.0, -1, 1]),
    "permuted": np.array([[0, 0, 1.0], [-1, 0, 0], [0, 1, 0]]),
    "oblique": turned(17, -11, 23),
    "oblique_left_handed": turned(-9, 14, 31) @ np.diag([-1.0, 1, 1]),
}
both_axes = pytest.mark.parametrize("axes", AXES.values(), ids=AXES)


def nifti(grid, data=None, affine=None, dtype=np.int16):
    image = nibabel.Nifti1Image(grid.voxels().astype(dtype) if data is None else data, grid.ras_affine() if affine is None else affine)
    image.header.set_xyzt_units("mm")
    image.set_qform(image.affine, 1)
    image.set_sform(image.affine, 1)
    return image


def write_as_is(path, header, data):
    """Header and voxels as they are: nibabel's own writer sets codes and scales."""
    header["vox_offset"], header["magic"] = 352, b"n+1"
    path.write_bytes(header.binaryblock + bytes(4) + data.tobytes(order="F"))


def itk_image(grid, dtype=np.int16):
    image = sitk.GetImageFromArray(np.transpose(grid.voxels(), (2, 1, 0)).astype(dtype))
    image.SetSpacing(list(grid.spacing))
    image.SetOrigin(list(grid.origin))
    image.SetDirection(grid.axes.flatten().tolist())
    return image


# Grids that the file's numbers can hold only rounded are off by less than this.
def agrees(report, grid, tolerance=1e-3):
    assert np.allclose(report["geometry"]["origin_lps_mm"], grid.origin, atol=tolerance)
    assert np.allclose(report["geometry"]["spacing_mm"], grid.spacing, atol=1e-5)
    assert np.allclose(np.array(report["geometry"]["axes_lps"]).T, grid.axes, atol=1e-5)


# --- NIfTI


@both_axes
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_nifti(tmp_path, axes, name):
    grid = Grid(axes)
    nifti(grid).to_filename(tmp_path / name)
    report = check(tmp_path / name)
    agrees(report, grid)
    assert report["geometry"]["right_handed"] == (np.linalg.det(axes) > 0)
    assert not report["warnings"]


@both_axes
@pytest.mark.parametrize("used", ["qform", "sform"])
def test_nifti_with_one_transform(tmp_path, axes, used):
    image = nifti(Grid(axes))
    image.header["sform_code" if used == "qform" else "qform_code"] = 0
    image.to_filename(tmp_path / "a.nii.gz")
    agrees(check(tmp_path / "a.nii.gz"), Grid(axes))


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.uint32, np.int64, np.float32, np.float64])
@pytest.mark.parametrize("order", ["<", ">"])
def test_nifti_types_and_byte_orders(tmp_path, dtype, order):
    grid = Grid()
    unsigned = np.dtype(dtype).kind == "u"
    data = (grid.voxels().astype(np.int32) + (1024 if unsigned else 0)).astype(np.dtype(dtype).newbyteorder(order))
    header = nibabel.Nifti1Header(endianness=order)
    header.set_data_dtype(data.dtype)
    image = nibabel.Nifti1Image(data, grid.ras_affine(), header, dtype=data.dtype)
    image.header.set_xyzt_units("mm")
    image.header.set_slope_inter(1, -1024 if unsigned else 0)
    write_as_is(tmp_path / "a.nii", image.header, data)
    check(tmp_path / "a.nii")


@pytest.mark.parametrize("slope, inter", [(0, -500), (float("nan"), float("nan")), (float("inf"), 3), (float("nan"), 7)])
def test_nifti_without_scaling(tmp_path, slope, inter):
    image = nifti(Grid())
    image.header["scl_slope"], image.header["scl_inter"] = slope, inter
    write_as_is(tmp_path / "a.nii", image.header, Grid().voxels())
    check(tmp_path / "a.nii")


def test_nifti_with_scaling(tmp_path):
    stored = ((Grid().voxels().astype(int) + 1024) // 2).astype(np.uint16)
    image = nifti(Grid(), stored)
    image.header["scl_slope"], image.header["scl_inter"] = 2, -1024
    write_as_is(tmp_path / "a.nii", image.header, stored)
    check(tmp_path / "a.nii")


def test_nifti_not_a_number(tmp_path):
    data = Grid().voxels().astype(np.float32)
    data[0, :, :] = np.nan
    data[1, 0, 0] = np.inf
    nifti(Grid(), data).to_filename(tmp_path / "a.nii.gz")
    report = check(tmp_path / "a.nii.gz")
    assert "not_a_number" in warnings(report) and report["metadata"]["lowest_hu"] == -1024


@pytest.mark.parametrize("unit, scale", [("meter", 1e-3), ("mm", 1), ("micron", 1e3)])
def test_nifti_units(tmp_path, unit, scale):
    affine = np.diag([scale, scale, scale, 1]) @ Grid().ras_affine()
    image = nifti(Grid(), affine=affine)
    image.header.set_xyzt_units(unit)
    image.to_filename(tmp_path / "a.nii.gz")
    check(tmp_path / "a.nii.gz")


def test_nifti_unit_unknown(tmp_path):
    image = nifti(Grid())
    image.header["xyzt_units"] = 0
    image.to_filename(tmp_path / "a.nii.gz")
    assert "unit_assumed" in warnings(check(tmp_path / "a.nii.gz"))
    nifti(Grid(), affine=np.diag([1e-3, 1e-3, 1e-3, 1]) @ Grid().ras_affine()).to_filename(tmp_path / "b.nii.gz")
    refused(tmp_path / "b.nii.gz", "implausible_spacing")


def test_nifti_without_orientation(tmp_path):
    image = nifti(Grid())
    image.header["sform_code"] = image.header["qform_code"] = 0
    write_as_is(tmp_path / "a.nii", image.header, Grid().voxels())
    refused(tmp_path / "a.nii", "no_orientation")


def test_nifti_flip_between_sform_and_qform(tmp_path):
    image = nifti(Grid())
    image.set_qform(np.diag([-1, 1, 1, 1]) @ image.affine, 1)
    image.to_filename(tmp_path / "a.nii.gz")
    assert "sform and qform" in refused(tmp_path / "a.nii.gz", "conflicting_orientation")


@pytest.mark.parametrize("sform_code, winner", [(1, "sform"), (2, "qform")])
def test_nifti_shift_between_sform_and_qform(tmp_path, sform_code, winner):
    right = nifti(Grid()).affine
    wrong = right.copy()
    wrong[0, 3] += 4
    image = nifti(Grid())
    image.set_sform(right if winner == "sform" else wrong, sform_code)
    image.set_qform(right if winner == "qform" else wrong, 1)
    image.to_filename(tmp_path / "a.nii.gz")
    report = check(tmp_path / "a.nii.gz")
    message = [w["message"] for w in report["warnings"] if w["code"] == "transform_conflict"]
    assert message and winner in message[0] and "4 mm" in message[0]


@pytest.mark.parametrize("field, at, value", [
    ("pixdim", 1, -1.5), ("pixdim", 2, 0), ("pixdim", 3, np.nan), ("pixdim", 0, np.nan), ("quatern_b", None, np.nan), ("quatern_c", None, 2),
    ("qoffset_x", None, np.inf),
])
def test_nifti_qform_of_impossible_numbers(tmp_path, field, at, value):
    """niftilib puts numbers of its own in their place, which would move or shrink the patient unseen."""
    image = nifti(Grid())
    header = image.header.copy()
    if at is None:
        header[field] = value
    else:
        header[field][at] = value
    write_as_is(tmp_path / "both.nii", header, Grid().voxels())
    assert "transform_conflict" in warnings(check(tmp_path / "both.nii"))
    header["sform_code"] = 0
    write_as_is(tmp_path / "a.nii", header, Grid().voxels())
    refused(tmp_path / "a.nii", "corrupt_file")


@pytest.mark.parametrize("offset", [0, 348, -5e9, 352.5, 1e30, np.nan])
def test_nifti_voxels_that_begin_nowhere(tmp_path, offset):
    """Readers disagree on where the voxels then begin, and a wrong start shifts the patient along i."""
    image = nifti(Grid())
    image.to_filename(tmp_path / "a.nii")
    whole = bytearray((tmp_path / "a.nii").read_bytes())
    whole[108:112] = np.float32(offset).tobytes()
    (tmp_path / "a.nii").write_bytes(whole)
    refused(tmp_path / "a.nii", "corrupt_file")


def test_nifti_template_space(tmp_path):
    image = nifti(Grid())
    image.header["qform_code"] = 0
    image.header["sform_code"] = 4
    image.to_filename(tmp_path / "a.nii.gz")
    assert "not_scanner_space" in warnings(check(tmp_path / "a.nii.gz"))


def test_nifti_sheared(tmp_path):
    affine = Grid().ras_affine()
    affine[0, 1] += 0.2
    image = nifti(Grid())
    image.set_sform(affine, 1)
    image.header["qform_code"] = 0
    image.to_filename(tmp_path / "a.nii.gz")
    refused(tmp_path / "a.nii.gz", "sheared_axes")


def test_nifti_four_dimensions(tmp_path):
    data = Grid().voxels()[..., None]
    nifti(Grid(), data).to_filename(tmp_path / "a.nii.gz")
    check(tmp_path / "a.nii.gz")
    nifti(Grid(), np.repeat(data, 2, axis=3)).to_filename(tmp_path / "b.nii.gz")
    assert "2 volumes" in refused(tmp_path / "b.nii.gz", "unsupported_feature")
    nifti(Grid(), Grid().voxels()[:, :, 0]).to_filename(tmp_path / "c.nii.gz")
    refused(tmp_path / "c.nii.gz", "unsupported_feature")


def test_nifti_other_kinds(tmp_path):
    nibabel.Nifti2Image(Grid().voxels(), Grid().ras_affine()).to_filename(tmp_path / "a.nii")
    refused(tmp_path / "a.nii", "unsupported_feature")
    colour = np.zeros(Grid().size, [("R", "u1"), ("G", "u1"), ("B", "u1")])
    nibabel.Nifti1Image(colour, Grid().ras_affine()).to_filename(tmp_path / "b.nii")
    refused(tmp_path / "b.nii", "unsupported_feature")


def test_nifti_several_gzip_members(tmp_path):
    nifti(Grid()).to_filename(tmp_path / "a.nii")
    whole = (tmp_path / "a.nii").read_bytes()
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(whole[:5000]) + gzip.compress(whole[5000:]))
    check(tmp_path / "b.nii.gz")


def test_nifti_lying_name(tmp_path):
    nifti(Grid()).to_filename(tmp_path / "a.nii.gz")
    (tmp_path / "a.nii.gz").rename(tmp_path / "b.nii")
    check(tmp_path / "b.nii")
    nifti(Grid()).to_filename(tmp_path / "c.nii")
    (tmp_path / "c.nii").rename(tmp_path / "d.nii.gz")
    check(tmp_path / "d.nii.gz")


def test_nifti_damage(tmp_path):
    nifti(Grid()).to_filename(tmp_path / "a.nii")
    whole = (tmp_path / "a.nii").read_bytes()
    (tmp_path / "short.nii").write_bytes(whole[:-1])
    refused(tmp_path / "short.nii", "truncated_file")
    (tmp_path / "long.nii").write_bytes(whole + b"more")
    assert "trailing_data" in warnings(check(tmp_path / "long.nii"))
    packed = gzip.compress(whole)
    (tmp_path / "short.nii.gz").write_bytes(packed[: len(packed) // 2])
    refused(tmp_path / "short.nii.gz", "corrupt_file")
    (tmp_path / "no_end.nii.gz").write_bytes(packed[:-6])
    refused(tmp_path / "no_end.nii.gz", "corrupt_file")
    (tmp_path / "checksum.nii.gz").write_bytes(packed[:-8] + bytes(4) + packed[-4:])
    refused(tmp_path / "checksum.nii.gz", "corrupt_file")
    (tmp_path / "cut_header.nii").write_bytes(whole[:300])
    refused(tmp_path / "cut_header.nii", "corrupt_file")


@pytest.mark.parametrize("compressed", [False, True])
def test_nifti_small_file_that_asks_for_gigabytes(tmp_path, compressed):
    image = nifti(Grid())
    image.header["dim"] = [3, 3000, 3000, 1000, 1, 1, 1, 1]
    image.header["vox_offset"], image.header["magic"] = 352, b"n+1"
    small = image.header.binaryblock + bytes(29)
    (tmp_path / "a.nii").write_bytes(gzip.compress(small) if compressed else small)
    assert info(tmp_path / "a.nii")[0] == 3


@pytest.mark.parametrize("dims", [[3, -1, 5, 5], [3, 0, 5, 5], [0, 5, 5, 5], [8, 5, 5, 5], [7, 32767, 32767, 32767, 32767, 32767, 32767, 32767]])
def test_nifti_impossible_dimensions(tmp_path, dims):
    image = nifti(Grid())
    image.header["dim"] = dims + [1] * (8 - len(dims))
    image.header["vox_offset"], image.header["magic"] = 352, b"n+1"
    (tmp_path / "a.nii").write_bytes(image.header.binaryblock + bytes(4 + 250))
    assert info(tmp_path / "a.nii")[0] == 3


# --- NRRD and MetaImage by SimpleITK, and its own reading


@both_axes
@pytest.mark.parametrize("name", ["a.nrrd", "a.nhdr", "a.mha", "a.mhd", "a.nii.gz"])
@pytest.mark.parametrize("compressed", [False, True], ids=["raw", "compressed"])
def test_simpleitk(tmp_path, axes, name, compressed):
    grid = Grid(axes)
    sitk.WriteImage(itk_image(grid), str(tmp_path / name), useCompression=compressed)
    report = check(tmp_path / name)
    agrees(report, grid)
    there = sitk.ReadImage(str(tmp_path / name))
    assert np.allclose(there.GetOrigin(), report["geometry"]["origin_lps_mm"], atol=1e-3)
    assert np.allclose(np.reshape(there.GetDirection(), (3, 3)), np.array(report["geometry"]["axes_lps"]).T, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.int32, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("name", ["a.nrrd", "a.mha"])
def test_simpleitk_types(tmp_path, dtype, name):
    sitk.WriteImage(itk_image(Grid(), dtype), str(tmp_path / name))
    check(tmp_path / name)


def nrrd_header(grid, space="left-posterior-superior", **more):
    sign = np.array([-1, -1, 1]) if space == "right-anterior-superior" else np.array([1, -1, 1]) if space.startswith("left-ant") else 1
    return {
        "space": space, "space directions": grid.steps.T * sign, "space origin": grid.origin * sign, "kinds": ["domain"] * 3,
        "endian": "little", **more,
    }


@both_axes
@pytest.mark.parametrize("space", ["left-posterior-superior", "right-anterior-superior", "left-anterior-superior"])
@pytest.mark.parametrize("encoding", ["raw", "gzip"])
def test_pynrrd(tmp_path, axes, space, encoding):
    grid = Grid(axes)
    nrrd.write(str(tmp_path / "a.nrrd"), grid.voxels(), nrrd_header(grid, space, encoding=encoding))
    agrees(check(tmp_path / "a.nrrd"), grid)


def test_nrrd_text_and_detached(tmp_path):
    grid = Grid(size=(24, 28, 15), spacing=(3, 2.5, 4))
    nrrd.write(str(tmp_path / "a.nrrd"), grid.voxels(), nrrd_header(grid, encoding="ascii"))
    check(tmp_path / "a.nrrd")
    (tmp_path / "sub").mkdir()
    nrrd.write(str(tmp_path / "sub" / "b.nhdr"), grid.voxels(), nrrd_header(grid, encoding="gzip"), detached_header=True)
    check(tmp_path / "sub" / "b.nhdr")
    next((tmp_path / "sub").glob("b.raw*")).unlink()
    assert info(tmp_path / "sub" / "b.nhdr")[0] == 6


def nrrd_text(grid, **fields):
    lines = {
        "type": "short", "dimension": "3", "space": "left-posterior-superior", "sizes": " ".join(map(str, grid.size)),
        "space directions": " ".join("(" + ",".join(f"{v:.10g}" for v in grid.steps[:, k]) + ")" for k in range(3)), "endian": "little",
        "encoding": "raw", "space origin": "(" + ",".join(f"{v:.10g}" for v in grid.origin) + ")", **fields,
    }
    return ("NRRD0005\n" + "".join(f"{k}: {v}\n" for k, v in lines.items() if v is not None) + "\n").encode()


def test_nrrd_byte_order_and_skip(tmp_path):
    grid = Grid()
    raw = grid.voxels().astype(">i2").tobytes(order="F")
    (tmp_path / "a.nrrd").write_bytes(nrrd_text(grid, endian="big") + raw)
    check(tmp_path / "a.nrrd")
    (tmp_path / "b.nrrd").write_bytes(nrrd_text(grid, endian="big", **{"byte skip": "7"}) + bytes(7) + raw)
    check(tmp_path / "b.nrrd")
    (tmp_path / "c.raw").write_bytes(bytes(11) + raw)
    (tmp_path / "c.nhdr").write_bytes(nrrd_text(grid, endian="big", **{"byte skip": "-1", "data file": "c.raw"}))
    check(tmp_path / "c.nhdr")
    (tmp_path / "d.nrrd").write_bytes(nrrd_text(grid).replace(b"\n", b"\r\n") + grid.voxels().tobytes(order="F"))
    check(tmp_path / "d.nrrd")


def test_nrrd_units(tmp_path):
    grid = Grid()
    raw = grid.voxels().tobytes(order="F")
    (tmp_path / "a.nrrd").write_bytes(nrrd_text(grid, **{"space units": '"mm" "mm" "mm"'}) + raw)
    check(tmp_path / "a.nrrd")
    metres = Grid()
    metres.steps, metres.origin = grid.steps / 1000, grid.origin / 1000
    (tmp_path / "b.nrrd").write_bytes(nrrd_text(metres, **{"space units": '"m" "m" "m"'}) + raw)
    check(tmp_path / "b.nrrd")
    (tmp_path / "c.nrrd").write_bytes(nrrd_text(grid, **{"space units": '"furlong" "mm" "mm"'}) + raw)
    refused(tmp_path / "c.nrrd", "unsupported_feature")


@pytest.mark.parametrize("fields, code", [
    ({"space origin": None}, "no_orientation"),
    ({"space": "3D-right-handed"}, "no_orientation"),
    ({"space": "scanner-xyz"}, "no_orientation"),
    ({"space": None, "space directions": None, "space origin": None, "spacings": "1 1 1"}, "no_orientation"),
    ({"space directions": "none (0,1.25,0) (0,0,2)"}, "no_orientation"),
    ({"space directions": "(1.5,0.4,0) (0,1.25,0) (0,0,2)"}, "sheared_axes"),
    ({"sizes": "48 56 3000"}, "truncated_file"),
    ({"sizes": "480000 560000 3000000"}, "too_large"),
    ({"type": "shirt"}, "corrupt_file"),
    ({"encoding": "bzip2"}, "unsupported_feature"),
    ({"line skip": "2"}, "unsupported_feature"),
    ({"byte skip": "-7"}, "corrupt_file"),
    ({"byte skip": "9223372036854775807"}, "corrupt_file"),
    ({"dimension": "4", "sizes": "1 48 56 30", "space directions": "none (1,0,0) (0,1,0) (0,0,1)"}, "unsupported_feature"),
    ({"data file": "LIST"}, "unsupported_feature"),
])
def test_nrrd_refused(tmp_path, fields, code):
    (tmp_path / "a.nrrd").write_bytes(nrrd_text(Grid(), **fields) + Grid().voxels().tobytes(order="F"))
    refused(tmp_path / "a.nrrd", code)


def test_data_file_that_never_ends(tmp_path):
    (tmp_path / "a.nhdr").write_bytes(nrrd_text(Grid(), **{"data file": "/dev/zero"}))
    assert info(tmp_path / "a.nhdr")[0] == 6
    (tmp_path / "a.mhd").write_bytes(metaimage_text(Grid(), ElementDataFile="/dev/zero"))
    assert info(tmp_path / "a.mhd")[0] == 6


def metaimage_text(grid, **fields):
    lines = {
        "ObjectType": "Image", "NDims": "3", "BinaryData": "True", "BinaryDataByteOrderMSB": "False", "CompressedData": "False",
        "TransformMatrix": " ".join(f"{v:.10g}" for v in grid.axes.T.flatten()), "Offset": " ".join(f"{v:.10g}" for v in grid.origin),
        "CenterOfRotation": "0 0 0", "ElementSpacing": " ".join(map(str, grid.spacing)), "DimSize": " ".join(map(str, grid.size)),
        "ElementType": "MET_SHORT", "ElementDataFile": "LOCAL", **fields,
    }
    last = lines.pop("ElementDataFile")
    return ("".join(f"{k} = {v}\n" for k, v in lines.items() if v is not None) + (f"ElementDataFile = {last}\n" if last else "")).encode()


def test_metaimage_variants(tmp_path):
    grid = Grid(turned(3, 5, 7))
    raw = grid.voxels().tobytes(order="F")
    swapped = grid.voxels().astype(">i2").tobytes(order="F")
    (tmp_path / "a.mha").write_bytes(metaimage_text(grid, BinaryDataByteOrderMSB="True") + swapped)
    (tmp_path / "b.mha").write_bytes(metaimage_text(grid, BinaryDataByteOrderMSB=None, ElementByteOrderMSB="True") + swapped)
    (tmp_path / "c.mha").write_bytes(metaimage_text(grid, CompressedData="True") + zlib.compress(raw))
    (tmp_path / "d.raw").write_bytes(bytes(13) + raw)
    (tmp_path / "d.mhd").write_bytes(metaimage_text(grid, HeaderSize="13", ElementDataFile="d.raw"))
    (tmp_path / "e.mhd").write_bytes(metaimage_text(grid, HeaderSize="-1", ElementDataFile="d.raw"))
    (tmp_path / "f.mha").write_bytes(metaimage_text(grid, Offset=None, Position=" ".join(map(str, grid.origin))) + raw)
    for name in ["a.mha", "b.mha", "c.mha", "d.mhd", "e.mhd", "f.mha"]:
        agrees(check(tmp_path / name), grid)


@pytest.mark.parametrize("fields, code", [
    ({"TransformMatrix": None}, "no_orientation"),
    ({"Offset": None}, "no_orientation"),
    ({"ElementSpacing": None}, "corrupt_file"),
    ({"ElementSpacing": "1 1"}, "corrupt_file"),
    ({"ElementSpacing": "1 1 0"}, "corrupt_file"),
    ({"ElementSpacing": "1 1 nan"}, "corrupt_file"),
    ({"NDims": None}, "corrupt_file"),
    ({"NDims": "4"}, "unsupported_feature"),
    ({"DimSize": "48 56"}, "corrupt_file"),
    ({"DimSize": "48 56 -30"}, "corrupt_file"),
    ({"DimSize": "48 56 31"}, "truncated_file"),
    ({"DimSize": "9000000000 9000000000 9000000000"}, "too_large"),
    ({"ElementType": "MET_STRING"}, "unsupported_feature"),
    ({"ElementNumberOfChannels": "3"}, "unsupported_feature"),
    ({"ElementDataFile": "LIST"}, "unsupported_feature"),
    ({"ElementDataFile": "slice%03d.raw 1 30 1"}, "unsupported_feature"),
    ({"ElementDataFile": None}, "corrupt_file"),
    ({"TransformMatrix": "1 0 0 0.447214 0.894427 0 0 0 1"}, "sheared_axes"),
    ({"TransformMatrix": "2 0 0 0 1 0 0 0 1"}, "corrupt_file"),
    ({"ElementSpacing": "-1.5 1.25 2"}, "corrupt_file"),
    ({"HeaderSize": "-5"}, "corrupt_file"),
    ({"Offset": "1e30 0 0"}, "corrupt_file"),
    ({"HeaderSize": "9223372036854775807"}, "corrupt_file"),
    ({"TransformMatrix": "0 0 0 0 0 0 0 0 0"}, "corrupt_file"),
    ({"HeaderSize": "1000000"}, "truncated_file"),
])
def test_metaimage_refused(tmp_path, fields, code):
    (tmp_path / "a.mha").write_bytes(metaimage_text(Grid(), **fields) + Grid().voxels().tobytes(order="F"))
    refused(tmp_path / "a.mha", code)


def test_suspicious_values(tmp_path):
    nifti(Grid(), np.full(Grid().size, 40, np.int16)).to_filename(tmp_path / "a.nii.gz")
    _, report = info(tmp_path / "a.nii.gz")
    assert {"no_air", "no_bone"} <= set(warnings(report))


def test_nothing_known(tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"hello world" * 100)
    refused(tmp_path / "a.xyz", "unrecognized_format")
    (tmp_path / "a.nii.gz").write_bytes(b"")
    refused(tmp_path / "a.nii.gz", "empty_file")
    assert hounsfield(CENTRE) == 50
