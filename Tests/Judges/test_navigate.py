"""`lamina navigate`, `replay` and `keys` with clients that are not lamina's: the Python client of Protocols/Clients, and pyzmq by itself."""

import base64
import hashlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
import trimesh
import zmq
import zmq.auth
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from conftest import PROGRAM, ROOT, SPECIFICATION, heed_signals, run_lamina
from pose_publisher import message, tick, wire
from test_track import carm_from_room, near, scene, write_frames  # noqa: F401 (scene is a fixture)

sys.path.insert(0, str(ROOT / "Protocols/Clients/python"))
import case_client  # noqa: E402
import lamina_client as client  # noqa: E402

PATIENCE = 60


def free_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture(scope="module")
def still_frames(scene, tmp_path_factory):  # noqa: F811
    """The scene's first moment over and over, for eight seconds."""
    folder = write_frames(tmp_path_factory.mktemp("navigate") / "frames", {view: images[:1] for view, images in scene["frames"].items()}, near(scene))
    geometry = json.loads((folder / "geometry.json").read_text())
    for view in geometry["views"]:
        view["frames"] = [{"file": f"{view['name']}.mha", "index": 0, "time_s": n / 10} for n in range(80)]
    (folder / "geometry.json").write_text(json.dumps(geometry))
    return folder


def ticks_of(address, keys=None, until=lambda made: made.state == wire.STREAM_STATE_STOPPED, seconds=PATIENCE):
    """Ticks as the Python client reads them, each new one once, until one is the last that is wanted."""
    context = zmq.Context()
    reader = client.connect(context, address, keys)
    found, end = [], time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            if not reader.poll(20):
                continue
            made = client.decoded(reader.recv())
            if not found or made.seq != found[-1].seq:
                found.append(made)
            if until(made):
                break
    finally:
        context.destroy(linger=0)
    return found


