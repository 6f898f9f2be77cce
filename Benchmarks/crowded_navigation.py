"""Whether subscribers cost the tracker frames: .venv/bin/python Benchmarks/crowded_navigation.py [--clients 1,100] [--fps 12]

Simulated frames of demo-case (`make demo`) are sent live, `lamina navigate` tracks and publishes them, and that many subscribers read every tick. Says how many frames were tracked,
how many of their ticks every subscriber got, and how long a frame took. A frame that comes while the one before is still tracked is left out by the tracker; the first frames are while it starts.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import zmq

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "Protocols/Clients/python"), str(ROOT / "Benchmarks")]
import pose_tick_pb2 as wire  # noqa: E402
from pose_stream import address  # noqa: E402

LAMINA = ROOT / ".build/release/lamina"
CASE = ROOT / "demo-case"
LEVELS = "T11-L1"


def simulate(folder, frames, fps):
    subprocess.run(
        [LAMINA, "simulate", CASE, "-o", folder, "--levels", LEVELS, "--views", "AP", "--frames", str(frames), "--fps", str(fps), "--motion", "breathing", "--seed", "1", "-q"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Crowd:
    """Subscribers, and the numbers of the ticks with a frame that each has got."""

    def __init__(self, where, clients):
        context, self.poller = zmq.Context(), zmq.Poller()
        self.got = {}
        for _ in range(clients):
            reader = context.socket(zmq.SUB)
            reader.linger = 0
            reader.subscribe(b"pose/v1\0")
            reader.connect(where)
            self.poller.register(reader, zmq.POLLIN)
            self.got[reader] = set()

    def read(self):
        for reader, _ in self.poller.poll(100):
            tick = wire.PoseTick.FromString(reader.recv()[8:])
            if tick.HasField("frame_number"):
                self.got[reader].add(tick.frame_number)


def navigated(frames, record, clients, fps):
    """The run's measurements, and how many frames' ticks the least served subscriber got."""
    source, stream = address(), address()
    navigation = subprocess.Popen(
        [LAMINA, "navigate", CASE, "--frames", source, "--initial", frames / "initial.json", "--levels", LEVELS, "--publish", stream, "--valid-for-ms", "600", "--record", record, "-q"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    crowd = Crowd(stream, clients)
    sender = subprocess.Popen([sys.executable, "-m", "Tools.send_frames", frames, source, "--fps", str(fps)], cwd=ROOT, stdout=subprocess.DEVNULL)
    while navigation.poll() is None:
        crowd.read()
    sender.terminate()
    sender.wait()
    return json.loads((record / "manifest.json").read_text())["measurements"], min(map(len, crowd.got.values()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", default="1,100")
    parser.add_argument("--fps", type=float, default=12)
    parser.add_argument("--frames", type=int, default=240)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        frames = Path(temporary) / "frames"
        simulate(frames, arguments.frames, arguments.fps)
        for clients in map(int, arguments.clients.split(",")):
            begun = time.monotonic()
            measured, least = navigated(frames, Path(temporary) / f"run{clients}", clients, arguments.fps)
            times = measured["frame_ms"]
            print(
                f"{clients} subscribers: {measured['frames']} of {arguments.frames} frames tracked in {time.monotonic() - begun:.0f} s, {least} had by all; "
                f"a frame took {times['p50']:.0f} ms, p99 {times['p99']:.0f} ms", flush=True)


if __name__ == "__main__":
    main()
