"""Are the frames where geometry.json says? python -m Tools.Evaluation.fluoroscopy.check CT CASE

1. A bright voxel at known points, turned and shifted volumes, detectors counted either way: its centroid against the pinhole formula.
2. RTK against nanodrr on one vertebra and on the whole patient.
3. All parts together at the CT's own poses against the CT projected as it is.
4. A rod's exact line integrals against a rod of voxels.
5. gvxr: small balls against the pinhole formula, a ball in a ball of its own stuff against one, and a vertebra's surface against RTK's voxels.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import trimesh

from Tools.case_reading import Image, read_image
from Tools.Evaluation.fluoroscopy import attenuation, cameras, projectors
from Tools.Evaluation.fluoroscopy.anatomy import Surface
from Tools.Evaluation.fluoroscopy.gvxr_beam import Beam
from Tools.Evaluation.fluoroscopy.mesh_scene import MeshScene
from Tools.Evaluation.fluoroscopy.rigid import apply, rigid, rotation
from Tools.Evaluation.fluoroscopy.scene import Scene
from Tools.Evaluation.fluoroscopy.tool import TITANIUM_PER_MM, rod


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.fluoroscopy.check", description=__doc__.splitlines()[0])
    parser.add_argument("ct", type=Path)
    parser.add_argument("case", type=Path)
    arguments = parser.parse_args()
    for name, projector in projectors.PROJECTORS.items():
        print(f"bright voxel, {name}: farthest from the formula {points(projector):.3f} px")
    scene = Scene(arguments.ct, arguments.case)
    view = cameras.cameras(["AP"], np.random.default_rng(3), 128, 128, 2.4)[0]
    level = scene.levels[0]
    pose = view.carm_from_room @ scene.room_from_patient
    compare(f"{level} alone, nanodrr against RTK", projectors.rtk(scene.vertebrae[level], pose, view), projectors.nanodrr(scene.vertebrae[level], pose, view, samples=600))
    compare("the rest, nanodrr against RTK", projectors.rtk(scene.rest, pose, view), projectors.nanodrr(scene.rest, pose, view, samples=600))
    ct = read_image(arguments.ct)
    whole = attenuation.padded(Image(attenuation.attenuation(ct.voxels), ct.origin, ct.lps_from_index), 80)
    compare("parts together against the CT", projectors.rtk(whole, pose, view), scene.integrals(view, scene.at_rest(), np.eye(4)), away_from_ends(scene, view))
    print(f"rod: {rods():.2%} of the mean")
    print(f"small balls, gvxr: farthest from the formula {balls():.3f} px")
    alone, in_two = nested()
    compare("a ball of water, gvxr, in one piece against in two", alone, in_two)
    print(f"water in gvxr's beam: {alone.max() / 200:.4f}/mm through 200 mm")
    vertebra_by_gvxr(arguments.ct, arguments.case, level)


def compare(what, one, other, where=slice(None)):
    one, other = one[where].ravel(), other[where].ravel()
    difference = np.abs(one - other).mean() / one.mean()
    print(f"{what}: correlation {np.corrcoef(one, other)[0, 1]:.6f}, mean difference {difference:.2%} of the mean line integral, greatest {np.abs(one - other).max():.4f}")


def away_from_ends(scene, view):
    """Rows that see no part of the padding: there the bone was taken out before the last slice was repeated."""
    z = [scene.labels.points([0, 0, k])[2] for k in (12, scene.labels.voxels.shape[0] - 13)]
    rows = sorted(view.pixels(apply(scene.room_from_patient, [[0, 0, h] for h in z]))[:, 1])
    return slice(max(0, int(np.ceil(rows[0]))), max(0, int(rows[1])))


def points(projector, trials=12):
    """The greatest distance of a bright voxel's centroid from where the camera says it is, pixels."""
    random, worst = np.random.default_rng(11), 0
    for trial in range(trials):
        view = cameras.cameras([["AP", "LAT"][trial % 2]], random, 96, 80, 2.4, tilt_deg=20, off_centre_px=15)[0]
        if trial % 3 == 2:
            view = replace(view, spacing=(-view.spacing[0], view.spacing[1]))
        voxels = np.zeros((21, 25, 31), np.float32)
        k, j, i = random.integers(2, [19, 23, 29])
        voxels[k, j, i] = 1
        steps = np.diag([2.0, -1.5, 2.5]) if trial % 2 else rotation(random.standard_normal(3)) * [1.8, 2.2, 2.0]
        image = Image(voxels, random.uniform(-8, 8, 3) - steps @ [15, 12, 10], steps)
        room_from_image = rigid(rotation(random.standard_normal(3)), random.uniform(-15, 15, 3))
        # A pixel wider than the voxel's shadow would alias, so the shadow is drawn on pixels a quarter as wide.
        fine = replace(view, size=(384, 320), spacing=tuple(np.array(view.spacing) / 4), principal=tuple(4 * np.array(view.principal) + 1.5))
        drawn = projector(image, fine.carm_from_room @ room_from_image, fine)
        if drawn.max() == 0:
            raise SystemExit("the voxel is nowhere on the image")
        v, u = np.mgrid[: fine.size[1], : fine.size[0]]
        found = np.array([(u * drawn).sum(), (v * drawn).sum()]) / drawn.sum()
        expected = fine.pixels(apply(room_from_image, image.points([i, j, k])))
        worst = max(worst, np.linalg.norm(found - expected))
    return worst


