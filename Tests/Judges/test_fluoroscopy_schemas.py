"""The schemas of geometry, poses, initial placement and landmarks accept the contract's examples and see lies; the Swift types refuse the same ones."""

import copy
import json

import jsonschema
import pytest

from conftest import ROOT
from test_command_line import check

RIGID = [1, 0, 0, 5, 0, 1, 0, 6, 0, 0, 1, 7, 0, 0, 0, 1]


def geometry():
    """The text that the Swift tests read, so that both agree on what is right."""
    return json.loads((ROOT / "Tests/ProtocolsTests/FluoroscopyText.swift").read_text().split('"""')[1])


def poses():
    covariance = [0.5 if n % 7 == 0 else 0 for n in range(36)]
    measured = {"room_from_vertebra": RIGID, "covariance": covariance, "depth_observable": True}
    return {
        "schema": "lamina.poses", "schema_version": "1.2.0", "frame": 4, "time_s": 0.25, "level_estimated": False,
        "vertebrae": [
            {"level": "T12", "state": "OK", "causes": [], **measured}, {"level": "L1", "state": "DEGRADED", "causes": ["cut"], **measured},
            {"level": "L2", "state": "LOST", "causes": ["no_signal"]}, {"level": "L3", "state": "TRUE", "causes": [], "room_from_vertebra": RIGID},
        ],
    }


def landmarks():
    marks = [{"view": "AP", "level": level, "point": "body_centre", "pixel": [1, 2.5]} for level in ("T12", "L1")]
    return {"schema": "lamina.landmarks", "schema_version": "1.0.0", "landmarks": marks}


def initial():
    return {"schema": "lamina.initial", "schema_version": "1.0.0", "room_from_patient": RIGID}


def test_examples_are_valid():
    for name, value in [("geometry", geometry()), ("poses", poses()), ("landmarks", landmarks()), ("initial", initial()), ("initial", poses())]:
        check(value, name)


GEOMETRY_LIES = [
    ("LAT", lambda v: v.pop("projection")), ("LAT", lambda v: v.pop("full_scale")), ("AP", lambda v: v.pop("principal_point_px")),
    ("AP", lambda v: v.update(values="line_integral")), ("LAT", lambda v: v.update(source_detector_mm=1, principal_point_px=[1, 1])),
    ("AP", lambda v: v["frames"][0].update(file="../a.png")), ("AP", lambda v: v["frames"][0].update(file="/a.png")), ("AP", lambda v: v["frames"].clear()),
    ("AP", lambda v: v.update(pixel_spacing_mm=[0, 1])), ("AP", lambda v: v.update(pixel_spacing_mm=[1, -1])), ("AP", lambda v: v.update(size_px=[512.5, 480])),
    ("AP", lambda v: v.update(field={})), ("AP", lambda v: v.update(air_value=0)), ("AP", lambda v: v.update(valuse="intensity")),
    ("AP", lambda v: v["frames"][1].update(projection=[0] * 12)), ("LAT", lambda v: v["frames"][0].update(carm_from_room=RIGID)),
]


@pytest.mark.parametrize("number", range(len(GEOMETRY_LIES)))
def test_geometry_lies(number):
    view, lie = GEOMETRY_LIES[number]
    told = copy.deepcopy(geometry())
    lie(next(v for v in told["views"] if v["name"] == view))
    with pytest.raises(jsonschema.ValidationError):
        check(told, "geometry")


def test_pose_lies():
    for number, change in [
        (0, {"causes": ["a"]}), (1, {"causes": []}), (2, {"causes": []}), (2, {"room_from_vertebra": RIGID}), (3, {"depth_observable": True}),
        (0, {"covariance": [0] * 35}), (0, {"state": "FINE"}), (0, {"level": "L9"}),
    ]:
        told = poses()
        told["vertebrae"][number].update(change)
        with pytest.raises(jsonschema.ValidationError):
            check(told, "poses")


def test_the_doubt_about_the_names_is_said_in_every_line_since_1_2():
    for version in ("1.2.0", "1.3.0", "1.10.0"):
        told = {**poses(), "schema_version": version}
        check(told, "poses")
        with pytest.raises(jsonschema.ValidationError):
            check({key: value for key, value in told.items() if key != "level_estimated"}, "poses")
    for version in ("1.0.0", "1.1.0"):
        check({key: value for key, value in {**poses(), "schema_version": version}.items() if key != "level_estimated"}, "poses")
    with pytest.raises(jsonschema.ValidationError):
        check({**poses(), "level_estimated": "yes"}, "poses")


def test_initial_and_landmark_lies():
    for value, name in [
        ({**initial(), "room_from_patient": RIGID[:12]}, "initial"), ({**initial(), "patient_from_room": RIGID}, "initial"),
        ({**landmarks(), "landmarks": landmarks()["landmarks"][:1]}, "landmarks"),
    ]:
        with pytest.raises(jsonschema.ValidationError):
            check(value, name)


def screws():
    """The text that the Swift tests read."""
    return json.loads((ROOT / "Tests/ProtocolsTests/ScrewPoseTests.swift").read_text().split('"""')[1])


SCREW_LIES = [
    (0, lambda s: s.update(causes=["ambiguous"])), (0, lambda s: s.update(state="uncertain")), (0, lambda s: s.pop("covariance")),
    (0, lambda s: s["deviation"].pop("entry_medial_mm")), (0, lambda s: s.update(side="middle")), (0, lambda s: s.update(room_tip_mm=[1, 2])),
    (1, lambda s: s.update(room_tip_mm=[1, 2, 3])), (1, lambda s: s.update(causes=[])), (1, lambda s: s.update(causes=["gone"])),
]


@pytest.mark.parametrize("number", range(len(SCREW_LIES)))
def test_screw_lies(number):
    told = screws()
    check(told, "poses")
    which, lie = SCREW_LIES[number]
    lie(told["screws"][which])
    with pytest.raises(jsonschema.ValidationError):
        check(told, "poses")
