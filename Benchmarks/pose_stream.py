"""How fast poses travel: .venv/bin/python Benchmarks/pose_stream.py [--seconds 10] [--clients 100] [--soak 3600]

Publishes with lamina (`lamina replay` of a recording of five vertebrae with two screws each, 100 a second), with pyzmq alone (the same bytes, same rate) and with libOpenIGTLink (TRANSFORM over
TCP, same rate), turn by turn, and takes the time from t_publish_ns, or from the moment of sending, to receipt in one subscriber each. All clocks are this machine's monotonic one. Then the same
with many subscribers. Nothing else may run. With --soak it does nothing but publish 30 a second for so long, and says what was lost or out of order and how lamina's memory grew.
"""

import argparse
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import zmq

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "Tests/Judges"), str(ROOT / "Protocols/Clients/python")]
import pose_publisher  # noqa: E402
import recordings  # noqa: E402
from pose_publisher import wire  # noqa: E402

RATE = 100
LEVELS = {"T11": 18, "T12": 19, "L1": 20, "L2": 21, "L3": 22}


def tick(seq):
    made = pose_publisher.tick(5, seq)
    body = made.bodies[0]
    for side, x in ((wire.SIDE_LEFT, 15), (wire.SIDE_RIGHT, -15)):
        screw = body.screws.add(side=side, diameter_mm=6.5, length_mm=45)
        screw.planned.entry_x_mm, screw.planned.entry_y_mm, screw.planned.direction_y = x, 20, -1
    del made.bodies[1]
    for name, number in LEVELS.items():
        if name != "T12":
            other = made.bodies.add()
            other.CopyFrom(body)
            other.level, other.level_name = number, name
    made.body_count, made.state = len(made.bodies), wire.STREAM_STATE_OK
    return made


def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


