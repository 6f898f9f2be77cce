"""Publishes a folder of X-ray frames (geometry.json) over ZeroMQ, as a frame grabber would: Protocols/Specification/frame-stream.md.

    .venv/bin/python -m Tools.send_frames FRAMES 'tcp://127.0.0.1:*' [--fps 15]

Waits for the first subscriber, so that nothing is sent to nobody, and prints the address that it is bound to. Needs pyzmq (requirements-tests.txt).
"""

import argparse
import json
import time
import uuid
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import zmq

TOPIC = b"lamina.frame/1\0"
ENCODINGS = {"u1": "uint8", "<u2": "uint16le", "<f4": "float32le"}
# What stands in the view of a message as it does in geometry.json.
PLACES = ("source_detector_mm", "principal_point_px", "carm_from_room", "projection")


def encoded(image):
    """Name and bytes of an image of shape (rows, columns): whole numbers as they are, all else as float32."""
    kind = {"uint8": "u1", "uint16": "<u2"}.get(image.dtype.name, "<f4")
    return ENCODINGS[kind], np.ascontiguousarray(image, dtype=kind).tobytes()


def frame_view(view, frame):
    """A view of geometry.json as a message brings it: with the place of one frame, and without the list of all."""
    described = {key: value for key, value in view.items() if key != "frames"}
    if "projection" in frame:
        described = {key: value for key, value in described.items() if key not in PLACES}
    return described | {key: frame[key] for key in ("carm_from_room", "projection") if key in frame}


def frame_parts(stream, moment, time_s, views, view, image):
    """The three parts of a message."""
    encoding, pixels = encoded(image)
    header = {
        "schema": "lamina.frame-message", "schema_version": "1.0.0", "kind": "frame", "stream": stream, "moment": moment, "time_s": time_s,
        "views": views, "view": view, "encoding": encoding,
    }
    return [TOPIC, json.dumps(header).encode(), pixels]


def end_parts(stream):
    header = {"schema": "lamina.frame-message", "schema_version": "1.0.0", "kind": "end", "stream": stream}
    return [TOPIC, json.dumps(header).encode()]


class FrameFolder:
    """The frames of a geometry.json, moment by moment, as messages of one stream."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.views = json.loads((self.folder / "geometry.json").read_text())["views"]
        self.stream = uuid.uuid4().hex
        self.files = {}

    def __len__(self):
        return len(self.views[0]["frames"])

    def time_s(self, moment):
        return self.views[0]["frames"][moment]["time_s"]

    def image(self, frame):
        """Rows x columns of a frame. One file is kept for each frame that names a page or slice, so that a stack is read once."""
        path = self.folder / frame["file"]
        if "index" not in frame:
            pixels = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
        elif path not in self.files:
            pixels = self.files[path] = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
        else:
            pixels = self.files[path]
        pixels = pixels[frame.get("index", 0)] if pixels.ndim == 3 else pixels
        return pixels

    def messages(self, moment):
        """One for each view."""
        names = [view["name"] for view in self.views]
        for view in self.views:
            frame = view["frames"][moment]
            yield frame_parts(self.stream, moment, frame["time_s"], names, frame_view(view, frame), self.image(frame))

    def end(self):
        return end_parts(self.stream)


class Publisher:
    """An XPUB socket that knows when somebody listens."""

    def __init__(self, address):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.XPUB)
        self.socket.setsockopt(zmq.LINGER, 5000)
        self.socket.bind(address)
        self.address = self.socket.getsockopt(zmq.LAST_ENDPOINT).decode().replace("0.0.0.0", "127.0.0.1")

    def wait_for_subscriber(self, seconds):
        """Whether one came in time. Those that leave are passed over."""
        deadline = time.monotonic() + seconds
        while self.socket.poll(max(0, deadline - time.monotonic()) * 1000):
            if self.socket.recv()[:1] == b"\x01":
                return True
        return False

    def send(self, parts):
        self.socket.send_multipart(parts)

    def close(self):
        self.socket.close()
        self.context.term()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a folder with geometry.json")
    parser.add_argument("address", help="to bind to, such as tcp://127.0.0.1:5556; a port of * takes a free one")
    parser.add_argument("--fps", type=float, help="moments a second; default: by their own times")
    parser.add_argument("--first-pause", type=float, default=0, help="seconds after the first moment, for the receiver to find the patient")
    parser.add_argument("--wait", type=float, default=60, help="seconds to wait for a subscriber")
    arguments = parser.parse_args()
    frames, publisher = FrameFolder(arguments.folder), Publisher(arguments.address)
    print(publisher.address, flush=True)
    if not publisher.wait_for_subscriber(arguments.wait):
        raise SystemExit(f"nobody subscribed within {arguments.wait} s")
    begun = time.monotonic()
    for moment in range(len(frames)):
        due = moment / arguments.fps if arguments.fps else frames.time_s(moment) - frames.time_s(0)
        due += arguments.first_pause if moment else 0
        time.sleep(max(0, begun + due - time.monotonic()))
        for parts in frames.messages(moment):
            publisher.send(parts)
    publisher.send(frames.end())
    publisher.close()


if __name__ == "__main__":
    main()
