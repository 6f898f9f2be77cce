"""`lamina simulate` seen from outside: PNG read by Pillow, line integrals and screws' chords by small steps with scipy and numpy, the judge of tracking."""

import hashlib
import json
import shutil
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter, map_coordinates

from conftest import ROOT, run_lamina
from test_command_line import check

sys.path.insert(0, str(ROOT))

from Tools.Evaluation.fluoroscopy import judge  # noqa: E402

SMALL = ("--pixels", 160, "--spacing", 1.6, "-q")
PLAIN = ("--noise", 0, "--scatter", 0, "--motion", "still", "--frames", 1)


def simulate(case, folder, *options):
    run = run_lamina("simulate", case, "-o", folder, *SMALL, *options)
    assert run.returncode == 0, run.stderr
    return folder


class Frames:
    """What a folder says, read without lamina."""

    def __init__(self, folder):
        self.folder = folder
        self.views = {view["name"]: view for view in json.loads((folder / "geometry.json").read_text())["views"]}
        self.truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]

    def image(self, view, frame=0):
        with Image.open(self.folder / self.views[view]["frames"][frame]["file"]) as png:
            assert png.format == "PNG" and png.mode.startswith("I")
            return np.asarray(png).astype(float)

    def shares(self, view, frame=0):
        return self.image(view, frame) / self.views[view]["air_value"]

    def pose(self, level, frame=0):
        vertebra = next(v for v in self.truth[frame]["vertebrae"] if v["level"] == level)
        return np.reshape(vertebra["room_from_vertebra"], (4, 4))

    def carm_from_room(self, view):
        return np.reshape(self.views[view]["carm_from_room"], (4, 4))

    def pixel(self, view, room):
        v = self.views[view]
        x, y, z = self.carm_from_room(view)[:3] @ [*room, 1]
        return np.array(v["principal_point_px"]) + v["source_detector_mm"] / np.array(v["pixel_spacing_mm"]) * [x / z, y / z]

    def detector(self, view):
        """Points of all pixels in the C-arm's frame, 3 x rows x columns."""
        v = self.views[view]
        u, w = np.meshgrid(np.arange(v["size_px"][0]), np.arange(v["size_px"][1]))
        x, y = [(at - c) * s for at, c, s in zip((u, w), v["principal_point_px"], v["pixel_spacing_mm"])]
        return np.stack([x, y, np.full_like(x, v["source_detector_mm"], dtype=float)])


def plan_of(case):
    return json.loads((case / "plan.json").read_text())


def frame_of(plan, level):
    return np.reshape(next(v for v in plan["vertebrae"] if v["level"] == level)["patient_from_vertebra"], (4, 4))


@pytest.fixture(scope="module")
def plain(phantom_case, tmp_path_factory):
    return Frames(simulate(phantom_case, tmp_path_factory.mktemp("plain") / "frames", *PLAIN))


@pytest.fixture(scope="module")
def left_case(phantom_case, tmp_path_factory):
    """The phantom's case with its right screws refused; the manifest agrees."""
    case = tmp_path_factory.mktemp("left") / "case"
    shutil.copytree(phantom_case, case)
    plan = plan_of(case)
    for screw in plan["screws"]:
        if screw["side"] == "right":
            screw |= {"status": "refused"} | dict.fromkeys(("vertebra_from_screw", "diameter_mm", "length_mm", "entry_lps_mm", "tip_lps_mm"))
    data = json.dumps(plan).encode()
    (case / "plan.json").write_bytes(data)
    manifest = json.loads((case / "manifest.json").read_text())
    next(o for o in manifest["outputs"] if o["path"] == "plan.json").update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    # A case of a version that kept no audit: its last line would name another manifest.
    del manifest["audit_file"]
    (case / "audit.jsonl").unlink()
    (case / "manifest.json").write_text(json.dumps(manifest))
    assert sum(s["status"] == "planned" for s in plan["screws"]) >= 2
    return case