def receive(where, seconds, read_time, topic):
    """Milliseconds from publishing to receipt of each message that came within the time, and how many numbers were missing or out of order."""
    reader = zmq.Context().socket(zmq.SUB)
    reader.linger = 0
    reader.subscribe(topic)
    reader.connect(where)
    times, numbers, end = [], [], time.monotonic() + seconds
    while time.monotonic() < end:
        if reader.poll(100):
            message = reader.recv()
            now = time.monotonic_ns()
            sent, number = read_time(message)
            if not numbers or number != numbers[-1]:
                times.append((now - sent) / 1e6)
                numbers.append(number)
    gaps = int(np.sum(np.diff(numbers) != 1))
    # The first are those of the connection.
    return times[RATE // 2:], gaps


def of_tick(message):
    made = wire.PoseTick.FromString(message[8:])
    return made.t_publish_ns, made.seq


def raw(message):
    return int.from_bytes(message[:8], "big"), int.from_bytes(message[8:16], "big")


class Lamina:
    def __init__(self, folder, seconds, rate=RATE):
        self.where = address()
        path = recordings.write(Path(folder) / "recording.jsonl", [tick(n) for n in range(1, int(rate * (seconds + 10)))], every_ms=1000 / rate)
        self.process = subprocess.Popen([ROOT / ".build/release/lamina", "replay", path, "--publish", self.where, "-q"], stdout=subprocess.DEVNULL)
        time.sleep(3)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Raw:
    def __init__(self, *_):
        self.where, self.ended = address(), False
        socket_ = zmq.Context().socket(zmq.PUB)
        socket_.bind(self.where)
        payload = pose_publisher.message(tick(1))

        def send():
            number, due = 0, time.monotonic()
            while not self.ended:
                number, due = number + 1, due + 1 / RATE
                socket_.send(time.monotonic_ns().to_bytes(8, "big") + number.to_bytes(8, "big") + payload)
                time.sleep(max(0, due - time.monotonic()))

        self.thread = threading.Thread(target=send)
        self.thread.start()

    def close(self):
        self.ended = True
        self.thread.join()


class OpenIGTLink:
    """libOpenIGTLink's own server and client in one process of C++, which says what it measured."""

    def __init__(self, folder, _):
        self.program = Path(folder) / "igtl_latency"
        if not self.program.exists():
            subprocess.run(
                ["g++", "-O2", "-w", "-I/usr/include/openigtlink", Path(__file__).with_name("igtl_latency.cpp"), "-o", self.program, "-lOpenIGTLink", "-lpthread"], check=True)

    def times(self, seconds):
        told = subprocess.run([self.program, str(RATE), str(int(RATE * seconds))], check=True, stdout=subprocess.PIPE, text=True).stdout
        return [float(line) for line in told.split()][RATE // 2:]


def soak(folder, seconds, rate=30):
    """What a subscriber missed in a long run, and the publisher's memory, MiB, at the end of its first tenth and at its end."""
    publisher = Lamina(folder, seconds, rate)
    reader = zmq.Context().socket(zmq.SUB)
    reader.subscribe(b"pose/v1\0")
    reader.connect(publisher.where)
    numbers, memory, begun = [], [], time.monotonic()
    while (passed := time.monotonic() - begun) < seconds:
        if reader.poll(100):
            numbers.append(wire.PoseTick.FromString(reader.recv()[8:]).seq)
        if passed >= (len(memory) + 1) * seconds / 10:
            memory.append(resident_mib(publisher.process.pid))
    publisher.close()
    steps = np.diff(numbers)
    lost, disordered = int(np.sum(steps[steps > 1] - 1)), int(np.sum(steps < 1))
    print(f"{seconds:.0f} s at {rate} a second: {len(numbers)} ticks, {lost} lost, {disordered} out of order or twice; memory {memory[0]:.1f} MiB after a tenth, {memory[-1]:.1f} at the end")


def resident_mib(process):
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def crowd(where, seconds, read_time, clients):
    """Many subscribers read in turn by this one thread: what each waits includes the others' reading."""
    context, poller, found = zmq.Context(), zmq.Poller(), [([], []) for _ in range(clients)]
    readers = []
    for _ in range(clients):
        reader = context.socket(zmq.SUB)
        reader.linger = 0
        reader.subscribe(b"pose/v1\0")
        reader.connect(where)
        poller.register(reader, zmq.POLLIN)
        readers.append(reader)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ready = dict(poller.poll(100))
        for reader, (times, numbers) in zip(readers, found):
            if reader in ready:
                message = reader.recv()
                sent, number = read_time(message)
                if not numbers or number != numbers[-1]:
                    times.append((time.monotonic_ns() - sent) / 1e6)
                    numbers.append(number)
    return [(times[RATE // 2:], int(np.sum(np.diff(numbers) != 1))) for times, numbers in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--soak", type=float, help="seconds: nothing but a long run at 30 a second")
    arguments = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        if arguments.soak:
            soak(folder, arguments.soak)
            return
        for number in range(arguments.rounds):
            medians = {}
            for name, make, read_time, topic in (("lamina", Lamina, of_tick, b"pose/v1\0"), ("pyzmq alone", Raw, raw, b"")):
                publisher = make(folder, arguments.seconds)
                times, gaps = receive(publisher.where, arguments.seconds, read_time, topic)
                publisher.close()
                medians[name] = np.median(times)
                print(f"round {number + 1}, {name}: {len(times)} messages, p50 {np.median(times):.3f} ms, p99 {np.percentile(times, 99):.3f} ms, {gaps} gaps", flush=True)
            times = OpenIGTLink(folder, arguments.seconds).times(arguments.seconds)
            print(f"round {number + 1}, libOpenIGTLink: {len(times)} messages, p50 {np.median(times):.3f} ms, p99 {np.percentile(times, 99):.3f} ms", flush=True)
            ratios.append(medians["lamina"] / medians["pyzmq alone"])
        print(f"p50 over pyzmq alone, median of rounds: {np.median(ratios):.2f}")
        publisher = Lamina(folder, arguments.seconds)
        found = crowd(publisher.where, arguments.seconds, of_tick, arguments.clients)
        publisher.close()
        times = np.concatenate([times for times, _ in found])
        print(f"{arguments.clients} subscribers: {len(times)} messages, p50 {np.median(times):.3f} ms, p99 {np.percentile(times, 99):.3f} ms, {sum(gaps for _, gaps in found)} gaps")


if __name__ == "__main__":
    main()
