"""Placed screws are drawn where they are said to be, and their judge sees every kind of lie. Seed 5 throughout; nothing of lamina is run."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from Tools.Evaluation.fluoroscopy import cameras, implants, judge_screws, wire  # noqa: E402
from Tools.Evaluation.fluoroscopy.rigid import apply, rigid, rotation  # noqa: E402
from Tools.Evaluation.fluoroscopy.tool import TITANIUM_PER_MM  # noqa: E402

POSE = rigid(rotation([0.1, -0.2, 0.3]), [2, -3, 4])


def plan():
    """Left and right screws of L1 that run forwards and inwards, and a refused one."""
    screws = []
    for side, sign in (("left", 1), ("right", -1)):
        z = np.array([-0.2 * sign, -1, 0.05])
        z /= np.linalg.norm(z)
        x = np.cross([0, 0, 1.0], z)
        x /= np.linalg.norm(x)
        frame = rigid(np.stack([x, np.cross(z, x), z], 1), [16 * sign, 24, 2])
        screws.append({"level": "L1", "side": side, "status": "planned", "diameter_mm": 6, "length_mm": 40, "vertebra_from_screw": frame.ravel().tolist()})
    return {"screws": [*screws, {"level": "L2", "side": "left", "status": "refused"}]}


def placed(which="all"):
    return implants.placed(plan(), ["L1", "L2"], which, 5, 1.2, 2.0)


def views():
    return cameras.cameras(["AP", "LAT"], np.random.default_rng(5))


def told(screw, shift=(0, 0, 0), state="found"):
    """What a tracker would say of a screw that it has at `shift` (mm, vertebra) from where it is."""
    right = apply(screw.actual, [[0, 0, 0], [0, 0, screw.length]])
    ends = right + np.array(shift, float)
    away = ends - apply(screw.planned, [[0, 0, 0], [0, 0, screw.length]])
    medial = -away[:, 0] if screw.side == "left" else away[:, 0]
    deviation = {"angle_deg": 0.0}
    for n, end in enumerate(("entry", "tip")):
        deviation |= {f"{end}_mm": float(np.linalg.norm(away[n])), f"{end}_medial_mm": float(medial[n]), f"{end}_cranial_mm": float(away[n, 2]),
                      f"{end}_dorsal_mm": float(away[n, 1]), f"{end}_sigma_mm": 0.5}
    room = apply(POSE, ends)
    return {"level": screw.level, "side": screw.side, "state": state, "causes": [] if state == "found" else ["ambiguous"], "planned": [],
            "room_entry_mm": room[0].tolist(), "room_tip_mm": room[1].tolist(), "vertebra_entry_mm": ends[0].tolist(),
            "vertebra_tip_mm": ends[1].tolist(), "covariance": (0.25 * np.eye(6)).ravel().tolist(), "depth_observable": True, "deviation": deviation}


def graded(folder, screws, entries):
    """One moment: `screws` are there, `entries` are told."""
    wire.write(folder / "screws.json", {"from_frame": 0, "screws": [screw.described() for screw in screws]})
    line = wire.poses_line(0, 0, {"L1": POSE}) | {"screws": entries}
    wire.write_lines(folder / "poses.jsonl", [line])
    return judge_screws.grade(folder, folder, [tuple(views())], [wire.poses_line(0, 0, {"L1": POSE})])


def test_the_shadow_lies_between_the_projected_ends():
    for screw in placed():
        for view in views():
            drawn = implants.integrals([screw], view, {"L1": POSE})
            ends = view.pixels(apply(POSE @ screw.actual, [[0, 0, 0], [0, 0, screw.length]]))
            v, u = np.mgrid[: view.size[1], : view.size[0]]
            middle = np.array([(u * drawn).sum(), (v * drawn).sum()]) / drawn.sum()
            assert middle == pytest.approx(ends.mean(0), abs=1.0)  # perspective draws the nearer half larger
            assert drawn.max() <= TITANIUM_PER_MM * np.hypot(6, 40) + 1e-4


def test_screws_are_off_their_plan_by_the_seed_alone():
    one, same, left = placed(), placed(), placed("L1:left")
    assert [(s.level, s.side) for s in one] == [("L1", "left"), ("L1", "right")]
    assert all(np.array_equal(a.actual, b.actual) for a, b in zip(one, same)) and np.array_equal(one[0].actual, left[0].actual)
    assert 0.2 < np.linalg.norm(one[0].actual[:3, 3] - one[0].planned[:3, 3]) < 6
    with pytest.raises(SystemExit, match="L9:left"):
        placed("L9:left")


def test_truth_is_found_without_errors(tmp_path):
    screws = placed()
    result = graded(tmp_path, screws, [told(s) for s in screws])
    assert result["found"] == 2 and result["wrong_found"] == 0 and result["false_found"] == 0 and result["exchanged_found"] == 0
    assert all(result["found_errors"][m]["max"] < 1e-4 for m in judge_screws.MEASURES)
    assert result["signed"]["medial_error_mm"]["max"] < 1e-6
    assert "2 there, 2 found" in judge_screws.markdown(result)


def test_errors_are_told(tmp_path):
    screws = placed()
    result = graded(tmp_path, screws, [told(screws[0], [0, 0, 2]), told(screws[1], [0, 0, 4])])
    assert result["found_errors"]["entry_mm"]["max"] == pytest.approx(4, abs=1e-4) and result["wrong_found"] == 1
    assert result["within_2_sigma"] < 1


def test_an_exchange_of_sides_is_wrong(tmp_path):
    screws = placed()
    left, right = told(screws[0]), told(screws[1])
    left["side"], right["side"] = "right", "left"
    assert graded(tmp_path, screws, [left, right])["exchanged_found"] == 2


def test_a_screw_that_is_not_there_must_not_be_found(tmp_path):
    screws = placed()
    result = graded(tmp_path, screws[:1], [told(screws[0]), told(screws[1])])
    assert result["absent"] == 1 and result["false_found"] == 1 and result["found"] == 1
    result = graded(tmp_path, screws[:1], [told(screws[0]), told(screws[1], state="uncertain")])
    assert result["false_found"] == 0 and result["false_uncertain"] == 1


def test_missing_and_double(tmp_path):
    screws = placed()
    assert graded(tmp_path, screws, [told(screws[0])])["missed"] == 1
    with pytest.raises(SystemExit, match="twice"):
        graded(tmp_path, screws, [told(screws[0]), told(screws[0])])


def test_a_wrong_sign_shows(tmp_path):
    screws = placed()
    entry = told(screws[1])
    entry["deviation"]["entry_medial_mm"] *= -1
    result = graded(tmp_path, screws, [told(screws[0]), entry])
    assert result["signed"]["medial_error_mm"]["max"] > 0.1


def test_a_sequence_without_screws_has_no_part_of_it(tmp_path):
    wire.write_lines(tmp_path / "poses.jsonl", [wire.poses_line(0, 0, {"L1": POSE})])
    assert judge_screws.grade(tmp_path, tmp_path, [tuple(views())], [wire.poses_line(0, 0, {"L1": POSE})]) is None
