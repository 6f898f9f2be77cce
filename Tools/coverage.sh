#!/usr/bin/env bash
# Prints line coverage by module, of the last run of Tools/swift_tests.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
report=$(swift test -c release --show-codecov-path --scratch-path .build-tests)
[ -f "$report" ] || { echo "coverage: the Swift tests have not run through yet (Tools/swift_tests.sh)" >&2; exit 1; }
.venv/bin/python - "$report" "$PWD" <<'PYTHON'
import collections, json, os, sys
report, root = sys.argv[1], sys.argv[2]
modules = collections.defaultdict(lambda: [0, 0])
for file in json.load(open(report))["data"][0]["files"]:
    parts = os.path.relpath(file["filename"], root).split(os.sep)
    if parts[0] not in ("Sources", "Planning", "Meshes", "Protocols"):
        continue
    lines = file["summary"]["lines"]
    for key in (parts[1] if parts[0] == "Sources" else parts[0], "total"):
        modules[key][0] += lines["covered"]
        modules[key][1] += lines["count"]
print("line coverage (Swift tests only; the command line is driven by Tests/Judges)")
for name in sorted(modules, key=lambda name: (name == "total", name)):
    covered, count = modules[name]
    print(f"  {name:<14} {100 * covered / max(count, 1):5.1f} %  of {count}")
PYTHON
