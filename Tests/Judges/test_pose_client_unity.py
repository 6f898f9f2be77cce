"""Clients/unity, compiled and run by Mono, all but its NetMQ socket (which is parsed alone: NetMQ is no Debian package), on ticks that Google's protobuf writes.

RAS and Unity are turned here by matrices; the client turns signs.
"""

import json
import random
import shutil
import subprocess
import sys

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import pose_publisher
from conftest import ROOT, SPECIFICATION
from pose_publisher import wire
from test_pose_client_python import BROKEN, client, golden, message

CLIENT = ROOT / "Protocols/Clients/unity"
GOLDEN = SPECIFICATION / "golden"
RAS, UNITY = np.diag([-1.0, -1.0, 1.0]), np.diag([1.0, -1.0, 1.0])
WALL, MONOTONIC, MS = 1_800_000_000_000_000_000, 5_000_000_000_000, 1_000_000


class Driver:
    def __init__(self, program):
        self.process = subprocess.Popen(["mono", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        assert answer, f"it ended: {words[0]}"
        return answer

    def decode(self, frame):
        return self.ask("decode", frame.hex()).split("\t")


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    if not (shutil.which("mcs") and shutil.which("mono")):
        print("SKIPPED: the C# client is neither compiled nor run: no mono-mcs, mono-runtime", file=sys.stderr)
        pytest.skip("no Mono (Debian: mono-mcs, mono-runtime)")
    program = tmp_path_factory.mktemp("unity") / "driver.exe"
    sources = [path for path in sorted(CLIENT.glob("*.cs")) if path.name != "LaminaPoseClient.cs"]
    # Unity's compiler knows C# 9; what an older one takes, it takes too.
    compiled = subprocess.run(
        ["mcs", "-nologo", "-warnaserror", "-langversion:7", f"-out:{program}", *sources, ROOT / "Tests/Judges/unity_driver.cs"], capture_output=True, text=True)
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    made = Driver(program)
    yield made
    made.process.stdin.close()
    assert made.process.wait(30) == 0


def test_the_socket_part_is_csharp(driver):
    """Its syntax alone."""
    parsed = subprocess.run(["mcs", "-nologo", "-langversion:7", "--parse", CLIENT / "LaminaPoseClient.cs"], capture_output=True, text=True)
    assert parsed.returncode == 0, parsed.stdout + parsed.stderr


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


NAMES = {"UtcPtp": "UtcPtp", "Ok": "Ok", "Sim": "Simulation", "Unspecified": "NotLookedFor"}


def enum_name(enum, number, prefix):
    name = camel(enum.Name(number)[len(prefix):])
    return NAMES.get(name, name)


def turned(pose, mirror, scale):
    place = mirror @ [pose.x_mm, pose.y_mm, pose.z_mm] * scale
    matrix = mirror @ Rotation.from_quat([pose.qx, pose.qy, pose.qz, pose.qw]).as_matrix() @ mirror
    return [*place, *Rotation.from_matrix(matrix).as_quat(canonical=True)]


def axis_values(axis):
    entry, direction = [axis.entry_x_mm, axis.entry_y_mm, axis.entry_z_mm], [axis.direction_x, axis.direction_y, axis.direction_z]
    return [*entry, *direction, *(UNITY @ entry / 1000), *(UNITY @ direction)]


def listing(made):
    """What the driver must print of a tick, by Google's protobuf and matrices."""
    registration = made.registration
    yield from [made.stream_epoch, made.seq, made.t_capture_ns, made.t_publish_ns, enum_name(wire.Clock, made.clock, "CLOCK_"), made.clock_err_us, made.valid_for_ms]
    yield from [enum_name(wire.Source, made.source, "SOURCE_"), enum_name(wire.StreamState, made.state, "STREAM_STATE_")]
    yield from [registration.id if made.HasField("registration") else "none", float(registration.rms), made.frame_number if made.HasField("frame_number") else "none"]
    yield from [made.identity.plan_sha256.hex(), made.identity.patient_sha256.hex(), made.identity.study_sha256.hex(), made.identity.level_estimated]
    yield enum_name(wire.Approval, made.identity.approval, "APPROVAL_")
    for body in made.bodies:
        yield from ["body", body.level, body.level_name, enum_name(wire.BodyState, body.state, "BODY_STATE_"), ",".join(body.causes), body.status_text]
        if body.HasField("pose"):
            pose = body.pose
            yield from [pose.x_mm, pose.y_mm, pose.z_mm, pose.qx, pose.qy, pose.qz, pose.qw, *turned(pose, RAS, 1), *turned(pose, UNITY, 1e-3), *pose.covariance]
            yield from [pose.depth_observable, pose.residual, pose.confidence]
        for screw in body.screws:
            yield from ["screw", enum_name(wire.Side, screw.side, "SIDE_"), screw.diameter_mm, screw.length_mm, enum_name(wire.PlanStatus, screw.plan_status, "PLAN_STATUS_")]
            yield from [enum_name(wire.ScrewState, screw.state, "SCREW_STATE_"), ",".join(screw.causes)]
            if screw.HasField("planned"):
                yield from axis_values(screw.planned)
            if screw.HasField("measured"):
                m = screw.measured
                yield from [*axis_values(m.axis), m.entry_deviation_mm, m.entry_sigma_mm, m.tip_deviation_mm, m.tip_sigma_mm, m.angle_deg]


def check_read(driver, made):
    kind, *found = driver.decode(message(made))
    wanted = list(listing(made))
    assert kind == "tick" and len(found) == len(wanted), found
    for n, (text, value) in enumerate(zip(found, wanted)):
        if isinstance(value, float):
            # What is copied is equal; matrices and back lose a few units of the last place of numbers up to some hundred.
            assert abs(float(text) - value) < 1e-12 * max(1, abs(value)), (n, text, value)
        else:
            assert text == str(value), (n, text, value)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.bin")), ids=lambda path: path.stem)
def test_golden_ticks_are_read_in_every_world(driver, path):
    made = wire.PoseTick.FromString(path.read_bytes()[8:])
    check_read(driver, made)
    # And by the page's own numbers.
    _, *found = driver.decode(path.read_bytes())
    wanted = [body["unity_m"] for body in json.loads(path.with_suffix(".json").read_text())["bodies"] if "unity_m" in body]
    starts = [n for n, text in enumerate(found) if text == "body" and found[n + 3] != "Lost"]
    assert len(starts) == len(wanted)
    for start, numbers in zip(starts, wanted):
        unity = [float(text) for text in found[start + 20:start + 27]]
        assert np.allclose(unity, numbers["position"] + numbers["quaternion_xyzw"], rtol=0, atol=1e-12)


def test_any_turn_is_read_in_every_world(driver):
    random.seed(11)
    for turn in Rotation.random(100, rng=11):
        made = golden("ok")
        for body in made.bodies:
            pose = body.pose
            pose.x_mm, pose.y_mm, pose.z_mm = (random.uniform(-300, 300) for _ in range(3))
            pose.qx, pose.qy, pose.qz, pose.qw = turn.as_quat(canonical=True)
        check_read(driver, made)


@pytest.mark.parametrize("name, field, spoil", BROKEN)
def test_a_tick_that_breaks_one_rule_is_refused_by_that_rule(driver, name, field, spoil):
    made = golden(name)
    spoil(made)
    kind, reason = driver.decode(message(made))
    assert kind == "refused" and reason.startswith(field), reason


def test_hostile_bytes_are_refused_and_nothing_worse(driver):
    """Cut, changed at random, too long, and lengths that claim more than there is."""
    whole = message(golden("ok"))
    refused = sum(driver.decode(whole[:cut])[0] == "refused" for cut in range(1, len(whole)))
    assert refused == len(whole) - 1
    random.seed(3)
    for _ in range(2000):
        noisy = bytearray(whole)
        for _ in range(3):
            noisy[random.randrange(8, len(noisy))] = random.randrange(256)
        assert driver.decode(bytes(noisy))[0] in ("tick", "refused")
    for hostile in (b"pose/v2\0" + whole[8:], b"pose/v1\0" + bytes(300_000), b"pose/v1\0\x92\x01\xff\xff\xff\xff\x0f", b"pose/v1\0" + b"\xff" * 11, b"pose/v1\0\x03"):
        assert driver.decode(hostile)[0] == "refused"


def test_fields_of_a_later_minor_version_are_passed_over(driver):
    made = golden("ok")
    # Field 1000 as a varint, as 8 bytes, as text and as 4 bytes.
    later = message(made) + b"\xc0\x3e\x05" + b"\xc1\x3e" + bytes(8) + b"\xc2\x3e\x03abc" + b"\xc5\x3e" + bytes(4)
    assert driver.decode(later) == driver.decode(message(made))


def sent(seq, after_ms=0, epoch=5, **changes):
    """A tick that was captured and sent so long after the beginning."""
    made = pose_publisher.tick(epoch, seq, clock=wire.CLOCK_UTC_NTP)
    made.t_capture_ns = made.t_publish_ns = WALL + int(after_ms * MS)
    for field, value in changes.items():
        setattr(made, field, value)
    return made


class Rules:
    """A gate at clocks of our own."""

    def __init__(self, driver):
        self.driver = driver
        driver.ask("new")
        self.at(0)

    def at(self, wall_ms, monotonic_ms=None):
        self.driver.ask("clocks", WALL + int(wall_ms * MS), MONOTONIC + int((wall_ms if monotonic_ms is None else monotonic_ms) * MS))
        return self

    def confirm(self, made):
        self.driver.ask("confirm", message(made).hex())
        return self

    def take(self, made):
        return self.driver.ask("take", message(made).hex())

    def current(self):
        return self.driver.ask("current")


@pytest.fixture
def rules(driver):
    return Rules(driver)


@pytest.fixture
def showing(rules):
    """A gate that shows tick 7."""
    assert rules.take(sent(7)) == "Unconfirmed" and rules.current() == "none"
    assert rules.confirm(sent(7)).take(sent(7)) == "Accepted" and rules.current() == "7"
    return rules


def test_what_is_old_is_taken_down_without_a_message(showing):
    assert showing.at(300).current() == "7"
    assert showing.at(300.001).current() == "none"


def test_ages_and_numbers_are_held_to(showing):
    assert showing.take(sent(7)) == "Duplicate" and showing.take(sent(6)) == "OutOfOrder"
    assert showing.at(400).take(sent(8, 99)) == "TooOld" and showing.take(sent(9, 100)) == "Accepted"
    assert showing.take(sent(10, 402.1)) == "FromTheFuture" and showing.take(sent(11, 401.9)) == "Accepted"
    # Whatever the publisher says, a second is the longest; what its clock may be off by comes on top of the age.
    assert showing.at(2000).take(sent(12, 999, valid_for_ms=60_000)) == "TooOld" and showing.take(sent(13, 1001, valid_for_ms=60_000)) == "Accepted"
    assert showing.take(sent(14, 1710, clock_err_us=20_000)) == "TooOld"


@pytest.mark.parametrize("change", [
    lambda made: setattr(made, "stream_epoch", 6), lambda made: setattr(made.registration, "id", 10), lambda made: setattr(made.identity, "plan_sha256", b"\4" * 32),
    lambda made: setattr(made.identity, "patient_sha256", b"\4" * 32), lambda made: setattr(made.identity, "study_sha256", b"\4" * 32)])
def test_whoever_else_it_is_comes_down_at_once_and_needs_a_person(showing, change):
    other = sent(8)
    change(other)
    assert showing.take(other) == "Unconfirmed" and showing.current() == "none"
    assert showing.confirm(other).take(other) == "Accepted"


def test_confirming_anew_does_not_let_old_ticks_in(showing):
    assert showing.confirm(sent(7)).take(sent(6)) == "OutOfOrder" and showing.current() == "none"


def test_what_is_not_live_or_of_a_foreign_clock_is_refused(showing):
    for source in (wire.SOURCE_REPLAY, wire.SOURCE_SIM):
        assert showing.take(sent(8, source=source)) == "NotLive"
    assert showing.take(sent(8, clock=wire.CLOCK_MONO_LOCAL)) == "ForeignClock"


def test_nothing_of_a_run_that_was_stopped_is_taken(showing):
    stopped = sent(8, state=wire.STREAM_STATE_STOPPED)
    stopped.bodies[0].ClearField("pose")
    stopped.bodies[0].state = wire.BODY_STATE_LOST
    stopped.bodies[0].causes.append("no_frame")
    assert showing.take(stopped) == "Accepted" and showing.take(sent(9)) == "Ended"


def test_a_clock_that_is_set_here_needs_a_person(showing):
    # The wall clock 51 ms further on than the other.
    assert showing.at(71, 20).take(sent(8, 71)) == "ClockStepped"
    assert showing.current() == "none" and showing.take(sent(9, 71)) == "Unconfirmed"


def test_a_clock_that_is_set_there_needs_a_person(rules):
    rules.confirm(sent(7))
    for n in range(25):
        assert rules.at(20 * n).take(sent(7 + n, 20 * n - 60)) == "Accepted"
    # It comes 61.5 ms faster than all before, from the future by less than is refused.
    assert rules.at(500).take(sent(40, 501.5)) == "ClockStepped"


def test_a_clock_that_drifts_is_none_that_was_set(showing):
    """0.4 ms a second, for 200 s: 80 ms in all, which a step of that size would not be forgiven. Sent 100 ms late at first."""
    for n in range(1, 1001):
        assert showing.at(200 * n).take(sent(7 + n, 200 * n - 100 + 0.08 * n)) == "Accepted", n


def test_both_clients_say_the_same_of_any_sequence(driver):
    """The gate of Clients/python beside it, on 200 random sequences: ages, numbers, restarts, clocks that are set on either side, confirmations at any time."""
    seen, chance = set(), random.Random(17)
    for _ in range(200):
        rules, clock = Rules(driver), {"wall": 0.0, "monotonic": 0.0}
        gate = client.Gate(local=False, wall=lambda: WALL + int(clock["wall"] * MS), monotonic=lambda: MONOTONIC + int(clock["monotonic"] * MS))
        seq, epoch, ahead = 1, 5, 0.0
        for _ in range(80):
            passed = chance.choice([1, 20, 20, 20, 400])
            clock["wall"] += passed + (chance.choice([-70, -45, 45, 70]) if chance.random() < 0.02 else 0)
            clock["monotonic"] += passed
            ahead += chance.choice([-120, 120]) if chance.random() < 0.02 else 0
            seq = max(1, seq + chance.choice([1, 1, 1, 1, 1, 0, -2, 5]))
            epoch = chance.choice([5, 6]) if chance.random() < 0.03 else epoch
            made = sent(
                seq, clock["wall"] + ahead - chance.choice([0, 3, 60, 290, 310, 1500]), epoch, clock_err_us=chance.choice([0, 1000]), valid_for_ms=chance.choice([300, 300, 5000]))
            if chance.random() < 0.02:
                made.source = wire.SOURCE_REPLAY
            if chance.random() < 0.02:
                made.clock = wire.CLOCK_MONO_LOCAL
            if chance.random() < 0.01:
                made.state = wire.STREAM_STATE_STOPPED
                made.bodies[0].CopyFrom(made.bodies[1])
                made.bodies[0].level, made.bodies[0].level_name = 19, "T12"
            rules.at(clock["wall"], clock["monotonic"])
            if chance.random() < 0.1:
                rules.confirm(made)
                gate.confirm(client.confirmation(made))
            verdict = gate.take(client.decoded(message(made)))
            seen.add(verdict)
            current = gate.current()
            assert (rules.take(made), rules.current()) == (camel(verdict), "none" if current is None else str(current.seq))
    # Every verdict that there is came up.
    assert seen == {"accepted", "duplicate", "not_live", "unconfirmed", "ended", "foreign_clock", "out_of_order", "clock_stepped", "from_the_future", "too_old"}