def test_the_folder_keeps_the_contract(phantom_case, tmp_path):
    folder = simulate(phantom_case, tmp_path / "frames", "--frames", 4, "--collimate", "--implants")
    frames = Frames(folder)
    check(json.loads((folder / "geometry.json").read_text()), "geometry")
    check(json.loads((folder / "initial.json").read_text()), "initial")
    check(json.loads((folder / "landmarks.json").read_text()), "landmarks")
    check(json.loads((folder / "surface.json").read_text()), "surface")
    check(json.loads((folder / "manifest.json").read_text()), "manifest")
    levels = [v["level"] for v in plan_of(phantom_case)["vertebrae"]]
    for n, line in enumerate(frames.truth):
        check(line, "poses")
        assert line["frame"] == n and [v["level"] for v in line["vertebrae"]] == levels and {v["state"] for v in line["vertebrae"]} == {"TRUE"}
    for view in ("AP", "LAT"):
        assert [f["time_s"] for f in frames.views[view]["frames"]] == [line["time_s"] for line in frames.truth] and len(frames.truth) == 4
        assert frames.image(view).shape == (160, 160)
    assert run_lamina("verify", folder).returncode == 0


def radiograph(frames, view, ct, affine_lps, room_from_patient, step=1.0):
    """Line integrals by small steps through the CT, away from the projector of lamina."""
    carm_from_patient = frames.carm_from_room(view) @ room_from_patient
    index_from_carm = np.linalg.inv(carm_from_patient @ affine_lps)
    ends = frames.detector(view)
    length = np.linalg.norm(ends, axis=0)
    total = np.zeros(ends.shape[1:])
    for share in np.arange(400, 1000, step) / ends[2, 0, 0]:
        index = np.tensordot(index_from_carm[:3, :3], ends * share, 1) + index_from_carm[:3, 3, None, None]
        total += map_coordinates(ct, index, order=1, mode="constant", cval=0) * length * step / ends[2, 0, 0]
    return total


@pytest.mark.parametrize("view", ["AP", "LAT"])
def test_frames_are_radiographs_of_the_ct_where_the_truth_says(plain, phantom, phantom_case, view):
    image = nib.load(phantom / "ct.nii.gz")
    attenuation = np.maximum(0, 0.02 * (1 + np.asarray(image.dataobj, np.float32) / 1000))
    affine = np.diag([-1, -1, 1, 1]) @ image.affine
    plan = plan_of(phantom_case)
    places = [plain.pose(v["level"]) @ np.linalg.inv(frame_of(plan, v["level"])) for v in plan["vertebrae"]]
    assert np.abs(places[0] - places[-1]).max() < 1e-6
    expected = radiograph(plain, view, attenuation, affine, places[0])
    middle = np.array([plain.pixel(view, plain.pose(v["level"])[:3, 3]) for v in plan["vertebrae"]])
    # Around the vertebrae, where no ray meets what goes on beyond the scan.
    box = (slice(int(middle[:, 1].min()), int(middle[:, 1].max())), slice(int(middle[:, 0].mean()) - 30, int(middle[:, 0].mean()) + 30))
    found = -np.log(np.maximum(plain.image(view), 1) / plain.views[view]["air_value"])
    difference = np.abs(found - expected)[box]
    # The bone is resampled to 1 mm, so it is not the same at its edges.
    assert difference.mean() < 0.01 * expected[box].mean(), difference.mean()
    mirrored = np.abs(found[:, ::-1] - expected)[box]
    assert mirrored.mean() > 4 * difference.mean()


def chords(frames, view, roomed, diameter, length, step=0.05):
    """How far each pixel's ray runs inside a cylinder, by small steps between source and detector."""
    screw_from_carm = np.linalg.inv(frames.carm_from_room(view) @ roomed)
    ends = frames.detector(view)
    source = screw_from_carm[:3, 3]
    rays = np.tensordot(screw_from_carm[:3, :3], ends, 1)
    far = np.linalg.norm(rays, axis=0)
    rays /= far
    # The cylinder lies within its length of its middle.
    towards = np.tensordot(np.array([0, 0, length / 2]) - source, rays, 1)
    total = np.zeros(ends.shape[1:])
    for offset in np.arange(-length, length, step):
        p = source[:, None, None] + rays * (towards + offset)
        total += (p[0] ** 2 + p[1] ** 2 < diameter**2 / 4) & (p[2] > 0) & (p[2] < length)
    return total * step


