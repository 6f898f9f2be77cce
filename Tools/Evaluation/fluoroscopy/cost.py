"""What a frame costs: python -m Tools.Evaluation.fluoroscopy.cost --work WORK -o OUT [--long 10000]

Time against the number of vertebrae, of pixels and of views, on a phantom's frames by RTK: T9-L4 in the picture, T10-L3 planned. With --long, one run of that
many frames instead, and the memory of its process. A few drawn moments are shown forwards and backwards again and again, so that motion goes on smoothly.

`lamina track` says on stderr when each frame is done. The time between two such lines is all that a frame costs: reading, tracking, writing. The first frame,
which holds the start, is told apart. manifest.json's own times are of tracking alone, without reading and writing, start included.
"""

import argparse
import itertools
import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from Tools.case_reading import read_plan
from Tools.Evaluation import lamina, tables
from Tools.Evaluation.fluoroscopy import frames, wire
from Tools.Evaluation.fluoroscopy.evaluate import planned_phantom
from Tools.Evaluation.fluoroscopy.scene import Scene

PLANNED = "T10-L3"
VIEWS = ("AP", "LAT")
SIDE_MM = 307.2  # of the detector, whatever its pixels
DRAWN = 16  # moments
USUAL_PIXELS, USUAL_VERTEBRAE = 512, 3
PIXELS = (256, 512, 768, 1024)


def main():
    arguments = options().parse_args()
    ct, case = planned_phantom(arguments.work, arguments.seed, PLANNED)
    picture = Pictures(arguments, ct, case)
    if arguments.long:
        row = picture.timed(USUAL_VERTEBRAE, USUAL_PIXELS, 1, arguments.long)
        tables.write(arguments.output, "memory", {"lamina": lamina.version(), "run": row}, memory_text(row))
        return
    rows = []
    for vertebrae, pixels, views in settings(len(picture.levels)):
        rows.append(picture.timed(vertebrae, pixels, views, arguments.frames))
        tables.write(arguments.output, "cost", {"lamina": lamina.version(), "rows": rows}, cost_text(rows))  # after each: a long run may be stopped


def options():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.fluoroscopy.cost", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="of the phantom and its frames")
    parser.add_argument("--frames", type=int, default=120, help="of each run")
    parser.add_argument("--long", type=int, help="one run of this many frames instead, and its memory")
    parser.add_argument("--track-options", default="", help="more options for `lamina track`")
    parser.add_argument("--work", type=Path, required=True, help="phantom and frames, used again when they are there")
    parser.add_argument("-o", "--output", type=Path, required=True)
    return parser


def settings(most):
    """(vertebrae, pixels, views), one of the first two varied at a time."""
    counts = [(n, USUAL_PIXELS) for n in range(1, most + 1)]
    sizes = [(USUAL_VERTEBRAE, pixels) for pixels in PIXELS if pixels != USUAL_PIXELS]
    return [(n, pixels, views) for views in range(1, len(VIEWS) + 1) for n, pixels in counts + sizes]


class Pictures:
    """Drawn moments of one phantom, in every size of pixels asked for."""

    def __init__(self, arguments, ct, case):
        self.a, self.ct, self.case, self.scene = arguments, ct, case, None
        self.levels = [vertebra["level"] for vertebra in read_plan(case)["vertebrae"]]

    def drawn(self, pixels):
        folder = self.a.work / f"cost_{self.a.seed}_{pixels}"
        if not (folder / "simulation.json").exists():
            self.scene = self.scene or Scene(self.ct, self.case)
            frames.make(frames.options().parse_args([
                str(self.ct), str(self.case), "-o", str(folder), "--seed", str(self.a.seed), "--views", ",".join(VIEWS), "--frames", str(DRAWN),
                "--size", f"{pixels}x{pixels}", "--spacing", str(SIDE_MM / pixels)]), self.scene)
        return folder

    def timed(self, vertebrae, pixels, views, count):
        """One run."""
        drawn = self.drawn(pixels)
        shown = self.a.work / "shown"
        show(drawn, shown, VIEWS[:views], count)
        first = (len(self.levels) - vertebrae) // 2  # from the middle, where the view is best
        levels = self.levels[first : first + vertebrae]
        run = self.a.work / "cost_run"
        command = lamina.track_arguments(
            self.case, shown, drawn / "initial.json", run, "--levels", ",".join(levels), *self.a.track_options.split())
        watched = watch(command)
        lines = wire.read_lines(run / "poses.jsonl")
        states = [entry["state"] for line in lines for entry in line["vertebrae"]]
        steps = np.diff([beat.at_s for beat in watched]) * 1000
        return {
            "levels": levels, "pixels": pixels, "views": views, "frames": len(lines), "ok_share": states.count("OK") / len(states),
            "start_ms": float(steps[0]), "frame_ms": spread(steps[1:]), "tracking_ms": wire.read(run / "manifest.json")["measurements"]["frame_ms"],
            "frame_ms_quarters": [spread(part) for part in quarters(steps[1:])],
            "memory_mb_quarters": [memory(part) for part in quarters([beat.memory_mb for beat in watched[1:]])],
        }


