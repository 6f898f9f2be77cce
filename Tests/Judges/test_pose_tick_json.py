"""The debug topic: what lamina sends there of ticks that Google's protobuf wrote has their values, and is of pose-tick.schema.json, which sees lies."""

import copy
import json
import signal
import subprocess
import time

import jsonschema
import pytest
import zmq

import recordings
from conftest import PROGRAM, SPECIFICATION
from pose_publisher import wire
from test_command_line import check
from test_navigate import free_address

GOLDEN = SPECIFICATION / "golden"
TOPIC = b"pose-json/v1\0"
PATIENCE = 60  # seconds for what must come, on a machine that is busy


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Every golden tick and what lamina's debug topic says of it, by the tick's state: a replay of all of them, again and again. A recording's STOPPED is not sent again."""
    ticks = {path.stem: wire.PoseTick.FromString(path.read_bytes()[8:]) for path in sorted(GOLDEN.glob("*.bin")) if path.stem not in ("replay", "stopped")}
    recording = recordings.write(tmp_path_factory.mktemp("json") / "recording.jsonl", list(ticks.values()) * 300)
    address = free_address()
    run = subprocess.Popen([PROGRAM, "replay", recording, "--publish", address, "-q"])
    reader = zmq.Context.instance().socket(zmq.SUB)
    reader.linger = 0
    reader.subscribe(TOPIC)
    reader.connect(address)
    found, deadline = {}, time.monotonic() + PATIENCE
    while len(found) < len(ticks) and time.monotonic() < deadline:
        if reader.poll(100):
            message = reader.recv()
            assert message.startswith(TOPIC)
            object_ = json.loads(message[len(TOPIC):])
            found.setdefault(object_["state"].lower(), object_)
    run.send_signal(signal.SIGTERM)
    run.wait(PATIENCE)
    reader.close()
    assert found.keys() == ticks.keys()
    return {name: (ticks[name], found[name]) for name in ticks}


NAMES = ["ok", "degraded", "lost", "stale", "unregistered"]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_of_its_schema(told, name):
    check(told[name][1], "pose-tick")


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_the_tick_says(told, name):
    """All of the bodies, to the last bit; epoch, numbers and times are the replay's."""
    made, said = told[name]
    assert said["source"] == "REPLAY" and said.get("frame_number") == (made.frame_number if made.HasField("frame_number") else None)
    assert said["identity"] == {
        "plan_sha256": made.identity.plan_sha256.hex(), "patient_sha256": made.identity.patient_sha256.hex(), "study_sha256": made.identity.study_sha256.hex(),
        "level_estimated": made.identity.level_estimated, "approval": wire.Approval.Name(made.identity.approval)[9:]}
    assert said.get("registration") == ({"id": str(made.registration.id), "rms": made.registration.rms} if made.HasField("registration") else None)
    assert said["bodies"] == [body_object(body) for body in made.bodies]


def body_object(body):
    made = {"level": body.level, "level_name": body.level_name, "state": wire.BodyState.Name(body.state)[11:], "causes": list(body.causes), "screws": [screw_object(s) for s in body.screws]}
    if body.HasField("pose"):
        p = body.pose
        made["pose"] = {
            "position_mm": [p.x_mm, p.y_mm, p.z_mm], "quaternion_xyzw": [p.qx, p.qy, p.qz, p.qw], "covariance": list(p.covariance), "depth_observable": p.depth_observable,
            "residual": p.residual, "confidence": p.confidence}
    return made


def screw_object(screw):
    made = {"side": wire.Side.Name(screw.side)[5:].lower(), "diameter_mm": screw.diameter_mm, "length_mm": screw.length_mm, "causes": list(screw.causes)}
    if screw.plan_status:
        made["plan_status"] = wire.PlanStatus.Name(screw.plan_status)[12:]
    if screw.state:
        made["state"] = wire.ScrewState.Name(screw.state)[12:].lower()
    if screw.HasField("planned"):
        made["planned"] = axis_object(screw.planned)
    if screw.HasField("measured"):
        m = screw.measured
        numbers = ("entry_deviation_mm", "entry_sigma_mm", "tip_deviation_mm", "tip_sigma_mm", "angle_deg")
        made["measured"] = {"axis": axis_object(m.axis), **{key: getattr(m, key) for key in numbers}}
    return made


def axis_object(axis):
    return {"entry_mm": [axis.entry_x_mm, axis.entry_y_mm, axis.entry_z_mm], "direction": [axis.direction_x, axis.direction_y, axis.direction_z]}


LIES = [
    ("degraded", lambda t: t["bodies"][1].update(pose=t["bodies"][0]["pose"])), ("degraded", lambda t: t["bodies"][0].pop("pose")),
    ("degraded", lambda t: t["bodies"][0].update(causes=[])), ("degraded", lambda t: t["bodies"][2].update(causes=["covered"])),
    ("degraded", lambda t: t.update(state="OK")), ("degraded", lambda t: t.update(state="STOPPED")), ("degraded", lambda t: t.pop("registration")),
    ("ok", lambda t: t.update(state="DEGRADED")), ("ok", lambda t: t.update(state="LOST")), ("lost", lambda t: t.update(state="OK")), ("ok", lambda t: t.update(seq=7)),
    ("ok", lambda t: t.update(stream_epoch="0")), ("ok", lambda t: t.update(schema_major=2)), ("ok", lambda t: t.update(convention="RAS-mm-RH")),
    ("ok", lambda t: t["identity"].pop("plan_sha256")), ("ok", lambda t: t["bodies"][0]["pose"]["quaternion_xyzw"].__setitem__(3, -0.5)),
    ("ok", lambda t: t["bodies"][0]["pose"]["covariance"].pop()), ("ok", lambda t: t["bodies"][0]["screws"][0].pop("planned")),
    ("ok", lambda t: t["bodies"][0]["screws"][0].pop("measured")), ("ok", lambda t: t["bodies"][0]["screws"][1].update(measured=t["bodies"][0]["screws"][0]["measured"])),
    ("ok", lambda t: t["bodies"][0]["screws"][0].update(side="port")), ("ok", lambda t: t.update(surprise=1)),
]


@pytest.mark.parametrize("name, lie", LIES)
def test_the_schema_sees_lies(told, name, lie):
    spoiled = copy.deepcopy(told[name][1])
    lie(spoiled)
    with pytest.raises(jsonschema.ValidationError):
        check(spoiled, "pose-tick")
