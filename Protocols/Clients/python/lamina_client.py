"""A client of lamina's pose stream: python lamina_client.py tcp://HOST:PORT [--keys FOLDER] [--plan plan.json] [--allow SIM]

Needs pyzmq and protobuf. Keeps the rules of pose-stream.md: what is old, out of order, from the future or not what a person has confirmed is not shown. Poses are room_from_vertebra in
LPS millimetres; `unity` and `ras` turn them.
"""

import argparse
import hashlib
import re
import time
from pathlib import Path

import zmq

from tick_rules import whole
import pose_tick_pb2 as wire

TOPIC, ANY_TOPIC = b"pose/v1\0", b"pose/v"
STEP_NS, READING_NS, LONGEST_MS = 50_000_000, 2_000_000, 1000


def connect(context, address, keys=None):
    """A socket that keeps the newest tick alone. `keys`: the folder that `lamina keys` made for this client."""
    socket = context.socket(zmq.SUB)
    for option, value in [
        (zmq.CONFLATE, 1), (zmq.LINGER, 0), (zmq.MAXMSGSIZE, 1 << 18), (zmq.RECONNECT_IVL, 50), (zmq.HEARTBEAT_IVL, 100), (zmq.HEARTBEAT_TIMEOUT, 300),
    ]:
        socket.setsockopt(option, value)
    if keys is not None:
        (own,) = Path(keys).glob("*.key_secret")
        socket.curve_serverkey = key(Path(keys) / "server.key", "public")
        socket.curve_publickey, socket.curve_secretkey = key(own, "public"), key(own, "secret")
    socket.subscribe(ANY_TOPIC)
    socket.connect(address)
    return socket


def key(path, kind):
    return re.search(rf'^\s*{kind}-key\s*=\s*"(.{{40}})"', path.read_text(), re.MULTILINE)[1].encode()


def decoded(message):
    """The tick of a message. Raises ValueError for what may not be used."""
    if not message.startswith(TOPIC):
        raise ValueError(f"not of version 1: {message[:16]!r}")
    return whole(message[len(TOPIC):])


def confirmation(tick):
    """What a person has to look at before poses are shown."""
    identity = tick.identity
    return (tick.stream_epoch, tick.registration.id, identity.plan_sha256, identity.patient_sha256, identity.study_sha256)


class Gate:
    """The rules. Clocks can be given, for tests: nanoseconds of UTC and of the monotonic clock."""

    def __init__(self, allowed=(wire.SOURCE_LIVE,), local=True, wall=time.time_ns, monotonic=time.monotonic_ns):
        self.allowed, self.local, self.wall, self.monotonic = allowed, local, wall, monotonic
        self.confirmed = None
        self.last, self.ended = {}, set()  # by epoch
        self._forget()

    def _forget(self):
        self.shown, self.expires, self.offset, self.delays = None, 0, None, None

    def confirm(self, asked):
        self.confirmed = asked
        self._forget()

    def take(self, tick):
        """'accepted', 'duplicate', or why the tick is not shown."""
        if tick.source not in self.allowed:
            return "not_live"
        if confirmation(tick) != self.confirmed:
            self.shown = None
            return "unconfirmed"
        local, last = tick.clock == wire.CLOCK_MONO_LOCAL, self.last.get(tick.stream_epoch, 0)
        if tick.stream_epoch in self.ended:
            return "ended"
        if local and not self.local:
            return "foreign_clock"
        if tick.seq <= last:
            return "duplicate" if tick.seq == last else "out_of_order"
        wall, monotonic = self.wall(), self.monotonic()
        error = tick.clock_err_us * 1000
        if not local and self._stepped(wall, monotonic, tick.t_publish_ns, STEP_NS + 2 * error):
            self.confirmed = None
            self._forget()
            return "clock_stepped"
        self.last[tick.stream_epoch] = tick.seq
        age = (monotonic if local else wall) - tick.t_capture_ns
        if age < -error - READING_NS:
            return "from_the_future"
        valid = min(tick.valid_for_ms, LONGEST_MS) * 1_000_000
        if age + error > valid:
            return "too_old"
        if tick.state == wire.STREAM_STATE_STOPPED:
            self.ended.add(tick.stream_epoch)
        self.shown, self.expires = tick, monotonic + valid - age - error
        return "accepted"

    def _stepped(self, wall, monotonic, published, limit):
        offset, delay = wall - monotonic, monotonic - published
        before = offset if self.offset is None else self.offset
        least, count, at = self.delays or (delay, 0, monotonic)
        least += (monotonic - at) // 2000  # what NTP slews
        self.offset, self.delays = offset, (min(least, delay), count + 1, monotonic)
        return abs(offset - before) > limit or (count >= 20 and delay < least - limit)

    def current(self):
        """The tick that may be shown now, or None: ask each time something is drawn."""
        return self.shown if self.shown is not None and self.monotonic() <= self.expires else None


def ras(pose):
    """Position in mm and quaternion x, y, z, w, right-handed with x to the patient's right and y to the front, as 3D Slicer has it."""
    return (-pose.x_mm, -pose.y_mm, pose.z_mm), (-pose.qx, -pose.qy, pose.qz, pose.qw)


def unity(pose):
    """Position in metres and quaternion x, y, z, w for Unity, which is left-handed."""
    return (pose.x_mm / 1000, -pose.y_mm / 1000, pose.z_mm / 1000), (-pose.qx, pose.qy, -pose.qz, pose.qw)


def show(gate, tick, plan):
    """Prints what becomes of a tick; whether it is shown. The first stream of `plan` is confirmed by itself."""
    verdict = gate.take(tick)
    if verdict == "unconfirmed" and gate.confirmed is None and tick.registration.id and plan == tick.identity.plan_sha256:
        gate.confirm(confirmation(tick))
        verdict = gate.take(tick)
    if verdict != "duplicate":
        bodies = [f"{b.level_name} {wire.BodyState.Name(b.state)[11:]}" for b in tick.bodies] if verdict == "accepted" else []
        print(verdict, tick.seq, wire.StreamState.Name(tick.state)[13:], *bodies, flush=True)
    return verdict == "accepted"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("--keys")
    parser.add_argument("--plan", help="plan.json: the first stream of this plan is confirmed without asking")
    parser.add_argument("--allow", action="append", default=[], choices=["SIM", "REPLAY"])
    parser.add_argument("--seconds", type=float, default=float("inf"))
    arguments = parser.parse_args()
    plan = hashlib.sha256(Path(arguments.plan).read_bytes()).digest() if arguments.plan else None
    gate = Gate({wire.SOURCE_LIVE, *(wire.Source.Value(f"SOURCE_{name}") for name in arguments.allow)}, local=re.match(r"tcp://(127\.|localhost:|\[::1])", arguments.address))
    socket = connect(zmq.Context(), arguments.address, arguments.keys)
    end, showing = time.monotonic() + arguments.seconds, False
    while time.monotonic() < end:
        if socket.poll(5):
            try:
                tick = decoded(socket.recv())
            except ValueError as error:
                print("malformed", error, flush=True)
            else:
                showing = show(gate, tick, plan) or showing
        if showing and gate.current() is None:
            showing = False
            print("STALE", flush=True)


if __name__ == "__main__":
    main()
