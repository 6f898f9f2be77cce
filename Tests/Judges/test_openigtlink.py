"""OpenIGTLink as `lamina replay --openigtlink` sends it, read by pyigtl and by Debian's libopenigtlink, which checks every CRC."""

import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

import numpy as np
import pyigtl
import pytest
from scipy.spatial.transform import Rotation

import recordings
from conftest import PROGRAM, heed_signals
from pose_publisher import tick, wire

PATIENCE = 30
# pose_publisher's T12: LPS (40, -7, 100) mm, turned about x.
QUATERNION = [0.6, 0, 0, 0.8]
RAS = np.diag([-1, -1, 1])


def ras_pose():
    """Worked out by matrices: the same frames with x and y turned over."""
    turn = RAS @ Rotation.from_quat(QUATERNION).as_matrix() @ RAS
    return turn, RAS @ [40, -7, 100]


def doubtful(made):
    made.bodies[0].state = wire.BODY_STATE_DEGRADED
    made.bodies[0].causes.append("uncertain")
    return made


def lost(made):
    made.bodies[0].state = wire.BODY_STATE_LOST
    made.bodies[0].causes.append("mirrored")
    made.bodies[0].ClearField("pose")
    made.state = wire.STREAM_STATE_LOST
    return made


class Bridge:
    """A running replay, all day long if nobody stops it."""

    def __init__(self, tmp_path, ticks, version=1):
        recording = recordings.write(tmp_path / "recording.jsonl", ticks)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [PROGRAM, "replay", recording, "--publish", "tcp://127.0.0.1:0", "--openigtlink", str(self.port), "--igtl-header", str(version), "--speed", "0.5"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("nobody listens")

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0


@pytest.fixture
def bridge(tmp_path, request):
    made = Bridge(tmp_path, *request.param)
    yield made
    made.close()


OK_TICKS = [tick(5, n) for n in range(1, 400)]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    if shutil.which("g++") is None or not Path("/usr/include/openigtlink").exists():
        pytest.skip("needs g++ and Debian's libopenigtlink-dev")
    program = tmp_path_factory.mktemp("igtl") / "reader"
    subprocess.run(
        ["g++", "-O1", "-w", "-I/usr/include/openigtlink", "-o", program, Path(__file__).parent / "igtl_reader.cpp", "-lOpenIGTLink", "-lpthread"], check=True)
    return program


@pytest.mark.parametrize("bridge", [(OK_TICKS, 1)], indirect=True)
def test_libopenigtlink_reads_poses_and_their_checksums(bridge, reader):
    read = subprocess.run([reader, str(bridge.port), "12"], capture_output=True, text=True, timeout=PATIENCE)
    assert read.returncode == 0, read.stdout
    lines = [line.split() for line in read.stdout.splitlines()]
    turn, place = ras_pose()
    transforms = [line for line in lines if line[0] == "TRANSFORM"]
    assert {line[1] for line in transforms} == {"REPLAY-T12"}
    matrix = np.reshape(list(map(float, transforms[0][2:])), (3, 4))
    # 32-bit floats.
    assert matrix[:, :3] == pytest.approx(turn, abs=1e-6) and matrix[:, 3] == pytest.approx(place, abs=1e-4)
    bundle = next(line for line in lines if line[0] == "QTDATA")
    assert bundle[1:4] == ["REPLAY-Vertebrae", "REPLAY-T12", "2"]
    assert list(map(float, bundle[4:7])) == pytest.approx(list(place), abs=1e-4)
    assert abs(np.dot(list(map(float, bundle[7:])), Rotation.from_matrix(turn).as_quat())) == pytest.approx(1, abs=1e-6)
    # The lost one is told of, once, and has no transform.
    assert [line[1:5] for line in lines if line[0] == "STATUS"] == [["REPLAY-T12", "1", "OK"], ["REPLAY-L1", "7", "LOST", "covered"]]


@pytest.mark.parametrize("bridge", [(OK_TICKS, 1), (OK_TICKS, 2)], indirect=True, ids=["header 1", "header 2"])
def test_pyigtl_reads_poses(bridge):
    client = pyigtl.OpenIGTLinkClient("127.0.0.1", bridge.port)
    message = client.wait_for_message("REPLAY-T12", timeout=PATIENCE)
    turn, place = ras_pose()
    assert message.matrix[:3, :3] == pytest.approx(turn, abs=1e-6) and message.matrix[:3, 3] == pytest.approx(place, abs=1e-4)
    assert abs(message.timestamp - time.time()) < 60
    client.stop()


def messages(port, count, seconds=10):
    """Header and body of each message, read here."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(seconds)
        found, stream = [], connection.makefile("rb")
        while len(found) < count:
            header = stream.read(58)
            version, kind, device = struct.unpack(">H12s20s", header[:34])
            size, _ = struct.unpack(">QQ", header[42:58])
            found.append((version, kind.rstrip(b"\0").decode(), device.rstrip(b"\0").decode(), stream.read(size)))
        return found


def metadata(body):
    """Of an extended message."""
    extended, table_bytes, text_bytes, _ = struct.unpack(">HHII", body[:12])
    table, text = body[-text_bytes - table_bytes:-text_bytes], body[-text_bytes:].decode()
    found, at = {}, 0
    for n in range(struct.unpack(">H", table[:2])[0]):
        key, encoding, value = struct.unpack(">HHI", table[2 + 8 * n:10 + 8 * n])
        assert encoding == 3
        found[text[at:at + key]], at = text[at + key:at + key + value], at + key + value
    assert at == len(text) and extended == 12
    return found


@pytest.mark.parametrize("bridge", [([doubtful(tick(5, n)) for n in range(1, 400)], 2)], indirect=True)
def test_header_2_says_what_is_doubtful(bridge):
    found = messages(bridge.port, 2)
    assert {version for version, *_ in found} == {2}
    said = metadata(next(body for _, kind, device, body in found if kind == "TRANSFORM"))
    assert said["TransformStatus"] == "OK" and said["LaminaState"] == "DEGRADED" and said["LaminaCauses"] == "uncertain" and said["LaminaSource"] == "REPLAY"


@pytest.mark.parametrize("bridge", [([doubtful(tick(5, n)) for n in range(1, 400)], 1), ([lost(tick(5, n)) for n in range(1, 400)], 1)], indirect=True, ids=["doubtful", "lost"])
def test_header_1_sends_no_pose_that_is_not_ok(bridge):
    """It has no word for doubt, so it is silent but for STATUS."""
    found = messages(bridge.port, 2)
    assert {kind for _, kind, *_ in found} == {"STATUS"}
    with socket.create_connection(("127.0.0.1", bridge.port)) as connection:
        connection.settimeout(1)
        said = b""
        try:
            while part := connection.recv(4096):
                said += part
        except TimeoutError:
            pass
    assert b"STATUS" in said and b"TRANSFORM" not in said and b"QTDATA" not in said


@pytest.mark.parametrize("bridge", [(OK_TICKS, 1)], indirect=True)
def test_bytes_that_are_no_message_end_their_connection_and_nothing_else(bridge):
    random = np.random.default_rng(3)
    good = socket.create_connection(("127.0.0.1", bridge.port))
    hostile = [random.bytes(size) for size in (1, 57, 58, 59, 1000, 100_000)]
    # A header that announces more than there is memory, and one whose body never comes.
    for size in (2**63, 2**40, 70_000):
        hostile.append(struct.pack(">H12s20sQQQ", 1, b"GET_STATUS", b"", 0, size, 0))
    hostile.append(struct.pack(">H12s20sQQQ", 1, b"STT_QTDATA", b"x", 0, 60_000, 0) + b"y" * 100)
    for data in hostile:
        with socket.create_connection(("127.0.0.1", bridge.port)) as connection:
            try:
                connection.sendall(data)
            except OSError:
                pass
    # What a well-behaved client asks for is read and left.
    good.sendall(struct.pack(">H12s20sQQQ", 1, b"STT_QTDATA", b"", 0, 36, 0) + b"\0" * 36)
    good.settimeout(PATIENCE)
    assert good.recv(58, socket.MSG_WAITALL)[2:11] == b"TRANSFORM" and bridge.process.poll() is None
    assert messages(bridge.port, 3)
    good.close()


@pytest.mark.parametrize("bridge", [(OK_TICKS, 1)], indirect=True)
def test_a_client_that_does_not_read_holds_up_nobody(bridge):
    stuck = [socket.create_connection(("127.0.0.1", bridge.port)) for _ in range(20)]
    assert len(messages(bridge.port, 60)) == 60
    for one in stuck:
        one.close()


def test_a_port_in_use_is_an_error(tmp_path):
    recording = recordings.write(tmp_path / "recording.jsonl", OK_TICKS[:2])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = subprocess.run(
            [PROGRAM, "replay", recording, "--publish", "tcp://127.0.0.1:0", "--openigtlink", str(taken.getsockname()[1])], capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == 6 and re.search("socket_refused", run.stderr)
