"""Clients/python against ticks that break one rule each, and as a process that hears a publisher over a socket."""

import hashlib
import math
import os
import queue
import subprocess
import sys
import threading
import time

import pytest

import pose_publisher
from conftest import ROOT, SPECIFICATION
from pose_publisher import PLAN, Publisher, wire

CLIENT = ROOT / "Protocols/Clients/python/lamina_client.py"
sys.path.insert(0, str(CLIENT.parent))
import lamina_client as client  # noqa: E402

GOLDEN = SPECIFICATION / "golden"
PATIENCE = 30  # seconds for what must come, on a machine that is busy


def setting(path, value):
    """A change of one field: "bodies.0.pose.x_mm"."""
    *way, last = path.split(".")

    def change(made):
        for step in way:
            made = made[int(step)] if step.isdigit() else getattr(made, step)
        if last.isdigit():
            made[int(last)] = value
        else:
            setattr(made, last, value)

    return change


def without(way, field):
    def change(made):
        for step in way:
            made = made[step] if isinstance(step, int) else getattr(made, step)
        made.ClearField(field)

    return change


BROKEN = [
    ("degraded", "schema_major", setting("schema_major", 2)), ("degraded", "stream_epoch", setting("stream_epoch", 0)), ("degraded", "seq", setting("seq", 0)),
    ("degraded", "valid_for_ms", setting("valid_for_ms", 0)), ("degraded", "valid_for_ms", setting("valid_for_ms", 60_001)),
    ("degraded", "t_publish_ns", setting("t_publish_ns", 1_799_999_999_999_999_999)), ("degraded", "t_publish_ns", setting("t_publish_ns", 1 << 63)),
    ("degraded", "clock", setting("clock", 0)), ("degraded", "clock", setting("clock", 9)), ("degraded", "source", setting("source", 9)),
    ("degraded", "state", setting("state", 77)), ("degraded", "state: not", setting("state", wire.STREAM_STATE_OK)),
    ("degraded", "state: not", setting("state", wire.STREAM_STATE_STOPPED)), ("ok", "state: not", setting("state", wire.STREAM_STATE_DEGRADED)),
    ("lost", "state: not", setting("state", wire.STREAM_STATE_OK)), ("degraded", "convention", setting("convention", "RAS-mm-RH")),
    ("degraded", "parent_frame", setting("parent_frame", "patient")), ("degraded", "identity", setting("identity.study_sha256", b"\1" * 31)),
    ("degraded", "identity", without([], "identity")), ("degraded", "approval", setting("identity.approval", 9)), ("degraded", "body_count", setting("body_count", 2)), ("degraded", "registration: poses", without([], "registration")),
    ("degraded", "registration", setting("registration.id", 0)), ("degraded", "registration", setting("registration.rms", math.nan)),
    ("degraded", "bodies", lambda made: (setattr(made, "body_count", 4), made.bodies.append(made.bodies[0]))),
    # The wrong level, by either of its two names.
    ("degraded", "L1 level", setting("bodies.0.level_name", "L1")), ("degraded", "T12 level", setting("bodies.0.level", 18)),
    ("degraded", " level", lambda made: (setattr(made.bodies[0], "level", 27), setattr(made.bodies[0], "level_name", ""))),
    ("degraded", "T12 state", setting("bodies.0.state", 9)), ("degraded", "T12 causes", without(["bodies", 0], "causes")),
    ("degraded", "L2 causes", lambda made: made.bodies[2].causes.append("covered")), ("degraded", "L2 pose", without(["bodies", 2], "pose")),
    ("degraded", "L1 pose", lambda made: made.bodies[1].pose.CopyFrom(made.bodies[2].pose)), ("degraded", "T12 pose", setting("bodies.0.pose.x_mm", math.nan)),
    ("degraded", "T12 pose", setting("bodies.0.pose.z_mm", math.inf)), ("degraded", "T12 pose", setting("bodies.0.pose.qx", 0.2)),
    ("degraded", "T12 pose", setting("bodies.0.pose.qw", -0.6849195770115584)), ("degraded", "T12 covariance", lambda made: made.bodies[0].pose.covariance.pop()),
    *[("degraded", "T12 covariance", setting(f"bodies.0.pose.covariance.{n}", -1.0)) for n in (0, 6, 11, 15, 18, 20)],
    ("degraded", "T12 covariance", setting("bodies.0.pose.covariance.1", math.nan)), ("degraded", "T12 confidence", setting("bodies.0.pose.confidence", 1.5)),
    ("ok", "T12 screws", setting("bodies.0.screws.0.side", wire.SIDE_RIGHT)), ("ok", "T12 screws", setting("bodies.0.screws.0.side", 0)),
    ("ok", "T12 screws", setting("bodies.0.screws.0.state", 7)), ("ok", "T12 screws", setting("bodies.0.screws.0.plan_status", 4)), ("ok", "T12 screws", setting("bodies.0.screws.0.diameter_mm", 0)),
    ("ok", "T12 screws", setting("bodies.0.screws.0.planned.direction_x", 0.5)), ("ok", "T12 screws", setting("bodies.0.screws.0.measured.axis.entry_y_mm", math.nan)),
    ("ok", "T12 screws", setting("bodies.0.screws.0.measured.tip_sigma_mm", -1)), ("ok", "T12 screws", without(["bodies", 0, "screws", 0], "planned")),
    ("ok", "T12 screws", without(["bodies", 0, "screws", 0], "measured")),
    ("ok", "T12 screws", lambda made: made.bodies[0].screws[1].measured.CopyFrom(made.bodies[0].screws[0].measured)),
    ("lost", "T12 screws", lambda made: made.bodies[0].screws.add(side=wire.SIDE_LEFT, diameter_mm=6, length_mm=40).planned.CopyFrom(wire.Axis(direction_x=1))),
]


