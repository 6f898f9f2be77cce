"""How well lamina tracks: python -m Tools.Evaluation.fluoroscopy.evaluate [--set evaluation] -o OUT

Makes every scenario's frames by RTK, nanodrr or gvxr (nothing of lamina draws them), runs `lamina track` on them, and judges what it wrote. Development and evaluation
have seeds of their own (scenarios.py); the sample CT is the same in both.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from Tools.Evaluation import lamina, tables
from Tools.Evaluation.fluoroscopy import frames, judge, scenarios
from Tools.Evaluation.fluoroscopy.scene import Scene

COLUMNS = {
    "rotation °": ("ok", "rotation_deg"), "in-plane mm": ("ok", "in_plane_mm"), "depth mm": ("ok", "depth_mm"), "mTRE mm": ("ok", "mtre_mm"),
}


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.fluoroscopy.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--set", choices=scenarios.SETS, default="development")
    parser.add_argument("--only", help="scenarios whose name contains this")
    parser.add_argument("--seeds", type=int, help="at most this many seeds a scenario")
    parser.add_argument("--sample", type=Path, default=Path.home() / ".cache/lamina/sample-ct", help="folder of cxr.nii.gz and mask.nii.gz (Tools/fetch_sample.sh)")
    parser.add_argument("--visible-human", type=Path, help="DICOM folder of the Visible Human's pelvis; without it that person's scenarios are skipped (development set alone)")
    parser.add_argument("--work", type=Path, required=True, help="frames and runs; frames that are there are used again (1 GB for all)")
    parser.add_argument("--track-options", default="", help="more options for `lamina track`")
    parser.add_argument("--frames-only", action="store_true")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    bench = Bench(arguments)
    rows = []
    for scenario in scenarios.SCENARIOS:
        if arguments.only and arguments.only not in scenario.name:
            continue
        for case in scenario.cases:
            if case == "visible human" and not arguments.visible_human:
                print(f"SKIPPED: {scenario.name}: no --visible-human FOLDER", file=sys.stderr)
                continue
            for views in scenario.views:
                rows.append(bench.run(scenario, case, views))
                save(arguments, [row for row in rows if row])  # after each: a long run may be stopped


class Bench:
    def __init__(self, arguments):
        self.a, self.work = arguments, arguments.work
        self.held = None, None  # one scene at a time: a CT in parts is 0.5 GB

    def run(self, scenario, case, views):
        """One line of the table: all seeds of a scenario in the same views."""
        results = []
        for seed in scenarios.seeds(self.a.set, case, min(scenario.seeds, self.a.seeds or scenario.seeds)):
            ct, folder = self.case(case, seed)
            name = "_".join([scenario.name, case, views, str(seed)]).replace(" ", "-").replace(",", "+").replace("'", "")
            where = self.work / self.a.set / name
            self.make(scenario, ct, folder, views, seed, where)
            if self.a.frames_only:
                continue
            results.append(self.track(scenario, folder, where) | {"seed": seed})
        return {"scenario": scenario.name, "case": case, "views": views, "must_fail": scenario.must_fail, "runs": results} if results else None

    def case(self, case, seed):
        """(CT, planned case folder)."""
        if case == "sample":
            folder = self.work / "sample_case"
            ct = self.a.sample / "cxr.nii.gz"
            if not (folder / "plan.json").exists():
                lamina.plan(ct, self.a.sample / "mask.nii.gz", "totalsegmentator-v2", folder, "--levels", scenarios.SAMPLE_LEVELS)
            return ct, folder
        if case == "visible human":
            folder = self.work / "visible_human_case"
            if not (folder / "plan.json").exists():
                lamina.run("plan", self.a.visible_human, "-o", folder, accept=lamina.PLANNED_CODES)  # lamina finds the vertebrae by itself
            return self.a.visible_human, folder
        return planned_phantom(self.work, seed, scenarios.PHANTOM_LEVELS)

    def make(self, scenario, ct, case, views, seed, where):
        if (where / "simulation.json").exists():
            return
        options = [str(ct), str(case), "-o", str(where), "--seed", str(seed), "--views", views, "--frames", str(scenario.frames), *scenario.options]
        if "other" in scenario.options:
            options += ["--other", str(self.other_patient(views))]
        parsed = frames.options().parse_args(options)
        if parsed.vertebra_only or parsed.projector != "rtk":
            frames.make(parsed)
            return
        key = str(ct)
        if self.held[0] != key:
            self.held = key, Scene(ct, case)
        frames.make(parsed, self.held[1])

    def other_patient(self, views):
        """Frames of a phantom of the same set, as somebody else's."""
        seed = scenarios.seeds(self.a.set, "phantom", 1)[0]
        where = self.work / self.a.set / f"somebody_else_{views.replace(',', '+')}"
        if not (where / "simulation.json").exists():
            ct, case = self.case("phantom", seed)
            frames.make(frames.options().parse_args([str(ct), str(case), "-o", str(where), "--seed", str(seed), "--views", views, "--frames", "8"]))
        return where

    def track(self, scenario, case, where):
        """Runs the tracker; one that refuses the frames outright has no poses, and every one of them counts as MISSING."""
        run = where / "run"
        begun = time.monotonic()
        poses = run / "poses.jsonl"
        poses.unlink(missing_ok=True)
        command = lamina.track_arguments(case, where, None if scenario.auto else where / "initial.json", run, *scenario.track, *self.a.track_options.split())
        done = subprocess.run([lamina.program(), *map(str, command)], capture_output=True, text=True)
        seconds = time.monotonic() - begun
        refused = None if done.returncode == 0 else {"exit": done.returncode, "message": done.stderr[-500:]}
        if not poses.exists():
            run.mkdir(parents=True, exist_ok=True)
            poses.write_text("")
        result = judge.judge(where, run)
        result.pop("rows")
        return result | {"seconds": round(seconds, 2), "frames": frame_count(where), "refused": refused}


