"""Runs the built `lamina` program. The evaluation judges it from outside and shares no code with it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLANNED_CODES = (0, 5)  # 5: written, but at least one pedicle was refused
TRACKED_CODES = (0, 4, 5)  # 4: no vertebra was found in any frame; 5: one was lost in the last


def program():
    return os.environ.get("LAMINA", str(ROOT / ".build/release/lamina"))


def run(*arguments, accept=(0,)):
    """Runs a subcommand and returns its exit code; any other code stops the evaluation with the program's own message."""
    done = subprocess.run([program(), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in accept:
        raise SystemExit(f"lamina {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.returncode


def phantom(folder, seed, levels, *options):
    """A phantom's folder, made unless it is there, and its truth."""
    if not (folder / "truth.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        run("phantom", "-o", folder, "--seed", seed, "--levels", levels, *options)
    return json.loads((folder / "truth.json").read_text())


def plan(ct, labels, scheme, case, *options, accept=PLANNED_CODES):
    """The plan.json that lamina writes for a CT."""
    run("plan", ct, "--labels", labels, "--scheme", scheme, "-o", case, "--force", *options, accept=accept)
    return json.loads((case / "plan.json").read_text())


def track_arguments(case, frames, initial, run_folder, *options):
    """Arguments of `lamina track`; without a start the patient is looked for everywhere. An earlier run's folder is replaced."""
    return ["track", case, "--frames", frames, *(["--initial", initial] if initial else ["--auto"]), "-o", run_folder, "--force", *options]


def version():
    return subprocess.run([program(), "--version"], capture_output=True, text=True).stdout.strip()
