"""Frames shown again and again move on smoothly, and a program is timed by what it says. Nothing of lamina is run."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from Tools.Evaluation.fluoroscopy import cameras, cost, wire  # noqa: E402


def entries(count):
    return [{"file": f"AP/{t:04}.png", "time_s": round(t / 15, 6)} for t in range(count)]


def test_moments_go_forwards_and_backwards_and_time_goes_on():
    shown = cost.repeated(entries(4), 14)
    assert [int(entry["file"][3:7]) for entry in shown] == [0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1]
    assert np.diff([entry["time_s"] for entry in shown]) == pytest.approx(np.full(13, 1 / 15), abs=2e-6)


def test_one_moment_cannot_be_repeated():
    with pytest.raises(ValueError, match="two moments"):
        cost.repeated(entries(1), 5)


def test_shown_folder_has_the_views_asked_for_and_their_files(tmp_path):
    drawn = tmp_path / "drawn"
    views = cameras.cameras(["AP", "LAT"], np.random.default_rng(5))
    for view in views:
        (drawn / view.name).mkdir(parents=True)
        for t in range(3):
            (drawn / view.name / f"{t:04}.png").write_bytes(b"")
    told = [cameras.view_json(v, "intensity", None, [(f"{v.name}/{t:04}.png", None, t / 15, v) for t in range(3)]) for v in views]
    wire.write(drawn / "geometry.json", {"schema": "lamina.geometry", "schema_version": "1.0.0", "views": told})
    for names in (["AP"], ["AP", "LAT"]):  # the second replaces the first
        cost.show(drawn, tmp_path / "shown", names, 9)
        geometry = wire.read(tmp_path / "shown/geometry.json")
        assert [view["name"] for view in geometry["views"]] == names
        assert all(len(view["frames"]) == 9 and (tmp_path / "shown" / frame["file"]).exists() for view in geometry["views"] for frame in view["frames"])
    assert (drawn / "AP/0000.png").exists()


def test_settings_vary_one_thing_at_a_time_in_each_number_of_views():
    settings = cost.settings(6)
    assert len(set(settings)) == len(settings) == 2 * (6 + 3)
    assert all(vertebrae == cost.USUAL_VERTEBRAE or pixels == cost.USUAL_PIXELS for vertebrae, pixels, _ in settings)


def program(tmp_path, monkeypatch, lines, code=0):
    """A stand-in for lamina that says `lines`, each after a wait."""
    script = tmp_path / "stand-in"
    script.write_text(f"#!{sys.executable}\nimport sys, time\nfor wait, line in {lines!r}:\n    time.sleep(wait)\n    print(line, file=sys.stderr, flush=True)\nsys.exit({code})\n")
    script.chmod(0o755)
    monkeypatch.setenv("LAMINA", str(script))


def progress(done):
    return json.dumps({"event": "progress", "stage": "track", "done": done, "total": 3})


def test_frames_are_timed_between_the_lines_that_tell_them(tmp_path, monkeypatch):
    started = [json.dumps({"event": "stage_started", "stage": stage}) for stage in ("read CT", "track")]
    ended = json.dumps({"event": "stage_finished", "stage": "track", "seconds": 1})
    lines = [(0, started[0]), (0, started[1]), (0.3, progress(1)), (0.1, progress(2)), (0, "a warning"), (0.2, progress(3)), (0, ended)]
    program(tmp_path, monkeypatch, lines)
    beats = cost.watch(["track"])
    steps = np.diff([beat.at_s for beat in beats])
    assert len(steps) == 3
    assert (steps >= [0.29, 0.09, 0.19]).all() and steps[1] < steps[2] < 2  # a busy machine only waits longer
    assert 3 < beats[1].memory_mb < 100  # a Python


def test_a_program_that_fails_is_an_error_with_its_own_words(tmp_path, monkeypatch):
    program(tmp_path, monkeypatch, [(0, "the scan is gone")], code=3)
    with pytest.raises(SystemExit, match="exit 3\nthe scan is gone"):
        cost.watch(["track"])


def test_quarters_hold_all_frames_in_order():
    parts = cost.quarters(range(10))
    assert np.concatenate(parts).tolist() == list(range(10)) and max(map(len, parts)) - min(map(len, parts)) <= 1
    assert cost.spread(range(101)) == {"p50": 50, "p95": 95, "p99": 99, "greatest": 100}