def message(made):
    return b"pose/v1\0" + made.SerializeToString()


def golden(name):
    return wire.PoseTick.FromString((GOLDEN / f"{name}.bin").read_bytes()[8:])


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.bin")), ids=lambda path: path.stem)
def test_golden_ticks_are_whole(path):
    assert message(client.decoded(path.read_bytes())) == path.read_bytes()


@pytest.mark.parametrize("name, field, spoil", BROKEN)
def test_a_tick_that_breaks_one_rule_is_refused_by_that_rule(name, field, spoil):
    made = golden(name)
    spoil(made)
    with pytest.raises(ValueError) as refused:
        client.decoded(message(made))
    assert str(refused.value).startswith(field)


def test_bytes_that_are_no_tick_are_refused_with_one_kind_of_error():
    whole = message(golden("ok"))
    for cut in range(len(whole)):
        with pytest.raises(ValueError):
            client.decoded(whole[:cut])
    for hostile in (b"pose/v2\0" + whole[8:], b"pose/v1\0\xff", b"pose/v1\0" + bytes(300_000)):
        with pytest.raises(ValueError):
            client.decoded(hostile)


def test_fields_of_a_later_minor_version_are_passed_over():
    made = golden("ok")
    made.schema_minor = 3
    assert client.decoded(message(made) + b"\xc0\x3e\x05").bodies == made.bodies  # field 1000


class Client:
    """The client as a process; its lines as they come."""

    def __init__(self, address, plan):
        self.process = subprocess.Popen(
            [sys.executable, CLIENT, address, "--plan", plan], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
        self.lines = queue.Queue()
        threading.Thread(target=lambda: [self.lines.put(line.strip()) for line in self.process.stdout], daemon=True).start()

    def until(self, wanted):
        deadline, seen = time.monotonic() + PATIENCE, []
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                seen.append(self.lines.get(timeout=0.1))
            except queue.Empty:
                continue
            if wanted(seen[-1]):
                return seen[-1]
        raise AssertionError(f"it did not come: {seen[-5:]}, exit code {self.process.poll()}")


@pytest.fixture
def heard(tmp_path):
    """A publisher, and the client that shows it: the plan's file is what the publisher's hash is of."""
    plan = tmp_path / "plan.json"
    plan.write_text("{}")
    digest = hashlib.sha256(plan.read_bytes()).digest()
    assert digest != PLAN
    publisher = Publisher()
    publisher.spoil = lambda made: setattr(made.identity, "plan_sha256", digest)
    process = Client(publisher.address, plan)
    yield publisher, process, digest
    process.process.kill()
    process.process.wait()
    publisher.close()


def test_poses_are_shown_and_the_lost_are_named(heard):
    assert heard[1].until(lambda line: line.startswith("accepted")).endswith("DEGRADED T12 OK L1 LOST")


def test_what_is_malformed_is_refused_by_name_and_the_next_whole_one_is_shown(heard):
    publisher, process, digest = heard
    process.until(lambda line: line.startswith("accepted"))

    def spoil(made):
        made.identity.plan_sha256 = digest
        made.bodies[0].level_name = "L3"

    whole, publisher.spoil = publisher.spoil, spoil
    assert process.until(lambda line: line.startswith("malformed")) == "malformed L3 level"
    process.until(lambda line: line == "STALE")
    publisher.spoil = whole
    process.until(lambda line: line.startswith("accepted"))


def test_malformed_ticks_without_a_pause_do_not_keep_an_old_pose_up(tmp_path, monkeypatch, capsys):
    """A socket that is never empty: one whole tick, then bytes that are none for ever."""
    plan = tmp_path / "plan.json"
    plan.write_text("{}")

    class Flood:
        def __init__(self):
            made = pose_publisher.tick(5, 1)
            made.identity.plan_sha256 = hashlib.sha256(plan.read_bytes()).digest()
            self.first = message(made)

        def poll(self, _):
            time.sleep(0.001)
            return 1

        def recv(self):
            given, self.first = self.first, b"pose/v1\0\xff"
            return given

    monkeypatch.setattr(client, "connect", lambda *_: Flood())
    # The tick is good for 300 ms; a second is long past that.
    monkeypatch.setattr(sys, "argv", ["lamina_client.py", "tcp://127.0.0.1:1", "--plan", str(plan), "--seconds", "1"])
    client.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("accepted") and lines.count("STALE") == 1 and lines[-1].startswith("malformed")


def test_another_plan_is_never_shown(heard):
    publisher, process, _ = heard
    process.until(lambda line: line.startswith("accepted"))
    publisher.spoil = None
    process.until(lambda line: line.startswith("unconfirmed"))
    process.until(lambda line: line == "STALE")
