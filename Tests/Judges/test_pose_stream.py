"""`lamina subscribe` against publishers that are not lamina's (pyzmq, Google's protobuf): what must never be shown is sent, and looked for in what it shows."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import pose_publisher
from conftest import PROGRAM, ROOT, SPECIFICATION, heed_signals
from pose_publisher import MARK, PLAN, VALID_MS, Publisher, wire

PATIENCE = 30  # seconds for what must come, on a machine that is busy


class Subscriber:
    """A running `lamina subscribe --json`, whose events are read as they come, each with the time."""

    def __init__(self, address, *options, env=None):
        # Through env(1), so that what libfaketime adds to the environment is there before lamina begins: Swift finds its arguments by where the environment lies.
        self.process = subprocess.Popen(
            ["env", PROGRAM, "subscribe", address, "--json", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=heed_signals,
            env={**os.environ, **(env or {})})
        self.events = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line) | {"at": time.monotonic()})

    def until(self, wanted, since=0):
        """The first event, of those from `since` on, that is wanted."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = next((event for event in list(self.events)[since:] if wanted(event)), None)
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError(f"it did not come: {self.events[-3:]}")

    def confirm(self):
        code = [event for event in list(self.events) if is_unconfirmed(event)][-1]["code"]
        self.process.stdin.write(f"confirm {code}\n")
        self.process.stdin.flush()

    def shown(self, since=0):
        return [event["tick"] for event in list(self.events)[since:] if event["event"] == "fresh"]

    def close(self):
        self.process.kill()
        self.process.wait()


def is_fresh(event):
    return event["event"] == "fresh"


def is_unconfirmed(event):
    return event["event"] == "unconfirmed"


@pytest.fixture
def publisher():
    made = Publisher()
    yield made
    made.close()


@pytest.fixture
def showing(publisher):
    """A subscriber that shows the publisher's poses."""
    made = Subscriber(publisher.address)
    made.until(is_unconfirmed)
    made.confirm()
    made.until(is_fresh)
    yield made
    made.close()


def test_nothing_is_shown_before_somebody_has_confirmed_it(publisher):
    subscriber = Subscriber(publisher.address)
    asked = subscriber.until(is_unconfirmed)
    assert asked["plan_sha256"] == PLAN.hex() and asked["registration"] == "9" and asked["epoch"] == "5"
    time.sleep(0.5)
    assert not subscriber.shown()
    subscriber.confirm()
    tick = subscriber.until(is_fresh)["tick"]
    spine, lost = tick["bodies"]
    assert spine["pose"]["position_mm"] == [40, -7, 100] and spine["pose"]["quaternion_xyzw"] == [0.6, 0, 0, 0.8]
    assert lost["state"] == "LOST" and lost["causes"] == ["covered"] and "pose" not in lost
    subscriber.close()


def aged(made):
    made.t_capture_ns -= (VALID_MS + 50) * 1_000_000


def from_the_future(made):
    made.t_capture_ns += 10_000_000_000
    made.t_publish_ns = made.t_capture_ns


def reordered(made):
    made.seq = 1


def other_epoch(made):
    made.stream_epoch = 6


def other_plan(made):
    made.identity.plan_sha256 = b"\x44" * 32


def other_patient(made):
    made.identity.patient_sha256 = b"\x44" * 32


def other_study(made):
    made.identity.study_sha256 = b"\x44" * 32


def other_registration(made):
    made.registration.id = 10


def replayed(made):
    made.source = wire.SOURCE_REPLAY


def simulated(made):
    made.source = wire.SOURCE_SIM


def lost_with_a_pose(made):
    made.bodies[0].state = wire.BODY_STATE_LOST
    made.bodies[0].causes.append("covered")


def pose_of_zeros(made):
    made.bodies[0].pose.Clear()
    made.bodies[0].pose.covariance.extend([0] * 21)


def other_level(made):
    made.bodies[0].level_name = "T11"


def shortened(made):
    del made.bodies[1]


@pytest.mark.parametrize("spoil, code", [
    (aged, "too_old"), (from_the_future, "from_the_future"), (reordered, "out_of_order"), (other_epoch, None), (other_plan, None), (other_patient, None),
    (other_study, None), (other_registration, None), (replayed, "not_live"), (simulated, "not_live"), (lost_with_a_pose, "bad_field"),
    (pose_of_zeros, "bad_field"), (other_level, "bad_field"), (shortened, "bad_field"),
], ids=lambda value: getattr(value, "__name__", ""))
def test_what_must_not_be_shown_is_not(publisher, showing, spoil, code):
    def spoiled(made):
        made.frame_number = MARK
        spoil(made)

    since = len(showing.events)
    publisher.spoil = spoiled
    # Refused with the reason, or asked for, and taken down: at once where it is somebody else's, else in time.
    if code:
        showing.until(lambda event: event.get("code") == code, since)
    else:
        showing.until(is_unconfirmed, since)
    showing.until(lambda event: event["event"] == "stale", since)
    publisher.spoil = None
    # What is right is shown again, without asking anew: nothing else was confirmed in between.
    showing.until(lambda event: is_fresh(event) and event["tick"].get("frame_number") == 1, len(showing.events))
    assert MARK not in [tick.get("frame_number") for tick in showing.shown()]