@pytest.mark.parametrize("view", ["AP", "LAT"])
def test_a_left_screw_shows_on_its_side_and_is_a_cylinder_of_titanium(left_case, tmp_path, view):
    with_screws = Frames(simulate(left_case, tmp_path / "with", *PLAIN, "--views", view, "--implants"))
    without = Frames(simulate(left_case, tmp_path / "without", *PLAIN, "--views", view))
    plan = plan_of(left_case)
    expected = np.zeros((160, 160))
    for screw in plan["screws"]:
        if screw["status"] == "planned":
            assert screw["side"] == "left"
            roomed = with_screws.pose(screw["level"]) @ np.reshape(screw["vertebra_from_screw"], (4, 4))
            expected += 0.286 * chords(with_screws, view, roomed, screw["diameter_mm"], screw["length_mm"])
    # The exposure is another one with screws, so shares of air are compared.
    found = np.log(np.maximum(without.shares(view), 1e-9)) - np.log(np.maximum(with_screws.shares(view), 1e-9))
    dark = with_screws.image(view) < 40  # 16 bits say too little there
    assert np.abs(found - expected)[~dark].max() < 0.1 and (~dark & (expected > 0.5)).sum() > 20
    assert np.abs(found - expected)[expected == 0].max() < 0.03
    if view == "AP":
        rows, columns = np.nonzero(found > 0.3)
        level = plan["vertebrae"][0]["level"]
        pose = with_screws.pose(level)
        spine, left = (with_screws.pixel(view, (pose @ [x, 0, 0, 1])[:3])[0] for x in (0, 30))
        assert left > spine + 20  # the patient's left is on the right of the picture
        assert (columns > spine - 4).all() and np.median(columns) > spine + 3


def behind(frames, view):
    """Pixels within 12 mm of an origin in the first frame."""
    v = frames.views[view]
    u, w = np.meshgrid(np.arange(160), np.arange(160))
    near = np.zeros((160, 160), bool)
    for vertebra in frames.truth[0]["vertebrae"]:
        centre = frames.pixel(view, np.reshape(vertebra["room_from_vertebra"], (4, 4))[:3, 3])
        near |= np.hypot(u - centre[0], w - centre[1]) * v["pixel_spacing_mm"][0] < 12 * 1020 / 700
    return near


def test_noise_is_poisson_of_the_photons_asked_for(phantom_case, tmp_path):
    frames = Frames(simulate(phantom_case, tmp_path / "frames", "--motion", "still", "--noise", 100, "--frames", 40, "--views", "AP", "--seed", 3))
    stack = np.stack([frames.image("AP", n) for n in range(40)])
    usable = stack.max(0) < 65535
    mean, variance = stack.mean(0), stack.var(0, ddof=1)
    # Counts are photons times a gain, so variance over mean is the gain, bright or dark.
    near = behind(frames, "AP") & usable
    gain = variance[near].sum() / mean[near].sum()
    assert abs(np.median(mean[near]) / gain - 100) < 4
    for low, high in ((0, 40), (40, 70), (70, 95)):
        bounds = np.percentile(mean[usable], [low, high])
        chosen = usable & (mean >= bounds[0]) & (mean < bounds[1])
        assert abs(variance[chosen].sum() / mean[chosen].sum() / gain - 1) < 0.06
    # Neighbours know nothing of each other, and neither do frames.
    noise = (stack - mean) / np.sqrt(np.maximum(variance, 1))
    inner = usable[:, 1:] & usable[:, :-1]
    assert abs((noise[:, :, 1:] * noise[:, :, :-1])[:, inner].mean()) < 0.01
    assert abs((noise[1:] * noise[:-1])[:, usable].mean() + 1 / 40) < 0.01


