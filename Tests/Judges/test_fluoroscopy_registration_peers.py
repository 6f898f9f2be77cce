"""Other people's renderers are handed the same picture as lamina. Seed 5; nothing of lamina is run, and what is not installed is skipped."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from Tools.case_reading import Image  # noqa: E402
from Tools.Evaluation.fluoroscopy import cameras, projectors, registration_peers  # noqa: E402
from Tools.Evaluation.fluoroscopy.rigid import inverse, rigid, rotation  # noqa: E402

POSE = rigid(rotation([0.3, -0.2, 0.5]), [8, -14, 6])


@pytest.fixture
def view():
    return cameras.cameras(["AP"], np.random.default_rng(5))[0]


def centroid(picture):
    v, u = np.mgrid[: picture.shape[0], : picture.shape[1]]
    return np.array([(u * picture).sum(), (v * picture).sum()]) / picture.sum()


def test_a_spot_lies_where_the_cropped_camera_says(view):
    point = POSE[:3, 3] + [9, 17, -4]
    at = view.pixels(point)
    v, u = np.mgrid[: view.size[1], : view.size[0]]
    spot = np.exp(-((u - at[0]) ** 2 + (v - at[1]) ** 2) / 50)
    small, camera = registration_peers.cropped(spot, view, POSE)
    assert small.shape == camera.size == (registration_peers.PIXELS,) * 2
    assert centroid(small) == pytest.approx(camera.pixels(point), abs=1e-3)
    assert np.abs(camera.pixels(POSE[:3, 3]) - registration_peers.PIXELS / 2).max() < 1


def test_a_crop_stays_on_the_image(view):
    small, camera = registration_peers.cropped(np.zeros(view.size[::-1]), view, rigid(np.eye(3), [0, 400, 0]))
    assert small.shape == (registration_peers.PIXELS,) * 2


def voxel(i, j, k):
    """One bright voxel in a box of its own, counted askew, and where it is."""
    voxels = np.zeros((12, 20, 16), np.float32)
    voxels[k, j, i] = 1
    image = Image(voxels, np.array([-20.0, 24, -15]), np.diag([2.5, -2.5, 2.5]))
    return image, image.points([i, j, k])


@pytest.mark.parametrize("at", [(3, 4, 2), (12, 5, 8), (7, 16, 6)])
def test_diffdrr_shows_a_voxel_where_the_camera_has_it(view, at):
    pytest.importorskip("diffdrr")
    from diffdrr.pose import RigidTransform

    image, place = voxel(*at)
    _, camera = registration_peers.cropped(np.zeros(view.size[::-1]), view, POSE)
    draw = registration_peers.diffdrr_view(image, camera)
    picture = draw(RigidTransform(projectors.single(inverse(camera.carm_from_room @ POSE)))).numpy()[0, 0]
    assert centroid(picture) == pytest.approx(camera.pixels(POSE[:3, :3] @ place + POSE[:3, 3]), abs=0.1)


@pytest.mark.parametrize("at", [(3, 4, 2), (12, 5, 8), (7, 16, 6)])
def test_nanodrr_shows_a_voxel_where_the_camera_has_it(view, at):
    pytest.importorskip("nanodrr")
    image, place = voxel(*at)
    _, camera = registration_peers.cropped(np.zeros(view.size[::-1]), view, POSE)
    picture = projectors.nanodrr(image, camera.carm_from_room @ POSE, camera, samples=600)
    assert centroid(picture) == pytest.approx(camera.pixels(POSE[:3, :3] @ place + POSE[:3, 3]), abs=0.1)


def test_a_program_that_nobody_knows_is_an_error():
    with pytest.raises(SystemExit, match="there are lamina, nanodrr, DiffDRR"):
        registration_peers.check_installed(["lamina", "elastix"])


def test_a_start_that_found_nothing_is_counted_and_has_no_errors():
    rows = [{"trial": "chest", "program": "lamina", "state": "LOST", "seconds": 2.0},
            {"trial": "chest", "program": "lamina", "state": "OK", "seconds": 1.0, "rotation_deg": 0.5, "in_plane_mm": 0.1, "depth_mm": 2.0, "across_mtre_mm": 0.3}]
    assert registration_peers.graded({"state": "LOST", "causes": ["uncertain"]}) == {"state": "LOST"}
    line = registration_peers.text(rows).splitlines()[-1]
    assert line == "| chest | lamina | 2 | 1 | 0.5, 0.5 | 0.1, 0.1 | 2, 2 | 1.5, 2 |"