def test_a_publisher_that_stops_is_stale_within_its_own_time(publisher, showing):
    publisher.silent = True
    time.sleep(2 * pose_publisher.EVERY_S)
    last = [event for event in list(showing.events) if is_fresh(event)][-1]
    stale = showing.until(lambda event: event["event"] == "stale" and event["at"] > last["at"])
    late = (stale["at"] - last["at"]) * 1000 + last["age_ms"] - VALID_MS
    print(f"STALE {late:.0f} ms after the pose had expired")
    # It expires on the client's own clock: only a busy machine is later.
    assert -50 < late < 2000
    publisher.close()
    showing.until(lambda event: event["event"] == "disconnected")


def test_a_publisher_that_was_killed_and_comes_back_is_not_shown_until_confirmed():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, str(Path(pose_publisher.__file__)), address]
    first = subprocess.Popen(command)
    subscriber = Subscriber(address)
    epoch = subscriber.until(is_unconfirmed)["epoch"]
    subscriber.confirm()
    subscriber.until(is_fresh)
    first.send_signal(signal.SIGKILL)
    first.wait()
    subscriber.until(lambda event: event["event"] == "stale")
    since = len(subscriber.events)
    second = subprocess.Popen(command)
    try:
        asked = subscriber.until(is_unconfirmed, since)
        assert asked["epoch"] != epoch and "the publisher was started anew" in asked["changes"]
        time.sleep(0.5)
        assert not subscriber.shown(since)
        subscriber.confirm()
        assert subscriber.until(is_fresh, since)["tick"]["stream_epoch"] == asked["epoch"]
    finally:
        second.kill()
        second.wait()
        subscriber.close()


def test_a_client_that_was_stopped_shows_nothing_old(publisher, showing):
    showing.process.send_signal(signal.SIGSTOP)
    time.sleep(1.5)
    since = len(showing.events)
    behind = publisher.seq
    showing.process.send_signal(signal.SIGCONT)
    showing.until(lambda event: is_fresh(event) and int(event["tick"]["seq"]) > behind, since)
    assert all(event["age_ms"] <= VALID_MS for event in list(showing.events) if is_fresh(event))


class Proxy:
    """A TCP proxy that can hold back what the publisher sends, or cut the connection."""

    def __init__(self, address):
        self.target = ("127.0.0.1", int(address.rsplit(":", 1)[1]))
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.server.getsockname()[1]}"
        self.flows = threading.Event()
        self.flows.set()
        self.pairs = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.server.accept()[0]
            except OSError:
                return
            upstream = socket.create_connection(self.target)
            self.pairs.append((client, upstream))
            threading.Thread(target=self.pump, args=(client, upstream, False), daemon=True).start()
            threading.Thread(target=self.pump, args=(upstream, client, True), daemon=True).start()

    def pump(self, source, target, holds):
        try:
            while data := source.recv(65536):
                if holds:
                    self.flows.wait()
                target.sendall(data)
        except OSError:
            pass

    def cut(self):
        for pair in self.pairs:
            for end in pair:
                end.close()
        self.pairs = []

    def close(self):
        self.server.close()
        self.cut()


def test_a_stalled_and_a_cut_network_are_caught(publisher):
    proxy = Proxy(publisher.address)
    subscriber = Subscriber(proxy.address)
    subscriber.until(is_unconfirmed)
    subscriber.confirm()
    subscriber.until(is_fresh)
    proxy.flows.clear()
    since = len(subscriber.events)
    subscriber.until(lambda event: event["event"] == "stale", since)
    time.sleep(0.5)
    behind = publisher.seq
    since = len(subscriber.events)
    proxy.flows.set()
    # What lay in the network meanwhile is too old; what comes after it is shown.
    fresh = subscriber.until(is_fresh, since)
    assert int(fresh["tick"]["seq"]) > behind - VALID_MS / 1000 / pose_publisher.EVERY_S and fresh["age_ms"] <= VALID_MS
    since = len(subscriber.events)
    proxy.cut()
    subscriber.until(lambda event: event["event"] == "disconnected", since)
    subscriber.until(is_fresh, len(subscriber.events))
    assert all(event["age_ms"] <= VALID_MS for event in list(subscriber.events) if is_fresh(event))
    subscriber.close()
    proxy.close()


FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


