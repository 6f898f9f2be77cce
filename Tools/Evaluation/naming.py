"""How well vertebrae are named: python -m Tools.Evaluation.naming VID_FOLDER -o OUTPUT

Runs the `naming-evaluation` program (swift build -c release --product naming-evaluation) on the half of the ImFusion VID points that the statistics
were not made from (Tools/Training/vid_points.py), with what the detections are and what else is known varied:

detections                  a network's raw points, with false and missing ones: shapes and distances alone
detections, guesses         the same with the network's guesses of the region (cervical, thoracic, lumbar)
bodies                      the network's bodies without pedicles
bodies, ribs and sacrum     the same with ribs and sacrum as below: nearest to what lamina's own search for vertebrae gives
points                      labelled points as detections: shapes and distances alone
points, dropped             every vertebra left out with a chance of 10 %
points, false               one false detection for every five vertebrae, beside the spine or between two vertebrae
points, cut                 the scans that end at L5, without L4 and L5: shows how much rests on where the data's scans end
points, ribs                ribs on thoracic vertebrae, wrong in 5 % of the vertebrae
points, sacrum              where L5 or L6 is in view: the sacrum one step below, give or take 15 %
points, ribs and sacrum     both
the same, dropped and false     all of it
guesses alone               a baseline: every detection is kept, and the chain is shifted so that most guesses agree

Ribs and sacra are made up from the labels, for the data has none. What the network's scores and guesses mean is counted on the other half.

A vertebra is identified, as in the data's paper, when the nearest named detection within 20 mm bears its name; one that the network missed is not. A
scan is all right when every labelled vertebra that has a detection within 20 mm has its name. "No estimate" is `levelEstimated == false`.

Figures of the held-out half (982 scans), vertebrae identified and scans all right: detections 87.5 %, 86.3 %; with guesses 92.9 %, 91.6 %; bodies 76.6 %, 76.0 %;
bodies, ribs and sacrum 96.0 %, 96.5 %, and 99.6 % of the 72 % that are no estimate. The commonest faults without ribs and sacrum: a view that ends above L5 taken to end at L5, S1 found as a body and taken for L5, an L6 for L5.
"""

import argparse
import json
import math
import os
import random
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from Tools.Evaluation import tables
from Tools.Training import naming_statistics, vid_points

PROGRAM = Path(os.environ.get("NAMING_EVALUATION", ".build/release/naming-evaluation"))
REGIONS = {"C": vid_points.LEVELS[:7], "T": vid_points.LEVELS[7:19], "L": vid_points.LEVELS[19:]}
SIZES = [(1, 5), (6, 7), (8, 9), (10, 12), (13, 30)]
SHIFTS = [-2, -1, 0, 1, 2]
WORST = 8
WORST_OF = ["detections", "detections, guesses", "bodies, ribs and sacrum"]


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.naming", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the folder of the VID points")
    parser.add_argument("--half", choices=["held-out", "training"], default="held-out", help="naming is changed by looking at the training half only")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    truth = vid_points.read(arguments.folder, "ground_truth")
    found = vid_points.read(arguments.folder, "detections")
    network = Network([scan for scan in truth if scan in found and vid_points.is_training(scan)], truth, found)
    wanted = arguments.half == "training"
    scans = sorted(scan for scan in truth if scan in found and vid_points.is_training(scan) == wanted)
    truths = {scan: {vid_points.LEVELS[level]: centre for level, centre in vid_points.labelled_bodies(truth[scan])} for scan in scans}
    lumbar = [scan for scan in scans if {"L5", "L6"} & set(truths[scan])]
    cut = [scan for scan in lumbar if "L6" not in truths[scan] and len(truths[scan]) > 4]

    def detected(scan, **options):
        return from_detections(scan, found[scan], truths[scan], network, **options)

    def given(scans, **options):
        return [from_truth(scan, truth[scan], **options) for scan in scans]

    runs = {
        "detections": [detected(scan) for scan in scans],
        "detections, guesses": [detected(scan, guesses=True) for scan in scans],
        "bodies": [detected(scan, bare=True) for scan in scans],
        "bodies, ribs and sacrum": [detected(scan, bare=True, ribs=True, sacrum=True) for scan in scans],
        "points": given(scans),
        "points, dropped": given(scans, drop=0.1),
        "points, false": given(scans, false=True),
        "points, cut": given(cut, cut=2),
        "points, ribs": given(scans, ribs=True),
        "points, sacrum": given(lumbar, sacrum=True),
        "points, ribs and sacrum": given(lumbar, ribs=True, sacrum=True),
        "the same, dropped and false": given(lumbar, ribs=True, sacrum=True, drop=0.1, false=True),
    }
    results = {name: judged(cases, run(cases), truths) for name, cases in runs.items()}
    cases = runs["detections"]
    results["guesses alone"] = judged(cases, [by_majority(case, found[case["id"]]) for case in cases], truths)
    report(arguments, results)


