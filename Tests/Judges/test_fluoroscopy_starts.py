"""Starts are as far off as they say, and what came of them is counted right. Seed 5 throughout; nothing of lamina is run."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from Tools.Evaluation.fluoroscopy import starts  # noqa: E402
from Tools.Evaluation.fluoroscopy.rigid import rigid, rotation  # noqa: E402

POSE = rigid(rotation([0.4, -1.2, 0.7]), [12, -30, 5])
SIZED = starts.Trial("sized", size=(5.0, 3.0))
CAPTURE = starts.Trial("capture", capture_mm=20.0)


@pytest.fixture(scope="module")
def surface():
    """Points of a vertebra's size whose middle is not the origin."""
    return np.random.default_rng(5).uniform([-40, -20, -15], [40, 60, 15], (200, 3))


def sizes(start):
    """(degrees, mm) between POSE and a start, by the trace and by hand."""
    turn = start[:3, :3] @ POSE[:3, :3].T
    return np.degrees(np.arccos((np.trace(turn) - 1) / 2)), np.linalg.norm(start[:3, 3] - POSE[:3, 3])


def mean_distance(start, points):
    away = [np.linalg.norm((start - POSE) @ [*point, 1]) for point in points]
    return sum(away) / len(away)


def test_a_start_is_off_by_exactly_what_was_asked_in_any_direction(surface):
    made = [starts.start(SIZED, 5, n, POSE, surface) for n in range(200)]
    assert np.array([sizes(start) for start in made]) == pytest.approx(np.tile([5.0, 3.0], (200, 1)), abs=1e-6)
    directions = np.array([(start[:3, 3] - POSE[:3, 3]) / 3 for start in made])
    assert np.abs(directions.mean(0)).max() < 0.15  # 3.7 standard deviations of 200 directions
    assert (np.abs(directions) > 0.9).any(0).all()


def test_a_start_depends_on_its_seed_and_number_alone(surface):
    one = starts.start(SIZED, 5, 3, POSE, surface)
    assert np.array_equal(one, starts.start(SIZED, 5, 3, POSE, surface))
    assert not np.allclose(one, starts.start(SIZED, 5, 4, POSE, surface))
    assert not np.allclose(one, starts.start(SIZED, 6, 3, POSE, surface))


@pytest.mark.parametrize("wanted", [0.0, 0.01, 1.0, 11.0, 20.0])
def test_mtre_of_a_start_is_what_was_asked(surface, wanted):
    for n in range(20):
        start = starts.off_by(POSE, surface, np.random.default_rng([5, n]), wanted)
        assert mean_distance(start, surface) == pytest.approx(wanted, abs=1e-6)
        assert starts.mtre(start, POSE, surface) == pytest.approx(wanted, abs=1e-6)
        assert start[:3, :3] @ start[:3, :3].T == pytest.approx(np.eye(3), abs=1e-12)


def test_capture_starts_lie_evenly_up_to_the_limit(surface):
    away = np.array([mean_distance(starts.start(CAPTURE, 5, n, POSE, surface), surface) for n in range(300)])
    assert away.min() < 0.5 and 19.5 < away.max() <= 20
    fifths = np.histogram(away, 5, (0, 20))[0]  # 60 each, with a standard deviation of 7
    assert fifths.min() > 32 and fifths.max() < 88


def test_a_distance_out_of_reach_is_an_error():
    with pytest.raises(ValueError, match="10000"):
        starts.off_by(POSE, np.array([[1.0, 0, 0]]), np.random.default_rng(5), 10000)


def row(initial, across=None, state="OK", level="L1", wrong=False):
    """A graded start; without `across` nothing was found."""
    told = {"level": level, "initial_mtre_mm": initial, "state": state if across is not None else "LOST", "ms": 1000.0}
    if across is not None:
        errors = {measure: across for measure in starts.judge.MEASURES}
        told |= errors | {"rotation_deg": across, "in_plane_mm": across / 10, "wrong": wrong}
    return told


ROWS = [row(0.0, 0.1), row(0.99, 1.99), row(1.0, 2.0), row(1.5, 0.1), row(1.7), row(3.2, 0.5)]


def test_bins_begin_at_whole_millimetres_and_what_was_not_found_has_failed():
    bins = starts.by_distance(ROWS)
    assert [(b["from_mm"], b["to_mm"], b["count"]) for b in bins] == [(0, 1, 2), (1, 2, 3), (3, 4, 1)]
    assert [b["success"] for b in bins] == pytest.approx([1, 1 / 3, 1])


def test_capture_range_ends_where_the_first_failing_bin_begins():
    bins = starts.by_distance(ROWS)
    assert starts.capture_range(bins) == 1
    assert starts.capture_range(bins, least=0.3) == 4
    twenty = [row(0.5, 0.1)] * 19 + [row(0.5)]
    assert starts.capture_range(starts.by_distance(twenty)) == 1  # 95 % is enough
    assert starts.capture_range(starts.by_distance(twenty[1:])) == 0


def test_reached_counts_up_to_the_limit_and_no_farther():
    assert starts.reached(ROWS, 1.0) == (3, 2)
    assert starts.reached(ROWS, 11.0) == (6, 4)


def test_figures_count_every_start_and_part_levels():
    rows = [row(7, 0.5), row(7, 3.0, "DEGRADED"), row(7, 9.0, "OK", wrong=True), row(7), row(7, 0.2, level="T12")]
    found = starts.figures({"rows": rows, "goal": (1.0, 0.2), "capture_mm": None})
    assert list(found) == ["L1", "T12"] and found["T12"]["starts"] == 1
    first = found["L1"]
    assert first["starts"] == 4 and first["states"] == {"OK": 2, "DEGRADED": 1, "LOST": 1}
    assert first["succeeded"] == 1 and first["wrong_ok"] == 1 and first["in_goal"] == 1
    assert first["rotation_deg"]["median"] == 3 and first["rotation_deg"]["max"] == 9 and first["rotation_deg"]["count"] == 3


def test_figures_where_nothing_was_found_at_all():
    found = starts.figures({"rows": [row(7), row(8)], "goal": (1.0, 0.2), "capture_mm": 20.0})["L1"]
    assert found["in_goal"] == 0 and found["succeeded"] == 0 and found["capture_range_mm"] == 7
    assert "rotation_deg" not in found


def test_wilson_holds_the_share_and_narrows():
    low, high = starts.wilson(np.array([0.95, 0.95, 1.0]), np.array([20, 2000, 20]))
    # scipy.stats.binomtest(19, 20).proportion_ci(method="wilson") and its like for 1900 of 2000 and 20 of 20
    assert low == pytest.approx([0.7639, 0.9396, 0.8389], abs=2e-4) and high == pytest.approx([0.9911, 0.9587, 1.0], abs=2e-4)


def test_seeds_are_numbers_and_spans():
    assert starts.seed_list("1") == [1] and starts.seed_list("1,3,106-108") == [1, 3, 106, 107, 108]


def test_an_unknown_trial_is_an_error_that_names_those_there_are():
    with pytest.raises(SystemExit, match="ideal, vertebra only"):
        starts.chosen("nothing of that name")
