"""The surfaces that gvxr draws, and gvxr's geometry and beam: against volumes, the pinhole formula and each other. Needs requirements-fluoroscopy.txt."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from Tools.case_reading import VERSE_IDS, Image  # noqa: E402

pytest.importorskip("skimage", reason="requirements-fluoroscopy.txt is not installed")

from Tools.Evaluation.fluoroscopy import anatomy  # noqa: E402

SPACING = np.array([1.0, 1.2, 2.0])


def patient():
    """A trunk of water with an air sac on its left, a block of bone with a hard core as L1, and a rib that is no vertebra."""
    k, j, i = np.mgrid[:40, :90, :120]
    hu = np.full(k.shape, -1000, np.int16)
    hu[(i > 9) & (i < 110) & (j > 9) & (j < 80)] = 30
    hu[(i > 75) & (i < 100) & (j > 25) & (j < 60)] = -850
    block = (abs(i - 45) < 15) & (abs(j - 45) < 12) & (abs(k - 20) < 8)
    hu[block] = 200
    hu[(abs(i - 45) < 7) & (abs(j - 45) < 6) & (abs(k - 20) < 4)] = 600
    hu[(abs(i - 20) < 4) & (abs(j - 60) < 4)] = 500
    labels = np.where(block, VERSE_IDS["L1"], 0).astype(np.uint8)
    steps = np.diag(SPACING) * [1, -1, 1]  # a mirrored grid, as NIfTI files have
    return Image(hu, np.array([-60.0, 50, 5]), steps), Image(labels, np.array([-60.0, 50, 5]), steps)


def test_vertebra_is_two_materials_that_fill_it():
    ct, labels = patient()
    spongy, dense = anatomy.vertebrae(ct, labels)["L1"]
    voxel = SPACING.prod()
    volumes = [anatomy.volume_of(s.vertices, s.faces) for s in (spongy, dense)]
    assert sum(volumes) == pytest.approx((labels.voxels > 0).sum() * voxel, rel=0.08)
    assert volumes[1] == pytest.approx((ct.voxels == 600).sum() * voxel, rel=0.15)
    assert spongy.hu == pytest.approx(200, abs=1) and dense.hu == pytest.approx(600, abs=1)
    middle = np.mean([dense.vertices.min(0), dense.vertices.max(0)], 0)
    assert middle == pytest.approx(labels.points([45, 45, 20]), abs=0.2)


def test_rest_holds_air_and_the_rib_but_no_vertebra():
    ct, labels = patient()
    rest = anatomy.rest(ct, labels, pad_mm=10)
    assert list(rest)[0] == "body" and {"air", "bright0"} <= set(rest) and "fat" not in rest
    assert rest["air"].hu < -800 and rest["air"].vertices[:, 0].min() > 10  # the patient's left is +x
    bright = np.concatenate([of.vertices for name, of in rest.items() if name.startswith("bright")])
    assert bright[:, 0].max() < -30  # the rib; the vertebra is a patient's width away from it
    for of in rest.values():
        edges = np.sort(np.concatenate([of.faces[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))]), 1)
        assert (np.unique(edges, axis=0, return_counts=True)[1] % 2 == 0).all(), "not closed"


def test_beam_draws_where_the_camera_says_and_nests_what_lies_inside():
    pytest.importorskip("gvxrPython3", reason="gvxr or a library of apt-packages-fluoroscopy.txt is missing", exc_type=ImportError)
    check = pytest.importorskip("Tools.Evaluation.fluoroscopy.check", reason="requirements-fluoroscopy.txt is not installed", exc_type=ImportError)
    assert check.balls(trials=2) < 0.05
    alone, nested = check.nested()
    assert 0.018 < alone.max() / 200 < 0.025  # water's attenuation at 50 to 70 keV, per mm
    assert np.abs(alone - nested).max() < 0.01 * alone.max()