def planned_phantom(work, seed, levels):
    """(CT, planned case folder) of a synthetic spine; made unless they are there."""
    phantom, folder = work / f"phantom{seed}", work / f"phantom{seed}_{levels}"
    if not (folder / "plan.json").exists():
        # Drawn farther than most plans reach, so that neighbours stand in the picture.
        lamina.phantom(phantom, seed, "T9-L4", "--spacing", "1,1,1")
        lamina.plan(phantom / "ct.nii.gz", phantom / "labels.nii.gz", "lamina", folder, "--levels", levels)
    return phantom / "ct.nii.gz", folder


def frame_count(where):
    return len(json.loads((where / "geometry.json").read_text())["views"][0]["frames"])


def save(arguments, rows):
    result = {"lamina": lamina.version(), "set": arguments.set, "rows": rows}
    tables.write(arguments.output, f"tracking_{arguments.set}", result, table(rows))


def table(rows):
    lines = []
    for row in rows:
        runs = row["runs"]
        graded, ok = sum(r["graded"] for r in runs), sum(r["states"].get("OK", 0) for r in runs)
        cells = [row["scenario"], row["case"], row["views"], len(runs), f"{ok}/{graded}"]
        for group, measure in COLUMNS.values():
            cells.append(pooled([r[group][measure] for r in runs]))
        cells += [sum(r["false_ok"] for r in runs), sum(r["failures"] for r in runs)]
        shares = [r["coverage_2_sigma_depth"] for r in runs if r["coverage_2_sigma_depth"] is not None]
        cells.append(f"{min(shares):.0%}" if shares else None)
        events = [event["worst"] for r in runs for event in r["events"]]
        cells.append(("never" if None in events else max(events)) if events else None)
        cells.append(sum(r["refused"] is not None for r in runs))
        cells.append(f"{1000 * sum(r['seconds'] for r in runs) / sum(r['frames'] for r in runs):.0f}")
        lines.append(cells)
    header = [
        "scenario", "case", "views", "seeds", "OK", *(f"{c}, median / worst 95 %" for c in COLUMNS), "false OK", "failures", "depth in 2 sigma (least)",
        "frames until not OK", "runs refused", "ms a frame, all in"]
    return tables.markdown(header, lines)


def pooled(figures):
    """The middle of the seeds' medians, and the worst seed's 95th percentile."""
    figures = [f for f in figures if f["count"]]
    if not figures:
        return None
    medians = sorted(f["median"] for f in figures)
    return f"{medians[len(medians) // 2]:.2f} / {max(f['p95'] for f in figures):.2f}"


if __name__ == "__main__":
    main()
