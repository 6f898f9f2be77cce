"""A publisher of pose ticks with Google's protobuf and pyzmq, for the judges of lamina's client: python pose_publisher.py tcp://HOST:PORT begins one that never ends."""

import sys
import threading
import time
from pathlib import Path

import zmq

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Protocols/Clients/python"))
import pose_tick_pb2 as wire  # noqa: E402

VALID_MS, EVERY_S = 300, 0.02
PLAN, PATIENT, STUDY = b"\x11" * 32, b"\x22" * 32, b"\x33" * 32
MARK = 666  # the frame number of ticks that no client may show


def tick(epoch, seq, frame=1, clock=wire.CLOCK_MONO_LOCAL):
    """T12 at an L/R asymmetric place, L1 lost; captured now."""
    now = time.monotonic_ns() if clock == wire.CLOCK_MONO_LOCAL else time.time_ns()
    made = wire.PoseTick(
        schema_major=1, stream_epoch=epoch, seq=seq, t_capture_ns=now, t_publish_ns=now, clock=clock, valid_for_ms=VALID_MS, source=wire.SOURCE_LIVE,
        state=wire.STREAM_STATE_DEGRADED, convention="LPS-mm-RH", parent_frame="room", body_count=2, frame_number=frame)
    made.identity.plan_sha256, made.identity.patient_sha256, made.identity.study_sha256 = PLAN, PATIENT, STUDY
    made.registration.id, made.registration.rms = 9, 0.1
    pose = made.bodies.add(level=19, level_name="T12", state=wire.BODY_STATE_OK).pose
    pose.x_mm, pose.y_mm, pose.z_mm, pose.qx, pose.qw = 40, -7, 100, 0.6, 0.8
    pose.covariance.extend([0.5] * 21)
    pose.residual, pose.confidence = 0.1, 0.9
    made.bodies.add(level=20, level_name="L1", state=wire.BODY_STATE_LOST, causes=["covered"])
    return made


def message(made):
    return b"pose/v1\0" + made.SerializeToString()


class Publisher:
    """Sends a tick every 20 ms from a thread of its own until it is stopped. `spoil` changes each before it is sent."""

    def __init__(self, address="tcp://127.0.0.1:*", epoch=5, clock=wire.CLOCK_MONO_LOCAL):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.PUB)
        self.socket.linger = 0
        self.socket.bind(address)
        self.address = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self.epoch, self.clock, self.seq = epoch, clock, 0
        self.spoil = None
        self.silent = self.ended = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.ended:
            if not self.silent:
                self.seq += 1
                made = tick(self.epoch, self.seq, clock=self.clock)
                if self.spoil:
                    self.spoil(made)
                self.socket.send(message(made))
            time.sleep(EVERY_S)

    def close(self):
        self.ended = True
        self.thread.join()
        self.context.destroy(linger=0)


if __name__ == "__main__":
    Publisher(sys.argv[1], epoch=time.monotonic_ns()).thread.join()