def from_truth(scan, rows, ribs=False, sacrum=False, cut=0, drop=0.0, false=False):
    bodies = vid_points.labelled_bodies(rows)
    bodies = bodies[: len(bodies) - cut]
    noise = random.Random(scan)
    kept = [body for body in bodies if noise.random() >= drop]
    # Two vertebrae at least.
    bodies = kept if len(kept) > 1 else bodies
    case = {"id": scan, "part": cut > 0 or drop > 0, "bodies": [], "left": points(rows, "left"), "right": points(rows, "right")}
    for level, centre in bodies:
        case["bodies"].append({"centre": centre.tolist(), "score": 0.95} | (rib(vid_points.LEVELS[level], noise) if ribs else {}))
    if false:
        case["bodies"] += [
            {"centre": centre.tolist(), "score": noise.uniform(0.3, 0.95)} | (rib(None, noise) if ribs else {})
            for centre in false_bodies([centre for _, centre in bodies], noise)
        ]
    if sacrum:
        add_sacrum(case, vid_points.labelled_bodies(rows), noise)
    noise.shuffle(case["bodies"])
    return case


def rib(level, noise):
    """Whether a rib is seen, wrong in 5 % of the vertebrae; anything at what is none."""
    seen = noise.random() < 0.5 if level is None else level.startswith("T") != (noise.random() < 0.05)
    return {"rib": 0.9 if seen else 0.1}


def add_sacrum(case, bodies, noise):
    """One step like the last, give or take 15 %: the data has no sacra."""
    if len(bodies) > 1 and vid_points.LEVELS[bodies[-1][0]] in ("L5", "L6"):
        step = bodies[-1][1] - bodies[-2][1]
        case["sacrum"] = {"centre": (bodies[-1][1] + step * math.exp(noise.gauss(0, 0.15))).tolist(), "confidence": 0.95}


def false_bodies(centres, noise):
    """One false detection for every five vertebrae, one at least: half beside the spine, half between two neighbours."""
    for _ in range(max(1, round(len(centres) / 5))):
        i = noise.randrange(len(centres) - 1)
        between = centres[i] + noise.uniform(0.35, 0.65) * (centres[i + 1] - centres[i])
        beside = np.array([noise.choice([-1, 1]) * noise.uniform(25, 60), noise.uniform(-40, 40), noise.uniform(-15, 15)])
        wobble = np.array([noise.gauss(0, 3) for _ in range(3)])
        yield between + (beside if noise.random() < 0.5 else wobble)


def from_detections(scan, rows, labelled, network, guesses=False, bare=False, ribs=False, sacrum=False):
    noise = random.Random(scan)
    case = {"id": scan, "part": False, "bodies": [], "left": [], "right": []}
    if not bare:
        case |= {"left": points(rows, "left"), "right": points(rows, "right")}
    found = [row for row in rows if row["kind"] == "body"]
    names, centres = list(labelled), list(labelled.values())
    levels = {j: names[i] for i, j in vid_points.match(centres, [row["point"] for row in found])}
    for j, row in enumerate(found):
        body = {"centre": row["point"].tolist(), "score": network.score(row)}
        if guesses:
            body["levels"] = network.likelihoods(row)
        if ribs:
            body |= rib(levels.get(j), noise)
        case["bodies"].append(body)
    if sacrum:
        add_sacrum(case, [(vid_points.LEVELS.index(name), centre) for name, centre in labelled.items()], noise)
    return case