@pytest.mark.skipif(not FAKETIME.exists(), reason="needs Debian's faketime")
@pytest.mark.parametrize("step", ["+5", "-5"])
def test_a_clock_that_is_set_is_caught(tmp_path, step):
    """The reader's UTC clock is set by five seconds while the stream runs: ages cannot be told any more."""
    publisher = Publisher(clock=wire.CLOCK_UTC_NTP)
    told = tmp_path / "time"
    told.write_text("+0")
    subscriber = Subscriber(
        publisher.address,
        env={"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(told), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    subscriber.until(is_unconfirmed)
    subscriber.confirm()
    subscriber.until(is_fresh)
    since = len(subscriber.events)
    told.write_text(step)
    subscriber.until(lambda event: event.get("code") == "clock_stepped", since)
    stepped = len(subscriber.events)
    subscriber.until(is_unconfirmed, since)
    time.sleep(0.5)
    assert not subscriber.shown(stepped)
    subscriber.close()
    publisher.close()


def test_another_plan_than_the_one_asked_for_is_never_shown(publisher, phantom_case):
    """Whatever is typed."""
    subscriber = Subscriber(publisher.address, "--plan", str(phantom_case))
    refused = subscriber.until(lambda event: event.get("code") == "other_plan")
    assert refused["plan_sha256"] == PLAN.hex() and not any(is_unconfirmed(event) for event in subscriber.events)
    subscriber.process.stdin.write("confirm\n")
    subscriber.process.stdin.flush()
    time.sleep(0.5)
    assert not subscriber.shown()
    subscriber.close()


def test_a_tick_of_another_version_is_named(publisher):
    subscriber = Subscriber(publisher.address)
    publisher.spoil = lambda made: setattr(made, "schema_major", 2)
    event = subscriber.until(lambda event: event.get("code") == "other_version")
    assert "major version 2" in event["what"]
    subscriber.close()


def test_the_pages_own_client_works(publisher, tmp_path):
    """The example of pose-stream.md, as it stands there, beside nothing but the generated code."""
    text = (SPECIFICATION / "pose-stream.md").read_text()
    (tmp_path / "example.py").write_text(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1])
    (tmp_path / "pose_tick_pb2.py").write_bytes((ROOT / "Protocols/Clients/python/pose_tick_pb2.py").read_bytes())
    run = subprocess.Popen(
        [sys.executable, "-u", tmp_path / "example.py", publisher.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    run.stdin.write("\n")
    run.stdin.flush()
    shown = run.stdout.readline()
    run.kill()
    assert "right? " in shown and "BODY_STATE_OK" in shown, shown


def test_a_code_confirms_what_was_read_and_nothing_that_came_since(publisher):
    subscriber = Subscriber(publisher.address)
    code = subscriber.until(is_unconfirmed)["code"]
    publisher.spoil = other_registration
    since = len(subscriber.events)
    subscriber.until(lambda event: is_unconfirmed(event) and event["registration"] == "10", since)
    for line in ("confirm", "confirm 0000", f"confirm {code}"):
        subscriber.process.stdin.write(line + "\n")
        subscriber.process.stdin.flush()
    time.sleep(0.5)
    assert not subscriber.shown()
    subscriber.confirm()
    subscriber.until(is_fresh)
    subscriber.close()


def test_after_a_clock_was_set_old_ticks_stay_out(tmp_path):
    """Confirming anew does not let in what is numbered lower than before."""
    gate_clock = Publisher(clock=wire.CLOCK_UTC_NTP)
    subscriber = Subscriber(gate_clock.address)
    subscriber.until(is_unconfirmed)
    subscriber.confirm()
    subscriber.until(lambda event: is_fresh(event) and int(event["tick"]["seq"]) > 100)
    # The publisher's clock is set forward by what its claimed error leaves open.
    gate_clock.spoil = lambda made: (setattr(made, "t_publish_ns", made.t_publish_ns + 10**8), setattr(made, "t_capture_ns", made.t_capture_ns))
    subscriber.until(lambda event: event.get("code") == "clock_stepped")
    highest = gate_clock.seq
    gate_clock.spoil = lambda made: setattr(made, "seq", 6)
    since = len(subscriber.events)
    subscriber.until(is_unconfirmed, since)
    subscriber.confirm()
    subscriber.until(lambda event: event.get("code") == "out_of_order", since)
    assert not [tick for tick in subscriber.shown(since) if int(tick["seq"]) < highest]
    subscriber.close()
    gate_clock.close()


def test_a_monotonic_clock_of_another_machine_is_refused():
    """Over an address of this machine that is not its loopback one, as from another machine."""
    host = socket.gethostbyname(socket.gethostname())
    if host.startswith("127."):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # sends nothing
                host = probe.getsockname()[0]
            except OSError:
                pytest.skip("this machine has no address but the loopback one")
    publisher = Publisher(f"tcp://{host}:*")
    subscriber = Subscriber(publisher.address)
    subscriber.until(is_unconfirmed)
    subscriber.confirm()
    subscriber.until(lambda event: event.get("code") == "foreign_clock")
    assert not subscriber.shown()
    subscriber.close()
    publisher.close()


def test_a_run_that_was_ended_stays_ended(publisher, showing):
    """STOPPED is the last word of an epoch; `subscribe` ends with it."""
    def stopped(made):
        made.state = wire.STREAM_STATE_STOPPED
        made.bodies[0].state = wire.BODY_STATE_LOST
        made.bodies[0].causes.append("no_frame")
        made.bodies[0].ClearField("pose")

    publisher.spoil = stopped
    assert showing.process.wait(PATIENCE) == 0
    assert showing.shown()[-1]["state"] == "STOPPED"
