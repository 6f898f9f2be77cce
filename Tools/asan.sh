#!/usr/bin/env bash
# Runs the tests that go through the C and C++ shims under the address sanitizer. Of the mesh tests only those of mesh files call a shim; the others
# work on large fields in Swift, where the sanitizer finds nothing and takes ten minutes.
# Leak detection is off: the Swift runtime keeps metadata for the life of the process.
set -euo pipefail
cd "$(dirname "$0")/.."
export ASAN_OPTIONS=detect_leaks=0
export LAMINA_ONLY_TARGETS="FramesTests ImageFilesTests MeshesTests"
swift test -c release -Xswiftc -enable-testing --sanitize=address --scratch-path .build-asan \
    --filter '^(FramesTests|ImageFilesTests)\.|^MeshesTests\.MeshFileTests/' "$@"
