"""lamina phantom, read by libraries that share no code with it."""

import hashlib
import json

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

VARIANTS = ["plain", "oblique", "rotated", "anisotropic", "left-handed"]


@pytest.fixture(scope="module", params=VARIANTS)
def made(request, lamina, tmp_path_factory):
    folder = tmp_path_factory.mktemp("phantom") / request.param
    run = lamina("phantom", "-o", folder, "--seed", 3, "--levels", "T12-L1", "--variant", request.param)
    assert run.returncode == 0, run.stderr
    return folder


def label_in_nibabel(folder):
    """A function from an LPS point to its label, by nibabel's affine (RAS)."""
    image = nibabel.load(folder / "labels.nii.gz")
    data = np.asarray(image.dataobj)
    inverse = np.linalg.inv(image.affine)

    def label(point):
        index = np.round(inverse @ [-point[0], -point[1], point[2], 1])[:3].astype(int)
        inside = np.all(index >= 0) and np.all(index < data.shape)
        return int(data[tuple(index)]) if inside else 0

    return label


def label_in_itk(folder):
    """The same by ITK, whose physical points are LPS."""
    image = sitk.ReadImage(str(folder / "labels.nii.gz"))

    def label(point):
        index = image.TransformPhysicalPointToIndex([float(x) for x in point])
        inside = all(0 <= i < n for i, n in zip(index, image.GetSize()))
        return int(image[index]) if inside else 0

    return label


@pytest.mark.parametrize("reader", [label_in_nibabel, label_in_itk])
def test_truth_lies_on_its_side_for_other_readers(made, reader):
    label = reader(made)
    truth = json.loads((made / "truth.json").read_text())
    assert [v["level"] for v in truth["vertebrae"]] == ["T12", "L1"]
    for vertebra in truth["vertebrae"]:
        frame = np.array(vertebra["patient_from_vertebra"]).reshape(4, 4)
        left, right = vertebra["pedicles"]
        assert (left["side"], right["side"]) == ("left", "right")
        assert left["isthmus_centre_lps_mm"][0] > right["isthmus_centre_lps_mm"][0] + 15
        for pedicle in (left, right):
            assert label(pedicle["isthmus_centre_lps_mm"]) == vertebra["label_id"]
        for canal in vertebra["canal"]["centreline_lps_mm"]:
            assert label(canal) == 0
        # Where the long left process still has bone, the mirrored point on the right has none.
        tips = vertebra["transverse_process_tips"]
        tip = np.array(tips["left_lps_mm"])
        inwards = np.array(tips["left_lps_mm"]) - frame[:3, 3]
        inside = tip - 2.0 * inwards / np.linalg.norm(inwards)
        reach_left = frame[:3, 0] @ (tip - frame[:3, 3])
        reach_right = -frame[:3, 0] @ (np.array(tips["right_lps_mm"]) - frame[:3, 3])
        assert label(inside) == vertebra["label_id"]
        assert reach_left > reach_right + 1


def test_ct_and_labels_share_a_grid_and_bone_is_dense(made):
    ct, labels = (sitk.ReadImage(str(made / name)) for name in ("ct.nii.gz", "labels.nii.gz"))
    for get in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
        assert np.allclose(getattr(ct, get)(), getattr(labels, get)(), atol=1e-4)
    hu, ids = sitk.GetArrayFromImage(ct), sitk.GetArrayFromImage(labels)
    assert set(np.unique(ids)) == {0, 19, 20}
    assert hu[ids > 0].mean() > 200
    assert hu[ids == 0].mean() < 0


def test_left_handed_variant_is_left_handed(lamina, tmp_path):
    assert lamina("phantom", "-o", tmp_path / "p", "--levels", "T12", "--variant", "left-handed").returncode == 0
    assert np.linalg.det(nibabel.load(tmp_path / "p/ct.nii.gz").affine[:3, :3]) < 0  # RAS axes of a right-handed LPS grid have det > 0


def test_same_options_give_the_same_bytes(lamina, tmp_path):
    digests = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        assert lamina("phantom", "-o", tmp_path / name, "--levels", "L2", "--seed", seed).returncode == 0
        digests.append([hashlib.sha256((tmp_path / name / f).read_bytes()).digest() for f in ("ct.nii.gz", "labels.nii.gz", "truth.json")])
    assert digests[0] == digests[1]
    assert all(a != b for a, b in zip(digests[0], digests[2]))


def test_the_sacrum_has_no_pedicle_truth(lamina, tmp_path):
    assert lamina("phantom", "-o", tmp_path / "p", "--levels", "L5-S1", "--spacing", "2").returncode == 0
    truth = json.loads((tmp_path / "p/truth.json").read_text())
    assert [(v["level"], len(v["pedicles"])) for v in truth["vertebrae"]] == [("L5", 2), ("S1", 0)]
    assert 26 in np.unique(nibabel.load(tmp_path / "p/labels.nii.gz").dataobj)


@pytest.mark.parametrize(
    "options, word",
    [
        (["--levels", "C7-T2"], "C7"),
        (["--levels", "T9-X"], "X"),
        (["--spacing", "0"], "spacing"),
        (["--spacing", "1,1"], "spacing"),
        (["--spacing", "nan"], "spacing"),
        (["--rotate", "w,3"], "rotate"),
        (["--rotate", "x,5", "--variant", "rotated"], "rotated"),
        (["--levels", "T1-L5", "--spacing", "0.2"], "voxels"),
    ],
)
def test_bad_options_exit_2_and_write_nothing(lamina, tmp_path, options, word):
    run = lamina("phantom", "-o", tmp_path / "p", *options)
    assert run.returncode == 2
    assert word in run.stderr
    assert not list(tmp_path.iterdir())


def test_an_existing_folder_is_kept_unless_forced(lamina, tmp_path):
    first = lamina("phantom", "-o", tmp_path / "p", "--levels", "T12", "--seed", 1)
    before = (tmp_path / "p/truth.json").read_bytes()
    assert first.returncode == 0
    assert lamina("phantom", "-o", tmp_path / "p", "--levels", "T12", "--seed", 2).returncode == 2
    assert (tmp_path / "p/truth.json").read_bytes() == before
    assert lamina("phantom", "-o", tmp_path / "p", "--levels", "T12", "--seed", 2, "--force").returncode == 0
    assert (tmp_path / "p/truth.json").read_bytes() != before
