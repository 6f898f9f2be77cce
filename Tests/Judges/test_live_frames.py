"""`lamina track --frames tcp://...`: real processes, with pyzmq as the sender and messages that are made here or by the specification's own example."""

import hashlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import jsonschema
import numpy as np
import pytest
import SimpleITK as sitk
import zmq

from conftest import PROGRAM, ROOT, SPECIFICATION, heed_signals, run_lamina, schema
from test_command_line import check
from test_track import VIEWS, carm_from_room, errors, lines, near, rigid, scene, track, write_frames  # noqa: F401 (scene is a fixture)

sys.path.insert(0, str(ROOT))
from Tools.send_frames import FrameFolder, Publisher, end_parts  # noqa: E402

# Shares of the X-rays as the 16-bit numbers of a detector.
AIR = 50000


@pytest.fixture(scope="module")
def frames(scene, tmp_path_factory):  # noqa: F811
    """The scene's frames as 16-bit PNG, one file a frame."""
    folder = tmp_path_factory.mktemp("live") / "frames"
    write_frames(folder, scene["frames"], near(scene), air_value=AIR)
    geometry = json.loads((folder / "geometry.json").read_text())
    for view in geometry["views"]:
        (folder / f"{view['name']}.mha").unlink()
        for n, frame in enumerate(view["frames"]):
            pixels = np.rint(scene["frames"][view["name"]][n] * AIR).astype(np.uint16)
            frame["file"] = f"{view['name']}_{n}.png"
            del frame["index"]
            sitk.WriteImage(sitk.GetImageFromArray(pixels), str(folder / frame["file"]))
    (folder / "geometry.json").write_text(json.dumps(geometry))
    return folder


class Tracker:
    """A running `lamina track`, whose events on stderr are read as they come."""

    def __init__(self, process, out):
        self.process, self.out = process, out
        self.events = []

    def until(self, done):
        """Reads events until so many moments are tracked."""
        for line in self.process.stderr:
            self.events.append(json.loads(line))
            check(self.events[-1], "progress")
            if self.events[-1]["event"] == "progress" and self.events[-1]["done"] >= done:
                return
        raise AssertionError(f"it ended before moment {done}: {self.events[-3:]}")

    def finished(self):
        """Exit code and stdout, once it has ended by itself."""
        stdout, rest = self.process.communicate(timeout=60)
        self.events += [json.loads(line) for line in rest.splitlines()]
        return self.process.returncode, stdout

    def warnings(self):
        return {event["warning"]["code"]: event["warning"]["message"] for event in self.events if event["event"] == "warning"}

    def manifest(self):
        return json.loads((self.out / "manifest.json").read_text())

    def draft(self):
        (folder,) = self.out.parent.glob(f".{self.out.name}.lamina-*")
        return folder


