#!/usr/bin/env bash
# Runs every test and ends with one line of counts. `make test` builds .build/release/lamina first, which Tests/Judges drive.
set -euo pipefail
cd "$(dirname "$0")/.."
export LAMINA=${LAMINA:-$PWD/.build/release/lamina}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

failed=0
Tools/swift_tests.sh 2>&1 | tee "$log" || failed=1
swift_total=$(grep -oE 'Test run with [0-9]+ tests?' "$log" | grep -oE '[0-9]+' | tail -n 1 || true)
swift_failed=$(grep -E '^✘ Test .* failed after' "$log" | grep -vc '^✘ Test run with' || true)
[ "${swift_total:-0}" -gt 0 ] || { echo "no Swift test ran"; failed=1; }

# Two at a time, a file's tests one after the other: most judges wait for one process. What is skipped says why at the end.
.venv/bin/python -m pytest -q -rs -n 2 --dist loadfile Tests/Judges 2>&1 | tee "$log" || failed=1
judged() { grep -oE "[0-9]+ $1" "$log" | tail -n 1 | grep -oE '[0-9]+' || echo 0; }
passed=$((${swift_total:-0} - swift_failed + $(judged passed)))
echo "Swift: ${swift_total:-0} tests, $swift_failed failed. Judges: $(judged passed) passed, $(judged failed) failed, $(judged skipped) skipped."
echo "$passed passed, $((swift_failed + $(judged failed) + $(judged error))) failed, $(judged skipped) skipped"
exit "$failed"