@pytest.fixture(scope="module")
def navigated(scene, still_frames, tmp_path_factory):  # noqa: F811
    """All ticks of a run that the Python client could read, and its recording."""
    out = tmp_path_factory.mktemp("recording")
    keys = out / "keys"
    assert run_lamina("keys", keys, "--client", "headset", "--client", "robot").returncode == 0
    address = free_address()
    run = subprocess.Popen(
        [PROGRAM, "navigate", scene["case"], "--frames", still_frames, "--initial", still_frames / "initial.json", "--publish", address, "--curve-keys", keys,
         "--record", out / "run", "--valid-for-ms", "1000", "--patient", "somebody"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals)
    ticks = ticks_of(address, keys / "for" / "headset")
    stdout, stderr = run.communicate(timeout=PATIENCE)
    # On a busy machine moments may come too far apart, and the patient is searched for again: 5.
    assert run.returncode in (0, 5), stderr
    return {"ticks": ticks, "recording": out / "run" / "recording.jsonl", "keys": keys, "address": address}


def test_poses_in_the_stream_are_where_the_patient_is(scene, navigated):  # noqa: F811
    posed = [made for made in navigated["ticks"] if made.state == wire.STREAM_STATE_OK]
    assert posed, [wire.StreamState.Name(made.state) for made in navigated["ticks"]]
    plan = {vertebra["level"]: np.reshape(vertebra["patient_from_vertebra"], (4, 4)) for vertebra in scene["plan"]["vertebrae"]}
    for made in posed:
        assert {body.level_name for body in made.bodies} == set(plan)
        for body in made.bodies:
            true, p = scene["truth"][0] @ plan[body.level_name], body.pose
            turn = Rotation.from_quat([p.qx, p.qy, p.qz, p.qw]) * Rotation.from_matrix(true[:3, :3]).inv()
            assert np.degrees(turn.magnitude()) < 1.0 and np.linalg.norm([p.x_mm, p.y_mm, p.z_mm] - true[:3, 3]) < 0.5
            for screw in body.screws:
                # The patient's left is the room's +x here, as in the CT.
                planned = next(s for s in scene["plan"]["screws"] if s["level"] == body.level_name and s["side"] == ("left" if screw.side == wire.SIDE_LEFT else "right"))
                entry = scene["truth"][0] @ [*planned["entry_lps_mm"], 1]
                axis = screw.planned
                assert np.linalg.norm([axis.entry_x_mm, axis.entry_y_mm, axis.entry_z_mm] - entry[:3]) < 1.0
                assert (axis.entry_x_mm > p.x_mm) == (screw.side == wire.SIDE_LEFT)
                assert (screw.diameter_mm, screw.length_mm) == (planned["diameter_mm"], planned["length_mm"])


def test_the_stream_says_whose_it_is_and_what_it_is(scene, navigated):  # noqa: F811
    ticks = navigated["ticks"]
    plan = hashlib.sha256((scene["case"] / "plan.json").read_bytes()).digest()
    assert {made.source for made in ticks} == {wire.SOURCE_SIM}
    assert {made.identity.plan_sha256 for made in ticks} == {plan}
    assert {made.identity.patient_sha256 for made in ticks} == {hashlib.sha256(b"somebody").digest()}
    assert len({made.stream_epoch for made in ticks}) == 1
    assert {made.identity.approval for made in ticks} == {wire.APPROVAL_NONE}
    assert {screw.plan_status for made in ticks for body in made.bodies for screw in body.screws} == {wire.PLAN_STATUS_PLANNED}
    numbers = [made.seq for made in ticks]
    assert numbers == sorted(set(numbers))
    assert ticks[-1].state == wire.STREAM_STATE_STOPPED and not any(body.HasField("pose") for body in ticks[-1].bodies)
    assert all(made.HasField("registration") for made in ticks if made.state == wire.STREAM_STATE_OK)


def chain(path):
    """The recording's lines, whose hashes are followed here."""
    previous, entries = "0" * 64, []
    for number, line in enumerate(path.read_bytes().splitlines()):
        entry = json.loads(line)
        assert entry["number"] == number and entry["previous"] == previous
        previous = hashlib.sha256(line).hexdigest()
        entries.append(entry)
    return entries


def test_the_recording_holds_what_was_sent_seen_and_decided(navigated):
    entries = chain(navigated["recording"])
    assert entries[0]["kind"] == "begin" and entries[-1]["kind"] == "end"
    sent = {client.decoded(base64.b64decode(e["tick"])).seq: base64.b64decode(e["tick"]) for e in entries if e["kind"] == "tick"}
    assert list(sent) == list(range(1, len(sent) + 1))
    for made in navigated["ticks"]:
        assert message(made) == sent[made.seq]
    frames = [e for e in entries if e["kind"] == "frames"]
    # The same two images each time.
    assert len(frames) > 3 and len({tuple(e["sha256"]) for e in frames}) == 1 and len(frames[0]["sha256"]) == 2
    # The manifest names the recording's bytes, and the times apart: tracking is part of the way from a frame to its publishing.
    manifest = json.loads((navigated["recording"].parent / "manifest.json").read_text())
    assert {o["path"]: o["sha256"] for o in manifest["outputs"]} == {"recording.jsonl": hashlib.sha256(navigated["recording"].read_bytes()).hexdigest()}
    assert 0 < manifest["measurements"]["frame_ms"]["p50"] <= manifest["measurements"]["latency_ms"]["greatest"]
    assert run_lamina("verify", navigated["recording"].parent).returncode == 0
    decided = [e["message"] for e in entries if e["kind"] == "decision"]
    assert any(text.startswith("registration ") for text in decided) and any(text.endswith(" OK") for text in decided)


def replay(path, *options):
    return subprocess.Popen([PROGRAM, "replay", path, *map(str, options)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals)


def test_a_replay_has_the_same_poses_and_is_marked(navigated):
    address = free_address()
    run = replay(navigated["recording"].parent, "--publish", address)
    ticks = ticks_of(address)
    stdout, stderr = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0 and "Played" in stdout, stderr
    recorded = {b"".join(body.SerializeToString(deterministic=True) for body in client.decoded(base64.b64decode(e["tick"])).bodies)
                for e in chain(navigated["recording"]) if e["kind"] == "tick"}
    posed = [made for made in ticks if made.state == wire.STREAM_STATE_OK]
    assert posed and {made.source for made in ticks} == {wire.SOURCE_REPLAY}
    assert all(b"".join(body.SerializeToString(deterministic=True) for body in made.bodies) in recorded for made in posed)
    assert not {made.stream_epoch for made in ticks} & {made.stream_epoch for made in navigated["ticks"]}
    # No client takes it for the patient.
    gate = client.Gate()
    gate.confirm(client.confirmation(posed[0]))
    assert gate.take(posed[0]) == "not_live"


def test_a_cut_recording_is_played_and_a_changed_one_is_not(navigated, tmp_path):
    whole = navigated["recording"].read_bytes()
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(whole[:len(whole) * 2 // 3])
    run = replay(cut, "--publish", free_address(), "--speed", 100)
    stdout, stderr = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0 and "recording_cut" in stderr and "cut off" in stdout
    changed = tmp_path / "changed.jsonl"
    lines = whole.splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if b'"tick"' in line)
    changed.write_bytes(b"".join(lines[:number] + lines[number + 1:]))
    run = replay(changed, "--publish", free_address())
    assert run.wait(PATIENCE) == 7 and f"line {number + 1}" in run.stderr.read()
    other = run_lamina("replay", ROOT / "README.md", "--publish", free_address())
    assert other.returncode in (3, 7)


@pytest.fixture(scope="module")
def protected(navigated):
    """A publisher that asks for keys: a replay, slowed down so that it outlives the tests."""
    address = free_address()
    run = replay(navigated["recording"].parent, "--publish", address, "--curve-keys", navigated["keys"], "--speed", "0.1")
    yield address
    run.send_signal(signal.SIGTERM)
    assert run.wait(PATIENCE) == 0


def hears(address, prepare, seconds=3):
    """Whether a subscriber that pyzmq makes hears anything."""
    context = zmq.Context()
    reader = context.socket(zmq.SUB)
    prepare(reader)
    reader.subscribe(b"")
    reader.connect(address)
    heard = reader.poll(seconds * 1000) != 0
    context.destroy(linger=0)
    return heard


def with_keys(own, server):
    def prepare(reader):
        reader.curve_publickey, reader.curve_secretkey = own
        reader.curve_serverkey = server
    return prepare


def test_a_listed_key_hears_and_five_others_do_not(navigated, protected, tmp_path):
    keys = navigated["keys"]
    # pyzmq's own reader of key files reads ours.
    server = zmq.auth.load_certificate(keys / "server.key")[0]
    headset = zmq.auth.load_certificate(keys / "for" / "headset" / "headset.key_secret")
    robot = zmq.auth.load_certificate(keys / "for" / "robot" / "robot.key_secret")
    assert hears(protected, with_keys(headset, server), PATIENCE)
    assert hears(protected, with_keys(robot, server), PATIENCE)
    assert not hears(protected, lambda reader: None), "no keys at all"
    assert not hears(protected, with_keys(headset, zmq.curve_keypair()[0])), "another publisher was expected"
    assert not hears(protected, with_keys(zmq.curve_keypair(), server)), "a key that is not on the list"

    def plain(reader):
        reader.plain_username, reader.plain_password = b"headset", b"secret"

    assert not hears(protected, plain), "another mechanism"
    # Taken off the list while the publisher runs.
    (keys / "clients" / "robot.key").rename(tmp_path / "robot.key")
    assert not hears(protected, with_keys(robot, server)), "a key that was taken off the list"
    shutil.move(tmp_path / "robot.key", keys / "clients" / "robot.key")


@pytest.fixture(scope="module")
def served(scene, navigated):  # noqa: F811
    """Where the case is served, for the headset's key, by a replay that outlives the tests."""
    address = free_address()
    run = replay(
        navigated["recording"].parent, "--publish", free_address(), "--case", scene["case"], "--serve-case", address, "--curve-keys", navigated["keys"], "--speed", "0.1")
    yield address
    run.send_signal(signal.SIGTERM)
    assert run.wait(PATIENCE) == 0


@pytest.fixture(scope="module")
def fetched(navigated, served):
    return case_client.fetch(case_client.connect(zmq.Context(), served, navigated["keys"] / "for" / "headset"))


def test_a_headset_fetches_the_case_that_the_ticks_name(scene, navigated, fetched):  # noqa: F811
    assert hashlib.sha256(fetched["plan.json"]).digest() == navigated["ticks"][0].identity.plan_sha256
    levels = [vertebra["level"] for vertebra in scene["plan"]["vertebrae"]]
    screws = [f"{s['level']}_{s['side']}" for s in scene["plan"]["screws"] if s["status"] == "planned"]
    assert set(fetched) == {"plan.json", *(f"meshes/{level}.glb" for level in levels), *(f"screws/{name}.glb" for name in screws)}


def test_meshes_stand_in_the_frame_of_their_vertebra(scene, fetched, tmp_path):  # noqa: F811
    frames = {vertebra["level"]: np.reshape(vertebra["patient_from_vertebra"], (4, 4)) for vertebra in scene["plan"]["vertebrae"]}
    for name in [name for name in fetched if name.endswith(".glb")]:
        part = name.split("/")[1].removesuffix(".glb")
        level, *side = part.split("_")
        (tmp_path / "part.glb").write_bytes(fetched[name])
        world = trimesh.load(tmp_path / "part.glb", process=False)
        assert part in world.graph.nodes_geometry
        mesh = world.to_geometry()
        # As case-service.md has it: half a turn about z and metres, no mirror, so that the volume stays positive.
        here = mesh.vertices * [-1000, -1000, 1000] @ frames[level][:3, :3].T + frames[level][:3, 3]
        true = trimesh.load(scene["case"] / f"{name.removesuffix('.glb')}.stl")
        assert mesh.volume * 1e9 == pytest.approx(true.volume, rel=1e-4)
        assert max(cKDTree(true.vertices).query(here)[0].max(), cKDTree(here).query(true.vertices)[0].max()) < 1e-3
        if side:
            # The patient's left is +x of the vertebra: -x in the file.
            assert (mesh.centroid[0] < 0) == (side == ["left"])


def test_lamina_fetch_writes_the_same_bytes(navigated, served, fetched, tmp_path):
    keys = navigated["keys"] / "for" / "headset"
    plan = navigated["ticks"][0].identity.plan_sha256.hex()
    run = run_lamina("fetch", served, "-o", tmp_path / "case", "--curve-keys", keys, "--plan-sha256", plan)
    assert run.returncode == 0, run.stderr
    assert {str(path.relative_to(tmp_path / "case")): path.read_bytes() for path in (tmp_path / "case").rglob("*") if path.is_file()} == fetched
    again = run_lamina("fetch", served, "-o", tmp_path / "case", "--curve-keys", keys)
    listing, _ = case_client.ask(case_client.connect(zmq.Context(), served, keys))
    assert {told["name"]: told.get("status") for told in listing["files"]} == {name: "planned" if name.startswith("screws/") else None for name in fetched}
    assert again.returncode == 2 and "file_exists" in again.stderr
    other = run_lamina("fetch", served, "-o", tmp_path / "other", "--curve-keys", keys, "--plan-sha256", plan[::-1])
    assert other.returncode == 7 and "other_plan" in other.stderr and not (tmp_path / "other").exists()
    unknown = run_lamina("fetch", served, "-o", tmp_path / "none", "--patience", "1")
    assert unknown.returncode == 6 and "no_answer" in unknown.stderr and not (tmp_path / "none").exists()


@pytest.mark.parametrize("request_bytes", [b"", b"[]", b"\xff\xfe", b'{"schema": "lamina.case-request", "schema_version": "1.0.0", "file": "../plan.json"}',
                                           b'{"schema": "lamina.case-request", "schema_version": "1.0.0", "file": "manifest.json"}'])
def test_what_is_no_request_of_the_case_is_refused(navigated, served, request_bytes):
    asking = case_client.connect(zmq.Context(), served, navigated["keys"] / "for" / "headset")
    asking.send(request_bytes)
    assert asking.poll(PATIENCE * 1000)
    header, content = asking.recv_multipart()
    assert json.loads(header)["kind"] == "refused" and content == b""


def test_keys_are_never_written_over_and_secrets_are_secret(tmp_path):
    keys = tmp_path / "keys"
    assert run_lamina("keys", keys, "--client", "headset").returncode == 0
    before = (keys / "server.key_secret").read_bytes()
    again = run_lamina("keys", keys, "--client", "headset")
    assert again.returncode == 2 and "key_exists" in again.stderr and (keys / "server.key_secret").read_bytes() == before
    for secret in [keys / "server.key_secret", keys / "for/headset/headset.key_secret"]:
        assert secret.stat().st_mode & 0o077 == 0
    for name in ["server", "../up", "a b", ""]:
        assert run_lamina("keys", keys, "--client", name).returncode == 2
    # A secret that others can read is refused.
    (keys / "server.key_secret").chmod(0o644)
    assert run_lamina("keys", keys, "--client", "robot").returncode == 2


def test_an_open_address_needs_keys_or_force(scene, still_frames):  # noqa: F811
    run = run_lamina("navigate", scene["case"], "--frames", still_frames, "--initial", still_frames / "initial.json", "--publish", "tcp://0.0.0.0:5599")
    assert run.returncode == 2 and "unprotected_address" in run.stderr and "lamina keys" in run.stderr


def test_a_recording_is_never_written_over(scene, still_frames, navigated):  # noqa: F811
    before = navigated["recording"].read_bytes()
    run = run_lamina(
        "navigate", scene["case"], "--frames", still_frames, "--initial", still_frames / "initial.json", "--publish", free_address(),
        "--record", navigated["recording"].parent)
    assert run.returncode == 2 and "recording_exists" in run.stderr and navigated["recording"].read_bytes() == before


def test_a_signal_ends_navigation_with_a_last_word(scene, still_frames, tmp_path):  # noqa: F811
    address = free_address()
    run = subprocess.Popen(
        [PROGRAM, "navigate", scene["case"], "--frames", still_frames, "--initial", still_frames / "initial.json", "--publish", address, "--record", tmp_path / "run"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals)
    ticks_of(address, until=lambda made: made.state == wire.STREAM_STATE_OK)
    run.send_signal(signal.SIGTERM)
    last = ticks_of(address, seconds=3)
    run.communicate(timeout=PATIENCE)
    entries = chain(tmp_path / "run" / "recording.jsonl")
    assert entries[-1]["kind"] == "end"
    assert client.decoded(base64.b64decode(entries[-2]["tick"])).state == wire.STREAM_STATE_STOPPED
    assert not last or last[-1].state == wire.STREAM_STATE_STOPPED


def test_the_python_gate_keeps_the_same_rules():
    """With clocks of its own, so that nothing is waited for."""
    clock = {"wall": time.time_ns(), "monotonic": time.monotonic_ns()}
    gate = client.Gate(wall=lambda: clock["wall"], monotonic=lambda: clock["monotonic"])

    def later(ms, step=0):
        clock["monotonic"] += int(ms * 1e6)
        clock["wall"] += int((ms + step) * 1e6)

    def made(seq, age=10, kind=wire.CLOCK_MONO_LOCAL, **changes):
        new = tick(5, seq, clock=kind)
        new.t_publish_ns = new.t_capture_ns = clock["monotonic" if kind == wire.CLOCK_MONO_LOCAL else "wall"] - int(age * 1e6)
        for name, value in changes.items():
            setattr(new, name, value)
        return new

    first = made(1)
    assert gate.take(first) == "unconfirmed" and gate.current() is None
    gate.confirm(client.confirmation(first))
    assert gate.take(first) == "accepted" and gate.current() is first
    assert gate.take(first) == "duplicate"
    later(280)
    assert gate.current() is first
    later(20)
    assert gate.current() is None
    assert gate.take(made(3, age=301)) == "too_old"
    assert gate.take(made(2)) == "out_of_order"
    assert gate.take(made(4, age=-100)) == "from_the_future"
    assert gate.take(made(5, source=wire.SOURCE_REPLAY)) == "not_live"
    assert gate.take(made(5, stream_epoch=6)) == "unconfirmed"
    utc = client.Gate(wall=lambda: clock["wall"], monotonic=lambda: clock["monotonic"])
    utc.confirm(client.confirmation(first))
    assert utc.take(made(1, kind=wire.CLOCK_UTC_NTP)) == "accepted"
    later(20, step=-200)
    assert utc.take(made(2, kind=wire.CLOCK_UTC_NTP)) == "clock_stepped" and utc.current() is None
    assert utc.take(made(3, kind=wire.CLOCK_UTC_NTP)) == "unconfirmed"


@pytest.mark.parametrize("name", ["ok", "degraded", "lost", "stale", "unregistered", "stopped", "replay"])
def test_the_python_client_reads_the_golden_ticks(name):
    folder = SPECIFICATION / "golden"
    expected = json.loads((folder / f"{name}.json").read_text())
    made = client.decoded((folder / f"{name}.bin").read_bytes())
    assert str(made.seq) == expected["seq"] and len(made.bodies) == len(expected["bodies"])
    for body, wanted in zip(made.bodies, expected["bodies"]):
        assert body.HasField("pose") == ("lps_mm" in wanted)
        if not body.HasField("pose"):
            continue
        for world, numbers in ((client.ras(body.pose), wanted["ras_mm"]), (client.unity(body.pose), wanted["unity_m"])):
            assert world[0] == pytest.approx(numbers["position"], abs=1e-12)
            assert abs(np.dot(world[1], numbers["quaternion_xyzw"])) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("spoil", [
    lambda t: setattr(t, "body_count", 3), lambda t: setattr(t.bodies[1], "state", wire.BODY_STATE_OK), lambda t: t.bodies[0].ClearField("pose"),
    lambda t: setattr(t.bodies[0].pose, "qx", 0.7), lambda t: setattr(t, "schema_major", 2), lambda t: t.identity.Clear(), lambda t: setattr(t, "seq", 0),
])
def test_the_python_client_refuses_what_breaks_the_rules(spoil):
    made = tick(5, 1)
    assert client.decoded(message(made)) == made
    spoil(made)
    with pytest.raises(ValueError):
        client.decoded(message(made))