def show(drawn, folder, views, count):
    """A folder whose geometry.json names the drawn frames again and again, `count` in all, at the drawn rate."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    geometry = wire.read(drawn / "geometry.json")
    geometry["views"] = [view for view in geometry["views"] if view["name"] in views]
    for view in geometry["views"]:
        (folder / view["name"]).symlink_to((drawn / view["name"]).resolve(), target_is_directory=True)
        view["frames"] = repeated(view["frames"], count)
    wire.write(folder / "geometry.json", geometry)


def repeated(entries, count):
    """Forwards, backwards, forwards: `count` entries of geometry.json whose times go on."""
    if len(entries) < 2:
        raise ValueError("two moments at least: their distance in time is needed")
    step = entries[1]["time_s"] - entries[0]["time_s"]
    way = itertools.cycle(entries + entries[-2:0:-1])
    return [entry | {"time_s": round(entries[0]["time_s"] + n * step, 6)} for n, entry in zip(range(count), way)]


@dataclass(frozen=True)
class Beat:
    at_s: float
    memory_mb: float


def watch(command):
    """When tracking began, and when each frame was done, with the memory of the process then."""
    process = subprocess.Popen([lamina.program(), *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    beats, told = [], []
    for line in process.stderr:
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("stage") == "track" and event["event"] in ("stage_started", "progress"):
            beats.append(Beat(time.monotonic(), resident_mb(process.pid)))
        else:
            told.append(line)
    if process.wait() not in lamina.TRACKED_CODES or len(beats) < 3:
        raise SystemExit(f"lamina {' '.join(map(str, command))}: exit {process.returncode}\n{''.join(told)[-2000:]}")
    return beats


def resident_mb(pid):
    """Of a process that has not been waited for: there is always an answer, 0 once it has ended."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def quarters(values):
    return np.array_split(np.asarray(values, float), 4)


def spread(values):
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return {"p50": float(p50), "p95": float(p95), "p99": float(p99), "greatest": float(np.max(values))}


def memory(values):
    return {"median": float(np.median(values)), "greatest": float(np.max(values))}


def cost_text(rows):
    header = ["vertebrae", "pixels", "views", "frames", "OK", "ms a frame, all in: p50", "p95", "p99", "tracking alone p50", "start ms"]
    return tables.markdown(header, [
        [len(row["levels"]), row["pixels"], row["views"], row["frames"], f"{row['ok_share']:.0%}", *(f"{row['frame_ms'][k]:.0f}" for k in ("p50", "p95", "p99")),
         f"{row['tracking_ms']['p50']:.0f}", f"{row['start_ms']:.0f}"] for row in rows])


def memory_text(row):
    lines = [
        [f"{n + 1} of 4", f"{mb['median']:.0f}", f"{mb['greatest']:.0f}", f"{ms['p50']:.0f}", f"{ms['p99']:.0f}"]
        for n, (mb, ms) in enumerate(zip(row["memory_mb_quarters"], row["frame_ms_quarters"]))]
    return "\n\n".join([
        f"{row['frames']} frames, {len(row['levels'])} vertebrae, {row['views']} view(s), {row['pixels']} pixels; {row['ok_share']:.1%} of the poses OK.",
        tables.markdown(["quarter", "resident MB: median", "greatest", "ms a frame: p50", "p99"], lines)])


if __name__ == "__main__":
    main()
