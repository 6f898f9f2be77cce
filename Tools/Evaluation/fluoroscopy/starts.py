"""How often and how well one frame is found: python -m Tools.Evaluation.fluoroscopy.starts --work WORK -o OUT [--seeds 106-110] [--registration-alone]

One AP frame of the sample CT by RTK, many random starts, one run of `lamina track` for each. A start is the whole patient displaced about L1: turned and
shifted in random directions by the same sizes every time, or by six random numbers scaled until L1's surface is off by an mTRE drawn evenly (capture range).
Everything comes from the seed and the start's number; seeds from 106 on have not been looked at.

`lamina track` searches for level, side and view before it tracks. With --registration-alone it is the registration by itself that is asked and timed, in one
process and from the same starts: `registration-benchmark` (Tools/RegistrationBenchmark), which `swift build -c release` makes.
"""

import argparse
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from Tools.case_reading import read_plan
from Tools.Evaluation import lamina, tables
from Tools.Evaluation.fluoroscopy import attenuation, judge, motion, wire
from Tools.Evaluation.fluoroscopy.evaluate import Bench
from Tools.Evaluation.fluoroscopy.rigid import apply, inverse
from Tools.Evaluation.fluoroscopy.scenarios import Scenario

LEVEL = "L1"
STILL = ("--motion", "none")
CLEAN = (*STILL, "--photons", "0", "--scatter", "0")
FOUND_MM = 2.0  # a start has succeeded when the mTREproj of its pose is below this
BIN_MM = 1.0  # of initial mTRE
GOAL_RANGE_MM = 11.0  # 95 % of the starts no farther than this shall succeed


@dataclass(frozen=True)
class Trial:
    name: str
    frame: tuple = ()  # options of frames.py
    levels: str | None = None  # that are tracked; None: all of the plan
    count: int = 100
    size: tuple = (5.0, 5.0)  # degrees, mm
    capture_mm: float | None = None  # instead of `size`: mTRE evenly from 0 to this
    goal: tuple | None = None  # every rotation below this many degrees and every in-plane shift below this many mm
    track: tuple = ()  # options of `lamina track`

    def scenario(self):
        return Scenario(self.name, self.frame, ("AP",), frames=1)


IN_CHEST = (1.0, 0.2)
TRIALS = [
    Trial("L1 alone tracked, still, no noise", CLEAN, LEVEL, goal=IN_CHEST),
    Trial("L1 alone tracked, still, 200 photons", STILL, LEVEL, goal=IN_CHEST),
    Trial("L1 alone tracked, moved, 200 photons", (), LEVEL, goal=IN_CHEST),
    Trial("all tracked, still, no noise", CLEAN, goal=IN_CHEST),
    Trial("all tracked, still, 200 photons", STILL, goal=IN_CHEST),
    Trial("all tracked, moved, 200 photons", goal=IN_CHEST),
    Trial("capture range, L1 alone tracked", STILL, LEVEL, 200, capture_mm=20.0),
    Trial("capture range, all tracked", STILL, None, 200, capture_mm=20.0),
    Trial("ideal, vertebra only", (*CLEAN, "--vertebra-only", "--levels", LEVEL), LEVEL, goal=(0.1, 0.05), track=("--bare",)),
]


def main():
    arguments = options().parse_args()
    bench = Bench(arguments)
    results = []
    for trial in chosen(arguments.only):
        if arguments.registration_alone and trial.track:
            continue
        results.append(run(trial, bench, arguments))
        save(arguments, results)  # after each: a long run may be stopped


def options():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.fluoroscopy.starts", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=seed_list, default=[1], help="such as 1 or 106-110; starts take turns between them")
    parser.add_argument("--only", help="trials whose name contains this")
    parser.add_argument("--starts", type=int, help="at most this many of each trial")
    parser.add_argument("--sample", type=Path, default=Path.home() / ".cache/lamina/sample-ct", help="folder of cxr.nii.gz and mask.nii.gz (Tools/fetch_sample.sh)")
    parser.add_argument("--work", type=Path, required=True, help="frames and runs; frames that are there are used again")
    parser.add_argument("--registration-alone", action="store_true", help="without the search that `lamina track` begins with; trials of --bare are left out")
    parser.add_argument("--track-options", default="", help="more options for `lamina track`")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.set_defaults(set="starts")
    return parser


def seed_list(text):
    """Numbers and spans: 1,3,106-110."""
    spans = [[int(end) for end in part.split("-")] for part in text.split(",")]
    return [seed for span in spans for seed in range(span[0], span[-1] + 1)]


def chosen(only):
    found = [trial for trial in TRIALS if not only or only in trial.name]
    if not found:
        raise SystemExit(f"--only {only}: no trial has that in its name; there are: {'; '.join(trial.name for trial in TRIALS)}")
    return found


