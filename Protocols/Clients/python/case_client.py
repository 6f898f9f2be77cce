"""Fetches the case that lamina serves: python case_client.py tcp://HOST:PORT FOLDER [--keys FOLDER] [--plan SHA256]

Needs pyzmq. Keeps the rules of case-service.md: nothing is written that does not have the hash which the listing names. Meshes are in the frame of their vertebra; `lps` turns a point of a
mesh file into millimetres of that frame.
"""

import argparse
import hashlib
import json
import re
from pathlib import Path

import zmq

from lamina_client import key

PATIENCE_MS = 5000
NAME = re.compile(r"([A-Za-z0-9_-]+/)?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def connect(context, address, keys=None):
    """A socket to ask with. `keys`: the folder that `lamina keys` made for this client."""
    socket = context.socket(zmq.REQ)
    for option, value in [(zmq.LINGER, 0), (zmq.MAXMSGSIZE, 1 << 26), (zmq.REQ_RELAXED, 1), (zmq.REQ_CORRELATE, 1)]:
        socket.setsockopt(option, value)
    if keys is not None:
        (own,) = Path(keys).glob("*.key_secret")
        socket.curve_serverkey = key(Path(keys) / "server.key", "public")
        socket.curve_publickey, socket.curve_secretkey = key(own, "public"), key(own, "secret")
    socket.connect(address)
    return socket


def ask(socket, **what):
    """The two parts of a reply. Raises TimeoutError, and ValueError for a refusal."""
    socket.send_json({"schema": "lamina.case-request", "schema_version": "1.0.0", **what})
    if not socket.poll(PATIENCE_MS):
        raise TimeoutError("no answer: is a case served there, and is this client's key on its list?")
    header, content = socket.recv_multipart()
    reply = json.loads(header)
    if reply["schema"] != "lamina.case-reply" or not reply["schema_version"].startswith("1."):
        raise ValueError(f"not of version 1: {reply}")
    if reply["kind"] == "refused":
        raise ValueError(f"{reply['code']}: {reply['reason']}")
    return reply, content


def fetch(socket, plan_sha256=None):
    """Every file of the case by its name. Raises ValueError for another plan, and for bytes that were changed on their way."""
    listing, _ = ask(socket)
    if plan_sha256 not in (None, listing["plan_sha256"]):
        raise ValueError(f"the plan served is {listing['plan_sha256']}, not {plan_sha256}")
    files = {}
    for told in listing["files"]:
        if not NAME.fullmatch(told["name"]):
            raise ValueError(f"no name of a file: {told['name']!r}")
        _, content = ask(socket, file=told["name"])
        if len(content) != told["bytes"] or hashlib.sha256(content).hexdigest() != told["sha256"]:
            raise ValueError(f"{told['name']}: not the bytes of its hash")
        files[told["name"]] = content
    if hashlib.sha256(files["plan.json"]).hexdigest() != listing["plan_sha256"]:
        raise ValueError("the plan is not the one that the listing names")
    return files


def lps(point):
    """A point of a mesh file in mm of its vertebra's frame."""
    x, y, z = point
    return -1000 * x, -1000 * y, 1000 * z


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keys")
    parser.add_argument("--plan")
    arguments = parser.parse_args()
    for name, content in fetch(connect(zmq.Context(), arguments.address, arguments.keys), arguments.plan).items():
        (arguments.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (arguments.folder / name).write_bytes(content)
        print(name, len(content))


if __name__ == "__main__":
    main()