def test_scatter_brightens_shadows(plain, phantom_case, tmp_path):
    scattered = Frames(simulate(phantom_case, tmp_path / "frames", *PLAIN[:2], "--scatter", 1, *PLAIN[4:]))
    for view in ("AP", "LAT"):
        shares, near = plain.shares(view), behind(plain, view)
        added = scattered.shares(view) - shares
        assert abs(np.median((added / shares)[near]) - 1) < 0.03  # as much scatter as primary
        # 40 mm at the detector; what lies beyond the image is taken to be like its edge.
        wide = gaussian_filter(shares, 40 / 1.6, mode="nearest")
        wide *= np.median(added[near]) / np.median(wide[near])
        assert np.abs(added - wide).max() < 0.06 * np.median(wide)
        dark, bright = (np.quantile(shares, [q, q + 0.1]) for q in (0.05, 0.85))
        gains = [np.median((added / shares)[(shares >= low) & (shares <= high)]) for low, high in (dark, bright)]
        assert gains[0] > 1.5 * gains[1]


def test_shutters_are_where_geometry_says(phantom_case, plain, tmp_path):
    shut = Frames(simulate(phantom_case, tmp_path / "frames", *PLAIN, "--collimate"))
    for view in ("AP", "LAT"):
        (left, top), _, (right, bottom), _ = shut.views[view]["field"]["polygon_px"]
        inside = np.zeros((160, 160), bool)
        inside[top : bottom + 1, left : right + 1] = True
        assert (shut.shares(view)[~inside] < 0.0021 + 1 / shut.views[view]["air_value"]).all()
        assert np.array_equal(shut.image(view)[inside], plain.image(view)[inside])
        surface = json.loads((shut.folder / "surface.json").read_text())
        for level, points in surface.items():
            for point in points:
                u, v = shut.pixel(view, (shut.pose(level) @ [*point, 1])[:3])
                assert left - 1 <= u <= right + 1 and top - 1 <= v <= bottom + 1


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "manifest.json"}


def test_a_seed_gives_the_same_bytes(phantom_case, tmp_path):
    options = ("--frames", 3, "--implants", "--motion", "manipulation")
    one = contents(simulate(phantom_case, tmp_path / "one", *options, "--seed", 9, "--threads", 1))
    two = contents(simulate(phantom_case, tmp_path / "two", *options, "--seed", 9, "--threads", 3))
    other = contents(simulate(phantom_case, tmp_path / "other", *options, "--seed", 10))
    assert one == two and one.keys() == other.keys()
    # Surfaces do not depend on chance.
    assert [name for name in one if one[name] == other[name]] == ["surface.json"]


def positions(frames, level):
    return np.array([frames.pose(level, n)[:3, 3] for n in range(len(frames.truth))])


def test_a_step_jumps_once_and_breathing_sways_along_the_spine(phantom_case, tmp_path):
    levels = [v["level"] for v in plan_of(phantom_case)["vertebrae"]]
    step = Frames(simulate(phantom_case, tmp_path / "step", "--motion", "step", "--frames", 9, "--views", "AP"))
    jumps = [np.linalg.norm(np.diff(positions(step, level), axis=0), axis=1) for level in levels]
    assert all((j > 1e-9).sum() == 1 and abs(j.max() - 4) < 1e-6 for j in jumps)
    breath = Frames(simulate(phantom_case, tmp_path / "breath", "--frames", 40, "--fps", 10, "--views", "AP"))
    for level in levels:
        sway = positions(breath, level) - positions(breath, level).mean(0)
        rms = np.sqrt((sway**2).mean(0))
        assert abs(np.linalg.norm(rms) - 2) < 0.3 and rms[0] > 1.5 * rms[2] > 3 * rms[1]  # the room's x points to the head, z to the back


def test_the_tracker_finds_what_was_put_there(phantom_case, tmp_path):
    frames = simulate(phantom_case, tmp_path / "frames", "--frames", 3, "--motion", "breathing", "--seed", 4)
    run = run_lamina("track", phantom_case, "--frames", frames, "--initial", frames / "initial.json", "-o", tmp_path / "run", "-q")
    assert run.returncode == 0, run.stderr
    result = judge.judge(frames, tmp_path / "run")
    assert result["graded"] == 9 and result["false_ok"] == 0 and result["states"] == {"OK": 9}
    # Pixels of 1.6 mm, 200 photons.
    assert result["ok"]["rotation_deg"]["max"] < 2.5 and result["ok"]["origin_mm"]["max"] < 1.5
    picked = run_lamina("track", phantom_case, "--frames", frames, "--landmarks", frames / "landmarks.json", "-o", tmp_path / "picked", "-q")
    assert picked.returncode == 0 and judge.judge(frames, tmp_path / "picked")["false_ok"] == 0


