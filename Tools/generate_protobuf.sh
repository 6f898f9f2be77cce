#!/usr/bin/env bash
# Remakes the code that reads and writes pose_tick.proto, in Swift and in Python: after every change of that file. The results are committed, so nobody else needs this.
# Needs protoc 3.21 (Debian: protobuf-compiler); builds protoc-gen-swift, which takes some minutes the first time.
set -euo pipefail
cd "$(dirname "$0")/.."
proto=pose_tick.proto
folder=Protocols/Specification
command -v protoc >/dev/null || { echo "no protoc: apt-get install protobuf-compiler" >&2; exit 1; }
swift build -c release --product protoc-gen-swift
plugin=$(swift build -c release --show-bin-path)/protoc-gen-swift
protoc -I "$folder" --plugin="$plugin" --swift_out=Protocols/PoseStream/Generated "$proto"
protoc -I "$folder" --python_out=Protocols/Clients/python "$proto"