class Network:
    """What the network's numbers mean, counted on the training half: how often a detection with such a score is a vertebra, and how often a level
    looks so to it. Scores of true vertebrae are rarely below 0.95, and T12 and L1 are where it wavers."""

    SCORES = [0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.985, 0.99]

    def __init__(self, scans, truth, found):
        true, all_ = np.ones(len(self.SCORES) + 1), np.full(len(self.SCORES) + 1, 2.0)
        looks = {level: Counter() for level in [*vid_points.LEVELS, "S1"]}
        for scan in scans:
            slots, centres = zip(*vid_points.labelled_bodies(truth[scan]))
            rows = [row for row in found[scan] if row["kind"] == "body"]
            bodies = [row["point"] for row in rows]
            levels = {j: vid_points.LEVELS[slots[i]] for i, j in vid_points.match(centres, bodies)}
            sacrum = naming_statistics.first_sacral_body(slots, centres, bodies)
            for j, row in enumerate(rows):
                true[self.bin(row)] += j in levels
                all_[self.bin(row)] += 1
                level = levels.get(j, "S1" if row["point"] is sacrum else None)
                if level:
                    looks[level][self.look(row)] += 1
        self.scores = true / all_
        kinds = {kind for counts in looks.values() for kind in counts}
        # Half a case more of each kind.
        self.looks = {
            level: {kind: math.log((counts[kind] + 0.5) / (counts.total() + 0.5 * len(kinds))) for kind in kinds} for level, counts in looks.items()
        }

    def bin(self, row):
        return int(np.searchsorted(self.SCORES, max(self.chances(row).values())))

    def look(self, row):
        """The region that the network thinks of first, and whether it is sure."""
        chances = self.chances(row)
        region = max(chances, key=chances.get)
        share = chances[region] / sum(chances.values())
        return region, int(share > 0.7) + int(share > 0.9)

    def chances(self, row):
        return {region: float(row[f"logit_{region}"]) for region in REGIONS}

    def score(self, row):
        return float(self.scores[self.bin(row)])

    def likelihoods(self, row):
        look = self.look(row)
        return {level: kinds.get(look, math.log(0.01)) for level, kinds in self.looks.items()}


def points(rows, kind):
    return [point.tolist() for point in vid_points.points(rows, kind)]


def run(cases):
    with tempfile.TemporaryDirectory() as folder:
        given, written = Path(folder) / "cases.json", Path(folder) / "results.json"
        given.write_text(json.dumps(cases))
        subprocess.run([PROGRAM, given, written], check=True)
        return json.loads(written.read_text())


