#!/usr/bin/env bash
# Navigation from end to end on this machine: simulated fluoroscopy of the demo's case in real time, the tracker, the stream of poses, a page in the browser and the terminal client.
# `make demo-navigation` builds and plans first. Ends by itself, or with Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
lamina=${LAMINA:-.build/release/lamina}
case_folder=demo-case frames=demo-frames recording=demo-recording
port=${LAMINA_WEB_PORT:-8080}
stream=tcp://127.0.0.1:${LAMINA_STREAM_PORT:-5557}

[ -f "$case_folder/manifest.json" ] || { echo "demo-navigation: no $case_folder; run 'make demo' first" >&2; exit 2; }
echo "Drawing X-ray frames of $case_folder, from the front, 30 s at 6 a second..."
"$lamina" simulate "$case_folder" -o "$frames" --levels T11-L1 --views AP --frames 180 --fps 6 --motion breathing --seed 1 --force -q

rm -rf "$recording"
"$lamina" navigate "$case_folder" --frames "$frames" --initial "$frames/initial.json" --levels T11-L1 --publish "$stream" --valid-for-ms 600 --web "$port" --record "$recording" \
    > demo-navigation.log 2>&1 &
navigation=$!
trap 'kill "$navigation" 2>/dev/null || true' EXIT
echo
echo "Open http://127.0.0.1:$port in a browser on this machine, and press its button. Below, 'lamina subscribe' shows the same stream:"
echo
"$lamina" subscribe "$stream" --plan "$case_folder" --confirm-first --allow-simulation --for "${LAMINA_DEMO_SECONDS:-60}"
wait "$navigation" || true
trap - EXIT
echo
cat demo-navigation.log | grep -v '^{' || true
echo "$lamina replay $recording --web $port --case $case_folder    shows it again"