def run(trial, bench, arguments):
    count = min(trial.count, arguments.starts or trial.count)
    seeds = arguments.seeds
    targets = {seed: Target(trial, seed, bench) for seed in seeds[:count]}
    if arguments.registration_alone:
        rows = [row for k, target in enumerate(targets.values()) for row in target.register(trial, range(k, count, len(seeds)), arguments.sample)]
    else:
        rows = [row for n in range(count) for row in targets[seeds[n % len(seeds)]].follow(trial, n, arguments.track_options.split())]
    return {"trial": trial.name, "goal": trial.goal, "capture_mm": trial.capture_mm, "seeds": seeds, "rows": rows}


class Target:
    """One frame with its truth."""

    def __init__(self, trial, seed, bench):
        self.seed = seed
        ct, self.case = bench.case("sample", seed)
        self.folder = bench.work / bench.a.set / f"{trial.name.replace(',', '').replace(' ', '-')}_{seed}"
        bench.make(trial.scenario(), ct, self.case, "AP", seed, self.folder)
        self.camera = judge.moments_of(self.folder)[0]
        self.surface = {level: np.array(points) for level, points in wire.read(self.folder / "surface.json").items()}
        self.truth = {entry["level"]: entry for entry in wire.read_lines(self.folder / "truth.jsonl")[0]["vertebrae"]}
        self.rest = attenuation.vertebra_frames(read_plan(self.case))

    def true_pose(self, level):
        return np.reshape(self.truth[level]["room_from_vertebra"], (4, 4))

    def start(self, trial, number):
        return start(trial, self.seed, number, self.true_pose(LEVEL), self.surface[LEVEL])

    def follow(self, trial, number, more_options):
        """Grades of all tracked levels from one start."""
        begun_at = self.start(trial, number)
        wire.write(self.folder / "start.json", wire.initial(begun_at @ inverse(self.rest[LEVEL])))
        levels = ("--levels", trial.levels) if trial.levels else ()
        out = self.folder / "run"
        lamina.run(
            *lamina.track_arguments(self.case, self.folder, self.folder / "start.json", out, *levels, *trial.track, "-q", *more_options),
            accept=lamina.TRACKED_CODES)
        milliseconds = wire.read(out / "manifest.json")["measurements"]["frame_ms"]["greatest"]  # there is one frame
        return [self.graded(entry, begun_at, number, milliseconds) for entry in wire.read_lines(out / "poses.jsonl")[0]["vertebrae"]]

    def register(self, trial, numbers, sample):
        """Grades of all levels from many starts, by the registration alone. The background is drawn for where the CT lies truly."""
        folder = self.folder / "starts"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        begun = {f"{n:04}.json": (n, self.start(trial, n)) for n in numbers}
        for name, (_, pose) in begun.items():
            wire.write(folder / name, wire.initial(pose @ inverse(self.rest[LEVEL])))
        wire.write(self.folder / "drawn.json", wire.initial(self.true_pose(LEVEL) @ inverse(self.rest[LEVEL])))
        levels = trial.levels or ",".join(self.truth)
        told = subprocess.run(
            [Path(lamina.program()).parent / "registration-benchmark", self.case, "--ct", sample / "cxr.nii.gz", "--frames", self.folder, "--levels", levels,
             "--drawn-at", self.folder / "drawn.json", "--starts", folder],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        entries = [json.loads(line) for line in told.splitlines()]
        return [self.graded(entry, begun[entry["start"]][1], begun[entry["start"]][0], entry["ms"]) for entry in entries]

    def graded(self, entry, begun_at, number, milliseconds):
        away = mtre(begun_at, self.true_pose(LEVEL), self.surface[LEVEL])
        return judge.grade(self.truth[entry["level"]], entry, self.camera, self.surface[entry["level"]]) | {
            "level": entry["level"], "seed": self.seed, "start": number, "initial_mtre_mm": away, "ms": milliseconds}


def start(trial, seed, number, pose, points):
    """Where start `number` has the vertebra that truly has `pose`: room_from_vertebra."""
    random = np.random.default_rng([seed, 8, number])
    if trial.capture_mm is None:
        return motion.displaced(pose, random, *trial.size)
    return off_by(pose, points, random, random.uniform(0, trial.capture_mm))


def mtre(pose, truth, points):
    """How far surface points (N x 3, the vertebra's frame, mm) are off in the mean, mm."""
    return float(np.linalg.norm(apply(pose, points) - apply(truth, points), axis=-1).mean())


def off_by(pose, points, random, wanted):
    """The pose turned and shifted by six random numbers, a degree counting as much as a millimetre, scaled until the mTRE is as wanted (mm)."""
    turn, shift = np.radians(random.standard_normal(3)), random.standard_normal(3)

    def moved(scale):
        return motion.about(pose, scale * turn, scale * shift)

    farthest = np.pi / np.linalg.norm(turn)  # half a turn
    if mtre(moved(farthest), pose, points) < wanted:
        raise ValueError(f"no turn about this axis moves the points by {wanted} mm")
    return moved(brentq(lambda scale: mtre(moved(scale), pose, points) - wanted, 0, farthest, xtol=1e-9))


def succeeded(row):
    return row.get("across_mtre_mm", np.inf) < FOUND_MM


def by_distance(rows, width=BIN_MM):
    """Bins of initial mTRE that have a start: from, to (mm), how many starts and which share of them succeeded."""
    bins = {}
    for row in rows:
        bins.setdefault(int(row["initial_mtre_mm"] // width), []).append(succeeded(row))
    return [{"from_mm": n * width, "to_mm": (n + 1) * width, "count": len(bins[n]), "success": sum(bins[n]) / len(bins[n])} for n in sorted(bins)]


def capture_range(bins, least=0.95):
    """Where the first bin begins whose success is below `least`, mm; the end of the last one if there is none."""
    return next((b["from_mm"] for b in bins if b["success"] < least), bins[-1]["to_mm"])


def reached(rows, limit):
    """How many starts no farther than `limit` (mm) there were, and how many of them succeeded."""
    near = [succeeded(row) for row in rows if row["initial_mtre_mm"] <= limit]
    return len(near), sum(near)


def figures(result):
    """What a trial came to, level by level."""
    found = {}
    for level in dict.fromkeys(row["level"] for row in result["rows"]):
        rows = [row for row in result["rows"] if row["level"] == level]
        posed = [row for row in rows if "rotation_deg" in row]
        of = {measure: tables.statistics([row[measure] for row in posed]) for measure in (*judge.MEASURES, "ms") if posed}
        found[level] = of | {
            "starts": len(rows),
            "states": {state: sum(row["state"] == state for row in rows) for state in ("OK", "DEGRADED", "LOST")},
            "succeeded": sum(map(succeeded, rows)),
            "wrong_ok": sum(row["state"] == "OK" and row.get("wrong", True) for row in rows),
        }
        if result["goal"]:
            degrees, mm = result["goal"]
            found[level]["in_goal"] = sum(row["rotation_deg"] < degrees and row["in_plane_mm"] < mm for row in posed)
        if result["capture_mm"]:
            bins = by_distance(rows)
            found[level] |= {"bins": bins, "capture_range_mm": capture_range(bins), "in_goal_range": reached(rows, GOAL_RANGE_MM)}
    return found


def save(arguments, results):
    content = [result | {"figures": figures(result)} for result in results]
    tables.write(arguments.output, "starts", {"lamina": lamina.version(), "found_mm": FOUND_MM, "trials": content}, text(content))
    for result in content:
        if result["capture_mm"]:
            draw(result, arguments.output / f"{result['trial'].replace(',', '').replace(' ', '_')}.png")


def text(results):
    lines, captures = [], []
    for result in results:
        goal = "-" if result["goal"] is None else "{:g}°, {:g} mm".format(*result["goal"])
        for level, of in result["figures"].items():
            spread = ["{median:.3g}, {p95:.3g}, {max:.3g}".format(**of[m]) if m in of else None for m in ("rotation_deg", "in_plane_mm", "depth_mm")]
            lines.append([
                result["trial"], level, of["starts"], of["succeeded"], "/".join(map(str, of["states"].values())), of["wrong_ok"], *spread,
                f"{of['in_goal']} ({goal})" if "in_goal" in of else None, f"{of['ms']['median']:.0f}" if "ms" in of else None])
            if "bins" in of:
                near, good = of["in_goal_range"]
                captures.append(f"{result['trial']}, {level}: {good} of {near} starts up to {GOAL_RANGE_MM:g} mm succeeded; the first mm with less than 95 % begins at {of['capture_range_mm']:g} mm.")
    header = [
        "trial", "level", "starts", f"mTREproj < {FOUND_MM:g} mm", "OK/DEGRADED/LOST", "wrong and OK", "rotation °: median, 95 %, greatest", "in-plane mm", "depth mm",
        "within goal", "ms"]
    return "\n\n".join([tables.markdown(header, lines), *captures])


def draw(result, path):
    """Success of LEVEL against initial mTRE, with the binomial's 95 % interval (Wilson)."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    bins = result["figures"][LEVEL]["bins"]
    middles = [(b["from_mm"] + b["to_mm"]) / 2 for b in bins]
    shares, counts = (np.array([b[key] for b in bins]) for key in ("success", "count"))
    low, high = wilson(shares, counts)
    figure, axes = plt.subplots(figsize=(7, 3.5), dpi=120)
    axes.plot(middles, 100 * shares, marker="o", markersize=3)
    axes.fill_between(middles, 100 * low, 100 * high, alpha=0.15)
    axes.axhline(95, color="grey", linewidth=0.8, linestyle=":")
    axes.axvline(GOAL_RANGE_MM, color="grey", linewidth=0.8, linestyle=":")
    axes.set(
        xlabel=f"mTRE of the start ({LEVEL}), mm", ylabel=f"mTREproj < {FOUND_MM:g} mm, %", xlim=(0, result["capture_mm"]), ylim=(0, 102),
        title=f"{result['trial']}: {counts.sum()} starts")
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def wilson(share, count, z=1.96):
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + z * z / (4 * count**2))
    return middle - half, middle + half


if __name__ == "__main__":
    main()