def rods():
    view = cameras.cameras(["AP"], np.random.default_rng(5), 128, 128, 0.6)[0]
    middle, direction = np.array([3.0, -2, 10]), np.array([0.5, 0.6, 0.3])
    exact = rod(view, middle, direction, 40, 6)
    spacing = 0.5
    k, j, i = np.mgrid[:121, :121, :121]
    p = np.stack([i, j, k], -1) * spacing - 30
    axis = direction / np.linalg.norm(direction)
    along = p @ axis
    inside = (np.abs(along) < 20) & (np.linalg.norm(p - along[..., None] * axis, axis=-1) < 6)
    image = Image(inside.astype(np.float32) * TITANIUM_PER_MM, middle - 30, np.eye(3) * spacing)
    drawn = projectors.rtk(image, view.carm_from_room, view)
    return np.abs(drawn - exact).sum() / exact.sum()


def ball(radius, middle, hu):
    made = trimesh.creation.icosphere(4, radius)
    return Surface(made.vertices + middle, made.faces, hu)


def balls(trials=6):
    """The greatest distance of a small ball's centroid from where the camera says its middle is, pixels."""
    random, worst = np.random.default_rng(12), 0
    for trial in range(trials):
        view = cameras.cameras([["AP", "LAT"][trial % 2]], random, 384, 320, 0.6, tilt_deg=20, off_centre_px=60)[0]
        middle, room_from_ball = random.uniform(-8, 8, 3), rigid(rotation(random.standard_normal(3)), random.uniform(-15, 15, 3))
        beam = Beam()
        beam.add("ball", ball(3, middle, 300))
        beam.place("ball", view.carm_from_room @ room_from_ball)
        drawn = beam.integrals(view).astype(float)
        v, u = np.mgrid[: view.size[1], : view.size[0]]
        found = np.array([(u * drawn).sum(), (v * drawn).sum()]) / drawn.sum()
        worst = max(worst, np.linalg.norm(found - view.pixels(apply(room_from_ball, middle))))
    return worst


def nested():
    """Line integrals of a ball of water of 200 mm, and the same with a ball of water in it, as the outermost surface holds the others: after a change of the detector, too."""
    large, small = (replace(cameras.cameras(["AP"], np.random.default_rng(6), size, size, 2.4)[0], carm_from_room=np.eye(4)) for size in (160, 128))
    through = {}
    for name, inner in {"alone": [], "nested": [ball(30, [0, 0, cameras.SOURCE_ISOCENTRE_MM], 0)]}.items():
        beam = Beam()
        beam.add("outer", ball(100, [0, 0, cameras.SOURCE_ISOCENTRE_MM], 0), outermost=True)
        for surface in inner:
            beam.add("inner", surface)
        beam.integrals(small)
        through[name] = beam.integrals(large)
    return through["alone"], through["nested"]


def vertebra_by_gvxr(ct, case, level):
    view = cameras.cameras(["AP"], np.random.default_rng(3))[0]
    voxels, surfaces = Scene(ct, case, [level], vertebra_only=True, shell_mm=0), MeshScene(ct, case, [level], vertebra_only=True)
    one, other = (scene.integrals(view, scene.at_rest(), np.eye(4)) for scene in (voxels, surfaces))
    v, u = np.mgrid[: view.size[1], : view.size[0]]
    middles = [np.array([(u * drawn).sum(), (v * drawn).sum()]) / drawn.sum() for drawn in (one, other)]
    compare(f"{level} alone, gvxr against RTK", one, other)
    print(f"centroids {np.linalg.norm(middles[0] - middles[1]):.3f} px apart")


if __name__ == "__main__":
    main()
