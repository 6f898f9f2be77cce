"""The points that TrackingTests hold lamina's cameras against are what RTK, DiffDRR and nanodrr say; asked again where these are installed."""

import json
import runpy

import pytest

from conftest import ROOT


def leaves(value):
    if isinstance(value, dict):
        for key in sorted(value):
            yield from leaves(value[key])
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def test_vectors_are_what_the_tools_say(tmp_path):
    """DiffDRR and nanodrr bring torch (over 200 MB), so that requirements-tests.txt has none of them; camera_vectors.py says how to install them."""
    for package in ("itk", "diffdrr", "nanodrr"):
        pytest.importorskip(package)
    script = runpy.run_path(str(ROOT / "Tools/Evaluation/camera_vectors.py"))
    script["main"](tmp_path / "cameras.json")
    again = json.loads((tmp_path / "cameras.json").read_text())
    known = json.loads((ROOT / "Tests/TrackingTests/Resources/cameras.json").read_text())
    for key in ("rtk", "diffdrr", "nanodrr", "positioner"):
        for new, old in zip(leaves(again[key]), leaves(known[key]), strict=True):
            assert new == old if isinstance(old, (str, bool)) else new == pytest.approx(old, abs=1e-6)