@contextmanager
def live(scene, folder, out, *options, address="tcp://127.0.0.1:*"):  # noqa: F811
    """A publisher to which a tracker has just subscribed."""
    publisher = Publisher(address)
    command = [PROGRAM, "track", scene["case"], "--frames", publisher.address, "--initial", folder / "initial.json", "-o", out]
    process = subprocess.Popen(
        [*map(str, command), *map(str, options)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals)
    try:
        assert publisher.wait_for_subscriber(60), process.poll()
        yield publisher, Tracker(process, out)
    finally:
        process.kill()
        process.wait()
        publisher.close()


def send(publisher, frames, moment):  # noqa: F811
    for parts in frames.messages(moment):
        publisher.send(parts)


def test_live_poses_are_those_of_the_files(scene, frames, tmp_path):  # noqa: F811
    """Sent one by one as they are tracked; the lines stand in the draft as soon as each is known."""
    assert track(scene, frames, tmp_path / "files").returncode == 0
    folder = FrameFolder(frames)
    with live(scene, frames, tmp_path / "live") as (publisher, tracker):
        for moment in range(len(folder)):
            send(publisher, folder, moment)
            tracker.until(moment + 1)
            assert len((tracker.draft() / "poses.jsonl").read_text().splitlines()) == moment + 1
            assert not tracker.out.exists()
        publisher.send(folder.end())
        code, text = tracker.finished()
    assert code == 0 and "3 whole moments, 0 skipped" in text and "from frame to pose" in text
    assert lines(tmp_path / "live") == lines(tmp_path / "files")
    found = [e for record in lines(tmp_path / "live") for e in errors(scene, record)]
    assert max(turn for turn, _ in found) < 1.0 and max(shift for _, shift in found) < 0.5, found
    assert run_lamina("verify", tmp_path / "live").returncode == 0
    manifest = tracker.manifest()
    check(manifest, "manifest")
    stream = manifest["measurements"]["stream"]
    assert stream["name"] == folder.stream and stream["counts"] == {"messages": 7, "moments": 3, "skipped": 0, "incomplete": 0, "refused": {}}
    assert 0 < manifest["measurements"]["latency_ms"]["p50"] <= manifest["measurements"]["latency_ms"]["greatest"]
    assert manifest["exit_code"] == 0 and not any("frames" in record["path"] and "initial" not in record["path"] for record in manifest["inputs"])
    # The middle of a live run is not known: first and last.
    assert sorted(p.name for p in (tmp_path / "live/overlays").iterdir()) == sorted(f"{view}_{n:04d}.png" for view in VIEWS for n in (0, 2))


def test_the_sender_of_tools_is_followed(scene, frames, tmp_path):  # noqa: F811
    """Faster than frames are tracked: the last one is tracked all the same, and those between are counted."""
    sender = subprocess.Popen(
        [sys.executable, "-m", "Tools.send_frames", frames, "tcp://127.0.0.1:*", "--fps", "200"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    address = sender.stdout.readline().strip()
    run = run_lamina("track", scene["case"], "--frames", address, "--initial", frames / "initial.json", "-o", tmp_path / "run", "--idle-timeout", 20)
    assert sender.wait(timeout=20) == 0
    assert run.returncode == 0, run.stderr
    counts = json.loads((tmp_path / "run/manifest.json").read_text())["measurements"]["stream"]["counts"]
    tracked = [record["frame"] for record in lines(tmp_path / "run")]
    assert counts["moments"] == 3 and len(tracked) + counts["skipped"] == 3
    # Finding the patient takes longer than sending all of them.
    assert tracked[-1] == 2 and counts["skipped"] >= 1


def test_garbage_never_stops_the_tracker(scene, frames, tmp_path):  # noqa: F811
    folder = FrameFolder(frames)
    random = np.random.default_rng(20)
    topic = b"lamina.frame/1\0"

    def garbage(moment):
        ap, lat = (list(parts) for parts in folder.messages(moment))
        header = json.loads(ap[1])
        changed = lambda **keys: [topic, json.dumps(header | keys).encode(), ap[2]]  # noqa: E731
        yield from ([topic], [topic, b""], [topic, b"{}", b""], [topic, random.bytes(300), random.bytes(300)], [b"lamina.frame/2\0", *ap[1:]])
        yield from (ap[:2], [*ap, b""], [*ap[:2], ap[2][:-1]], [topic, b" " * 70000, ap[2]], [topic, *[b"x"] * 3000])
        yield changed(stream="another-stream")
        yield changed(views=["LAT", "AP"])
        yield changed(moment=-1)
        yield changed(view=header["view"] | {"size_px": [16384, 16384]})
        yield changed(view=header["view"] | {"carm_from_room": [float("nan")] * 16})
        yield changed(view=header["view"] | {"air_value": 1})
        yield end_parts("another-stream")
        for count in range(0, len(ap[1]), 97):
            yield [topic, ap[1][:count], ap[2]]

    with live(scene, frames, tmp_path / "run") as (publisher, tracker):
        send(publisher, folder, 0)
        tracker.until(1)
        for moment in (1, 2):
            for parts in garbage(moment):
                publisher.send(parts)
            # A part longer than any frame: libzmq hangs up, and connects again.
            publisher.send([topic, b"{}", bytes(64 * 2**20 + 1)])
            assert publisher.wait_for_subscriber(20)
            # A replay of the moment before.
            send(publisher, folder, moment - 1)
            send(publisher, folder, moment)
            tracker.until(moment + 1)
        publisher.send(folder.end())
        code, _ = tracker.finished()
    assert code == 0
    assert [record["frame"] for record in lines(tmp_path / "run")] == [0, 1, 2]
    assert max(shift for record in lines(tmp_path / "run") for _, shift in errors(scene, record)) < 0.5
    counts = tracker.manifest()["measurements"]["stream"]["counts"]
    assert counts["moments"] == 3 and counts["skipped"] == 0 and counts["incomplete"] == 0
    refused = counts["refused"]
    assert set(refused) == {
        "unknown_version", "wrong_part_count", "header_too_long", "bad_header", "too_many_pixels", "wrong_pixel_bytes", "other_stream", "other_views",
        "changed_view", "old_moment",
    }
    assert refused["other_stream"] == 4 and refused["old_moment"] == 4 and refused["header_too_long"] == 2
    assert "message_refused" in tracker.warnings()


def test_a_moment_without_a_view_has_no_pose(scene, frames, tmp_path):  # noqa: F811
    folder = FrameFolder(frames)
    with live(scene, frames, tmp_path / "run") as (publisher, tracker):
        send(publisher, folder, 0)
        tracker.until(1)
        publisher.send(next(folder.messages(1)))
        send(publisher, folder, 2)
        tracker.until(2)
        publisher.send(folder.end())
        assert tracker.finished()[0] == 0
    assert [record["frame"] for record in lines(tmp_path / "run")] == [0, 2]
    assert tracker.manifest()["measurements"]["stream"]["counts"]["incomplete"] == 1
    assert "moment 1 came without LAT" in tracker.warnings()["moment_incomplete"]


def test_a_stream_that_falls_silent_keeps_what_was_tracked(scene, frames, tmp_path):  # noqa: F811
    """6, for the sender never said that it was at its end; a sender that was started anew is not followed."""
    folder, again = FrameFolder(frames), FrameFolder(frames)
    with live(scene, frames, tmp_path / "run", "--idle-timeout", 6) as (publisher, tracker):
        send(publisher, folder, 0)
        tracker.until(1)
        send(publisher, again, 1)
        code, text = tracker.finished()
    assert code == 6 and "Poses written" in text
    assert "6 s" in tracker.warnings()["stream_silent"] and "start this run anew" in tracker.warnings()["message_refused"]
    assert [record["frame"] for record in lines(tmp_path / "run")] == [0]
    assert run_lamina("verify", tmp_path / "run").returncode == 0 and tracker.manifest()["exit_code"] == 6


def test_silence_from_the_start_writes_nothing(scene, frames, tmp_path):  # noqa: F811
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    run = run_lamina(
        "track", scene["case"], "--frames", nowhere, "--initial", frames / "initial.json", "-o", tmp_path / "run", "--idle-timeout", 0.5, "--json")
    error = json.loads(run.stdout)["error"]
    assert run.returncode == 6 and error["code"] == "stream_silent" and nowhere in error["what"] and "sender running" in error["do"]
    assert list(tmp_path.iterdir()) == []


def test_an_end_without_a_moment_is_3(scene, frames, tmp_path):  # noqa: F811
    folder = FrameFolder(frames)
    with live(scene, frames, tmp_path / "run") as (publisher, tracker):
        publisher.send(next(folder.messages(0)))
        publisher.send(folder.end())
        assert tracker.finished()[0] == 3
    assert tracker.events[-1]["error"]["code"] == "stream_empty" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_and_keeps_what_was_tracked(scene, frames, tmp_path, number):  # noqa: F811
    folder = FrameFolder(frames)
    with live(scene, frames, tmp_path / "run") as (publisher, tracker):
        for moment in (0, 1):
            send(publisher, folder, moment)
            tracker.until(moment + 1)
        tracker.process.send_signal(number)
        code, text = tracker.finished()
    assert code == 0 and "Poses written" in text and "stopped" in tracker.warnings()
    assert [record["frame"] for record in lines(tmp_path / "run")] == [0, 1]
    assert run_lamina("verify", tmp_path / "run").returncode == 0


def test_a_signal_before_the_first_frame_leaves_nothing(scene, frames, tmp_path):  # noqa: F811
    with live(scene, frames, tmp_path / "run") as (_, tracker):
        tracker.process.send_signal(signal.SIGTERM)
        assert tracker.finished()[0] == 6
    assert tracker.events[-1]["error"]["code"] == "stopped" and list(tmp_path.iterdir()) == []


def test_mirrored_frames_are_never_posed(scene, frames, tmp_path):  # noqa: F811
    """The stream does not turn images over by itself: what is mirrored by the sender is seen to be mirrored."""
    folder = FrameFolder(frames)
    upright = folder.image
    folder.image = lambda frame: upright(frame)[:, ::-1]
    with live(scene, frames, tmp_path / "run") as (publisher, tracker):
        send(publisher, folder, 0)
        tracker.until(1)
        publisher.send(folder.end())
        assert tracker.finished()[0] == 4
    states = lines(tmp_path / "run")[0]["vertebrae"]
    assert all(v["state"] == "LOST" for v in states) and any("mirrored" in v["causes"] for v in states)


def test_wrong_addresses_and_options_are_2(scene, frames, tmp_path):  # noqa: F811
    for given in (["tcp://127.0.0.1"], ["tcp://*:5556"], [frames, "--idle-timeout", 5], ["tcp://127.0.0.1:5", "--idle-timeout", 0],
                  ["tcp://127.0.0.1:5", "--assume", "air_value=3"]):
        run = run_lamina("track", scene["case"], "--frames", *given, "--initial", frames / "initial.json", "-o", tmp_path / "run")
        assert run.returncode == 2, (given, run.stderr)
    assert list(tmp_path.iterdir()) == []


def test_other_hosts_are_warned_of(scene, frames, tmp_path):  # noqa: F811
    """192.0.2.1 is nobody's (RFC 5737)."""
    run = run_lamina(
        "track", scene["case"], "--frames", "tcp://192.0.2.1:5556", "--initial", frames / "initial.json", "-o", tmp_path / "run", "--idle-timeout", 0.2)
    assert run.returncode == 6 and '"unprotected_stream"' in run.stderr


def test_the_specifications_own_sender_is_followed(scene, frames, tmp_path):  # noqa: F811
    """Its frames are noise, so nothing is found (4), but all three are read."""
    text = (SPECIFICATION / "frame-stream.md").read_text()
    (tmp_path / "sender.py").write_text(re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    sender = subprocess.Popen([sys.executable, tmp_path / "sender.py", address])
    run = run_lamina("track", scene["case"], "--frames", address, "--initial", frames / "initial.json", "-o", tmp_path / "run")
    assert sender.wait(timeout=20) == 0 and run.returncode == 4, run.stderr
    counts = json.loads((tmp_path / "run/manifest.json").read_text())["measurements"]["stream"]["counts"]
    assert counts["messages"] == 4 and counts["moments"] == 3 and counts["refused"] == {}


def test_headers_keep_their_schema(frames):  # noqa: F811
    """Those that the sender makes, and the text that the Swift tests read; lies are seen."""
    folder = FrameFolder(frames)
    good = [json.loads(parts[1]) for parts in folder.messages(0)] + [json.loads(folder.end()[1])]
    good.append(json.loads((ROOT / "Tests/ProtocolsTests/FluoroscopyText.swift").read_text().split('"""')[5]))
    for header in good:
        check(header, "frame-message")
    for change in ({"moment": -1}, {"stream": "short"}, {"kind": "end"}, {"view": good[0]["view"] | {"frames": []}}, {"views": []}, {"encoding": "uint32"},
                   {"view": {k: v for k, v in good[0]["view"].items() if k != "carm_from_room"}}):
        with pytest.raises(jsonschema.ValidationError):
            check(good[0] | change, "frame-message")


def test_a_view_is_the_same_in_a_message_and_in_a_file():
    message, file = schema("frame-message")["$defs"]["view"], schema("geometry")["$defs"]["view"]
    assert message["properties"] == {key: value for key, value in file["properties"].items() if key != "frames"}
    assert set(message["required"]) == set(file["required"]) - {"frames"} and message["dependentRequired"] == file["dependentRequired"]


def exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        assert more, "it hung up during the handshake"
        data += more
    return data


def shake_hands(connection):
    """The beginning of a publisher's side of ZMTP 3.0 (rfc.zeromq.org/spec/23), by hand: libzmq's own publisher holds a message back until its last part."""
    connection.sendall(b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31))
    assert exactly(connection, 64)[:1] == b"\xff"
    ready = b"\x05READY" + b"\x0bSocket-Type" + (3).to_bytes(4, "big") + b"PUB"
    connection.sendall(b"\x04" + bytes([len(ready)]) + ready)
    flags, length = exactly(connection, 2)
    assert flags == 4 and exactly(connection, length)[1:6] == b"READY"


def peak_bytes(process):
    status = open(f"/proc/{process.pid}/status").read()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024


# Parts of a mebibyte, and parts of nothing, each of which takes 64 bytes of memory and two on the way.
@pytest.mark.parametrize("part", [b"\x03" + (1 << 20).to_bytes(8, "big") + bytes(1 << 20), b"\x01\x00" * 500_000], ids=["long parts", "empty parts"])
def test_a_message_without_an_end_fills_no_memory(scene, frames, tmp_path, part):  # noqa: F811
    folder = FrameFolder(frames)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        process = subprocess.Popen(
            [*map(str, [PROGRAM, "track", scene["case"], "--frames", address, "--initial", frames / "initial.json", "-o", tmp_path / "run"])],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals)
        tracker = Tracker(process, tmp_path / "run")
        try:
            connection, _ = server.accept()
            with connection:
                shake_hands(connection)
                topic = b"lamina.frame/1\0"
                connection.sendall(b"\x01" + bytes([len(topic)]) + topic)
                before = peak_bytes(process)
                with pytest.raises(OSError):
                    while True:
                        connection.sendall(part)
                        assert peak_bytes(process) - before < 500 << 20, "it takes in ever more"
            server.close()
            publisher = Publisher(address)
            try:
                assert publisher.wait_for_subscriber(20)
                for moment in range(3):
                    send(publisher, folder, moment)
                    tracker.until(moment + 1)
                assert peak_bytes(process) - before < 500 << 20
                publisher.send(folder.end())
                assert tracker.finished()[0] == 0
            finally:
                publisher.close()
        finally:
            process.kill()
            process.wait()
    counts = tracker.manifest()["measurements"]["stream"]["counts"]
    assert counts["moments"] == 3 and counts["refused"] == {"message_too_long": 1}
    assert "longer than any message" in tracker.warnings()["message_refused"]


def test_one_false_number_does_not_stop_the_stream(scene, frames, tmp_path):  # noqa: F811
    folder = FrameFolder(frames)
    with live(scene, frames, tmp_path / "run", "--idle-timeout", 10) as (publisher, tracker):
        send(publisher, folder, 0)
        tracker.until(1)
        for false in ({"moment": 2**31 - 1}, {"time_s": 1e12}):
            for parts in folder.messages(1):
                publisher.send([parts[0], json.dumps(json.loads(parts[1]) | false).encode(), parts[2]])
        for moment in (1, 2):
            send(publisher, folder, moment)
            tracker.until(moment + 1)
        publisher.send(folder.end())
        assert tracker.finished()[0] == 0
    assert [record["frame"] for record in lines(tmp_path / "run")] == [0, 1, 2]
    assert tracker.manifest()["measurements"]["stream"]["counts"]["refused"] == {"jump": 4}


def test_what_was_tracked_is_hashed(scene, frames, tmp_path):  # noqa: F811
    """By Python's own SHA-256, over what was sent of the moments that have a line; a message that is refused is not in it."""
    folder = FrameFolder(frames)
    digest, count = hashlib.sha256(), 0
    with live(scene, frames, tmp_path / "run") as (publisher, tracker):
        for moment in range(3):
            for parts in reversed(list(folder.messages(moment))):
                publisher.send(parts)
            publisher.send([b"lamina.frame/1\0", b"{}", b""])
            tracker.until(moment + 1)
            for parts in folder.messages(moment):
                for part in parts[1:]:
                    digest.update(part)
                    count += len(part)
        publisher.send(folder.end())
        assert tracker.finished()[0] == 0
        address = publisher.address
    (record,) = [r for r in tracker.manifest()["inputs"] if r["path"] == address]
    assert record == {"path": address, "sha256": digest.hexdigest(), "bytes": count}
