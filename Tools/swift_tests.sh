#!/usr/bin/env bash
# Runs the Swift tests. Numeric tests are too slow unoptimised, so they are built in release mode, in a folder of their own because their flags differ.
# Coverage is counted on the way (Tools/coverage.sh prints it), so that the long accuracy tests run once and not twice.
set -euo pipefail
cd "$(dirname "$0")/.."
# A test that hangs must fail, not hold up what comes after it: the whole takes a few minutes.
timeout --kill-after=10 2400 swift test -c release -Xswiftc -enable-testing --enable-code-coverage --scratch-path .build-tests "$@"