def test_the_judge_takes_the_truth_for_true(plain, tmp_path):
    lines = [json.loads(json.dumps(line)) for line in plain.truth]
    for line in lines:
        for vertebra in line["vertebrae"]:
            vertebra |= {"state": "OK", "covariance": np.eye(6).ravel().tolist()}
    (tmp_path / "poses.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = judge.judge(plain.folder, tmp_path)
    assert result["false_ok"] == 0 and result["ok"]["mtre_mm"]["max"] < 1e-9 and result["ok"]["projected_mtre_mm"]["max"] < 1e-9


@pytest.mark.parametrize("options, says", [
    (("--frames", 0), "--frames"), (("--fps", 0), "--fps"), (("--noise", -1), "--noise"), (("--noise", "nan"), "--noise"),
    (("--scatter", "inf"), "--scatter"), (("--pixels", 100_000), "--pixels"), (("--spacing", 0), "--spacing"), (("--views", "AP+AP"), "--views"),
    (("--views", "PA"), "--views"), (("--motion", "dance"), "--motion"), (("--motion", "step", "--frames", 2), "3 frames"), (("--seed", -1), "--seed"),
    (("--levels", "L5"), "L5"), (("--levels", "L2-T12"), "upwards"),
])
def test_wrong_options_are_2_and_write_nothing(phantom_case, tmp_path, options, says):
    run = run_lamina("simulate", phantom_case, "-o", tmp_path / "frames", *map(str, options))
    assert run.returncode == 2 and says in run.stderr, run.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_stands_in_the_way_is_2_and_stays(phantom_case, phantom, tmp_path):
    folder = simulate(phantom_case, tmp_path / "frames", *PLAIN)
    before = contents(folder)
    again = run_lamina("simulate", phantom_case, "-o", folder, *SMALL, *PLAIN)
    assert again.returncode == 2 and contents(folder) == before
    for taken in (phantom, phantom_case):
        run = run_lamina("simulate", phantom_case, "-o", taken, "--force", *SMALL, *PLAIN)
        assert run.returncode == 2 and "simulate" in run.stderr
    inside = run_lamina("simulate", phantom_case, "-o", phantom_case / "frames", *SMALL, *PLAIN)
    assert inside.returncode == 2 and not (phantom_case / "frames").exists()
    assert run_lamina("simulate", phantom_case, "-o", folder, "--force", *SMALL, *PLAIN, "--seed", 2).returncode == 0
    assert contents(folder) != before


def test_a_changed_case_is_7_and_another_scan_too(phantom_case, sample, tmp_path):
    case = tmp_path / "case"
    shutil.copytree(phantom_case, case)
    (case / "plan.json").write_text((case / "plan.json").read_text() + " ")
    changed = run_lamina("simulate", case, "-o", tmp_path / "frames", *SMALL)
    other = run_lamina("simulate", phantom_case, "-o", tmp_path / "frames", "--ct", Path(sample) / "cxr.nii.gz", *SMALL)
    assert changed.returncode == 7 and other.returncode == 7 and not (tmp_path / "frames").exists()


def test_json_and_a_level_out_of_view(phantom_case, tmp_path):
    run = run_lamina(
        "simulate", phantom_case, "-o", tmp_path / "frames", "--json", "-q", "--pixels", 64, "--spacing", 0.9, "--frames", 1, "--views", "AP")
    assert run.returncode == 0, run.stderr
    summary = json.loads(run.stdout)
    check(summary, "summary")
    assert summary["command"] == "simulate" and summary["output"] == str(tmp_path / "frames")
    warnings = [w for w in summary["warnings"] if w["code"] != "not_approved"]
    assert [w["code"] for w in warnings] == ["out_of_view"] and "L1" not in warnings[0]["levels"]
