#!/usr/bin/env bash
# Draws every screw of demo-case/ into demo-pictures/. `make pictures` makes the case first.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -d demo-phantom ] && ! Tools/fetch_sample.sh >/dev/null 2>&1; then
    ct=demo-phantom/ct.nii.gz
else
    ct=$(Tools/fetch_sample.sh)/cxr.nii.gz
fi
.venv/bin/python -m Tools.Pictures demo-case --ct "$ct" -o demo-pictures