def by_majority(case, rows):
    """The detections in order along z, all kept, under the shift with which most of the network's regions agree; the middle of equals."""
    order = sorted(range(len(case["bodies"])), key=lambda i: -case["bodies"][i]["centre"][2])
    regions = [max(REGIONS, key=lambda region: float(row[f"logit_{region}"])) for row in rows if row["kind"] == "body"]
    starts = range(max(1, 25 - len(order)))
    agreeing = [sum(vid_points.LEVELS[min(24, start + k)][0] == regions[i] for k, i in enumerate(order)) for start in starts]
    best = [start for start in starts if agreeing[start] == max(agreeing)]
    start = best[len(best) // 2]
    levels = [None] * len(order)
    for k, i in enumerate(order):
        levels[i] = vid_points.LEVELS[min(24, start + k)]
    return {"id": case["id"], "levels": levels, "probability": 0, "margin": 0, "estimated": True, "warnings": [], "milliseconds": 0, "shifts": {}}


def judged(cases, outcomes, truths):
    rows = []
    for case, outcome in zip(cases, outcomes):
        bodies = [np.array(body["centre"]) for body in case["bodies"]]
        labelled = truths[case["id"]]
        unusual = "L6" in labelled or {"T11", "L1"} <= set(labelled) and "T12" not in labelled
        ends_at_l5 = bool({"L5", "L6"} & set(labelled))
        if case["part"]:
            labelled = {name: centre for name, centre in labelled.items() if any((body == centre).all() for body in bodies)}
        names, centres = list(labelled), list(labelled.values())
        matched = dict(vid_points.match(centres, bodies))
        kept = [(body, level) for body, level in zip(bodies, outcome["levels"]) if level]
        identified = 0
        for name, centre in labelled.items():
            distance, level = min(((np.linalg.norm(body - centre), level) for body, level in kept), default=(math.inf, None))
            identified += int(distance <= vid_points.MATCH_MM and level == name)
        lower, upper = min(c[2] for c in centres), max(c[2] for c in centres)
        false = [level for j, (body, level) in enumerate(zip(bodies, outcome["levels"])) if level and j not in matched.values()]
        inside = [body for j, body in enumerate(bodies) if outcome["levels"][j] and j not in matched.values() and lower < body[2] < upper]
        off = [place(outcome["levels"][j]) - place(names[i]) for i, j in matched.items() if outcome["levels"][j]]
        rows.append({
            "scan": case["id"],
            "vertebrae": len(labelled),
            "ends_at_l5": ends_at_l5,
            "unusual": unusual,
            "right": all(outcome["levels"][j] == names[i] for i, j in matched.items()),
            "identified": identified,
            "dropped": sum(outcome["levels"][j] is None for j in matched.values()),
            "missed": len(labelled) - len(matched),
            "false": len(bodies) - len(matched),
            "false_named": sum(level != "S1" for level in false),
            "false_named_inside": len(inside),
            "named_s1": sum(level == "S1" for level in false),
            "shift": int(np.clip(round(float(np.median(off))) if off else 0, SHIFTS[0], SHIFTS[-1])),
            "given": {name: outcome["levels"][matched[i]] or "dropped" for i, name in enumerate(names) if i in matched},
            **{key: outcome[key] for key in ("probability", "margin", "estimated", "warnings", "milliseconds")},
            "error": outcome.get("error"),
        })
    return rows


def place(level):
    return {"S1": 25, "T13": 18.5}.get(level, vid_points.LEVELS.index(level) if level in vid_points.LEVELS else 0)


def share(rows, condition):
    return sum(map(condition, rows)) / len(rows) if rows else None


def summary(rows):
    sure = [row for row in rows if row["probability"] > 0.95]
    settled = [row for row in rows if not row["estimated"]]
    return {
        "chains": len(rows),
        "right": share(rows, lambda row: row["right"]),
        "identification_rate": sum(row["identified"] for row in rows) / sum(row["vertebrae"] for row in rows),
        "right_by_vertebrae": {
            f"{low}-{high}": (len(part), share(part, lambda row: row["right"]))
            for low, high in SIZES for part in [[row for row in rows if low <= row["vertebrae"] <= high]]
        },
        "usual": share([row for row in rows if not row["unusual"]], lambda row: row["right"]),
        "unusual": share([row for row in rows if row["unusual"]], lambda row: row["right"]),
        "unusual_chains": sum(row["unusual"] for row in rows),
        "l5_in_view": share([row for row in rows if row["ends_at_l5"]], lambda row: row["right"]),
        "l5_out_of_view": share([row for row in rows if not row["ends_at_l5"]], lambda row: row["right"]),
        "chains_without_l5": sum(not row["ends_at_l5"] for row in rows),
        "sure": len(sure) / len(rows),
        "sure_right": share(sure, lambda row: row["right"]),
        "calibration": [
            (low, len(part), float(np.mean([row["probability"] for row in part])) if part else None, share(part, lambda row: row["right"]))
            for low, high in [(0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.95), (0.95, 0.99), (0.99, 1.01)]
            for part in [[row for row in rows if low <= row["probability"] < high]]
        ],
        "settled": len(settled) / len(rows),
        "settled_right": share(settled, lambda row: row["right"]),
        "estimated_right": share([row for row in rows if row["estimated"]], lambda row: row["right"]),
        "shifts": {shift: sum(row["shift"] == shift for row in rows) for shift in SHIFTS},
        "wrong_unshifted": sum(row["shift"] == 0 and not row["right"] for row in rows),
        "vertebrae": sum(row["vertebrae"] for row in rows),
        **{key: sum(row[key] for row in rows) for key in ("dropped", "missed", "false", "false_named", "false_named_inside", "named_s1")},
        "milliseconds_median": float(np.median([row["milliseconds"] for row in rows])),
        "milliseconds_greatest": max(row["milliseconds"] for row in rows),
        "errors": sum(row["error"] is not None for row in rows),
    }


def report(arguments, results):
    figures = {name: summary(rows) for name, rows in results.items()}

    def percent(value):
        return "" if value is None else f"{100 * value:.1f} %"

    head = [
        "run", "scans", "vertebrae identified", "all right", "no estimate", "of these right", "estimate: right", "P > 0.95", "of these right",
        "usual", "unusual", "L5 labelled", "not labelled",
    ]
    keys = [
        "identification_rate", "right", "settled", "settled_right", "estimated_right", "sure", "sure_right", "usual", "unusual", "l5_in_view",
        "l5_out_of_view",
    ]
    text = [f"ImFusion VID, {arguments.half} half.", "", tables.markdown(
        head, [[name, figure["chains"], *(percent(figure[key]) for key in keys)] for name, figure in figures.items()])]
    text += ["", "Scans by the shift of their middle vertebra (positive: named too far down):", "", tables.markdown(
        ["run", "-2 or more", "-1", "0", "of these not all right", "1", "2 or more"],
        [[name, *(figure["shifts"][k] for k in (-2, -1, 0)), figure["wrong_unshifted"], *(figure["shifts"][k] for k in (1, 2))]
         for name, figure in figures.items()])]
    text += ["", "Scans all right, by the number of labelled vertebrae:", "", tables.markdown(
        ["run", *(f"{low}-{high}" for low, high in SIZES)],
        [[name, *(f"{percent(value)} of {count}" for count, value in figure["right_by_vertebrae"].values())] for name, figure in figures.items()])]
    text += ["", "Probability said, and how many were right:", "", tables.markdown(
        ["run", *(f"from {entry[0]}" for entry in figures["points"]["calibration"])],
        [[name, *(f"{percent(entry[3])} of {entry[1]} (said {percent(entry[2])})" for entry in figure["calibration"])] for name, figure in figures.items()])]
    counts = ["dropped", "missed", "false", "false_named", "false_named_inside", "named_s1", "errors"]
    text += ["", "Detections:", "", tables.markdown(
        ["run", *counts, "ms, median", "ms, greatest"],
        [[name, *(figure[key] for key in counts), f"{figure['milliseconds_median']:.2f}", f"{figure['milliseconds_greatest']:.2f}"]
         for name, figure in figures.items()])]
    for name in WORST_OF:
        wrong = sorted((row for row in results[name] if not row["right"]), key=lambda row: (row["estimated"], -row["probability"]))
        text += ["", f"{name}: the worst of {len(wrong)} wrong scans, those first that were called no estimate:", "", tables.markdown(
            ["scan", "estimate", "P", "identified", "vertebra > name given"],
            [[row["scan"], "yes" if row["estimated"] else "no", row["probability"], f"{row['identified']} of {row['vertebrae']}",
              ", ".join(f"{level} > {got}" for level, got in row["given"].items() if got != level)] for row in wrong[:WORST]])]
    tables.write(arguments.output, "naming", {"half": arguments.half, "figures": figures, "rows": results}, "\n".join(text))


if __name__ == "__main__":
    main()
