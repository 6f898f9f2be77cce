"""The statistics behind the naming of vertebrae: python -m Tools.Training.naming_statistics VID_FOLDER

Writes Sources/Segmentation/Naming/vertebra_spacing.json from the training half of the ImFusion VID points (see vid_points.py for the files, the
split and the licence). A person's spine is one vector: at each level the features of spine_features.py. It is modelled as a mean plus a few
factors plus noise of each feature's own (factor analysis, fitted by expectation-maximisation over what each scan shows):

    x = mean + loadings . z + noise,    z ~ N(0, I)

so that a large person's features are large together, and the likelihood of any run of levels has a closed form. S1 is not labelled in the data:
it is taken from the unlabelled detections one step below L5.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np

from Tools.Training import vid_points
from Tools.Training.spine_features import KINDS, STEP, TURN, features, pedicles_of

SLOTS = [*vid_points.LEVELS, "S1"]
FACTORS = 6
FEWEST = 10  # scans that must show a feature at a level
OUTPUT = Path("Sources/Segmentation/Naming/vertebra_spacing.json")


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Training.naming_statistics", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the folder of the VID points")
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    truth = vid_points.read(arguments.folder, "ground_truth")
    detections = vid_points.read(arguments.folder, "detections")
    scans = sorted(scan for scan in truth if vid_points.is_training(scan))
    rows = np.array([spine_vector(truth[scan], detections.get(scan, [])) for scan in scans])
    model = fit(rows)
    result = {
        "schema": "lamina.vertebra_spacing",
        "schema_version": "1.0.0",
        "source": "derived from the ImFusion Vertebra Identification Dataset (Bürgin, Prevost, Stollenga 2023), training half, by "
        "Tools/Training/naming_statistics.py",
        "licence": "CC BY-SA 4.0",
        "scans": len(scans),
        "kinds": KINDS,
        "levels": SLOTS,
        "temperature": temperature(rows),
        "background": background(rows),
        "rates": rates(scans, truth, detections),
        "without_pedicles": without_pedicles(scans, truth, detections),
        "features": [
            {
                "level": SLOTS[index // len(KINDS)],
                "kind": KINDS[index % len(KINDS)],
                "count": int(model["count"][index]),
                "mean": rounded(model["mean"][index]),
                "noise_sd": rounded(np.sqrt(model["noise"][index])),
                "loadings": [rounded(value) for value in model["loadings"][index]],
            }
            for index in np.flatnonzero(model["known"])
        ],
    }
    arguments.output.write_text(json_text(result))


def spine_vector(truth, detections):
    """One scan's features at all levels, flat, NaN where it shows none."""
    bodies = vid_points.labelled_bodies(truth)
    slots, centres = [slot for slot, _ in bodies], [centre for _, centre in bodies]
    left = pedicles_of(centres, vid_points.points(truth, "left"), 1)
    right = pedicles_of(centres, vid_points.points(truth, "right"), -1)
    sacrum = first_sacral_body(slots, centres, vid_points.points(detections, "body"))
    if sacrum is not None:
        slots, centres = [*slots, SLOTS.index("S1")], [*centres, sacrum]
        left.append(pedicles_of(centres, vid_points.points(detections, "left"), 1)[-1])
        right.append(pedicles_of(centres, vid_points.points(detections, "right"), -1)[-1])
    found = features(centres, left, right)
    vector = np.full((len(SLOTS), len(KINDS)), np.nan)
    for place, slot in enumerate(slots):
        vector[slot] = found[place]
        # T12 is absent in some people: the step over it is no usual step. L5 to S1 skips only the number L6.
        following = slots[place + 1] if place + 1 < len(slots) else slot + 1
        if following != slot + 1 and following != SLOTS.index("S1"):
            vector[slot, [STEP, TURN]] = np.nan
    return vector.ravel()


def first_sacral_body(slots, centres, found):
    """The detection one step below a labelled L5 or L6, or None."""
    if SLOTS[slots[-1]] not in ("L5", "L6") or len(slots) < 2:
        return None
    taken = {j for _, j in vid_points.match(centres, found)}
    below = [p for j, p in enumerate(found) if j not in taken and p[2] < centres[-1][2] - 10 and 20 < np.linalg.norm(p - centres[-1]) < 45]
    return below[0] if len(below) == 1 else None


def fit(rows, iterations=40):
    """Factor analysis of rows with missing values. Outliers beyond 4 robust standard deviations are drawn in to them."""
    seen = ~np.isnan(rows)
    count = seen.sum(0)
    known = count >= FEWEST
    mean, scale = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
    for j in np.flatnonzero(known):
        values = rows[seen[:, j], j]
        mean[j] = np.median(values)
        scale[j] = max(1.4826 * np.median(np.abs(values - mean[j])), 1e-3)
    z = np.clip(np.where(seen, (rows - mean) / scale, 0), -4, 4)
    loadings = np.random.default_rng(0).normal(0, 0.1, (rows.shape[1], FACTORS))
    loadings[:, 0] = 0.5
    noise = np.ones(rows.shape[1])
    for _ in range(iterations):
        first, second = np.zeros_like(loadings), np.zeros((rows.shape[1], FACTORS, FACTORS))
        for row, mask in zip(z, seen & known):
            w = loadings[mask]
            weighted = (w / noise[mask][:, None]).T
            covariance = np.linalg.inv(np.eye(FACTORS) + weighted @ w)
            expected = covariance @ (weighted @ row[mask])
            first[mask] += row[mask][:, None] * expected
            second[mask] += covariance + np.outer(expected, expected)
        squares = (z**2 * seen).sum(0)
        for j in np.flatnonzero(known):
            # A ridge of 4 scans keeps the loadings of levels that few scans show small, and 3 scans of unit variance their noise large.
            loadings[j] = np.linalg.solve(second[j] + 4 * np.eye(FACTORS), first[j])
            residual = squares[j] - 2 * loadings[j] @ first[j] + loadings[j] @ second[j] @ loadings[j]
            noise[j] = max((residual + 3) / (count[j] + 3), 0.05)
    return {"mean": mean, "loadings": loadings * scale[:, None], "noise": noise * scale**2, "known": known, "count": count}


def log_likelihood(model, general, observed, start):
    """The log density of features (vertebrae, KINDS) if the first is at slot `start`, over their density at no particular level."""
    part = slice(start * len(KINDS), start * len(KINDS) + observed.size)
    use = ~np.isnan(observed.ravel()) & model["known"][part]
    w, noise = model["loadings"][part][use], model["noise"][part][use]
    reach = 3.5 * np.sqrt(noise + (w**2).sum(1))
    residual = np.clip(observed.ravel()[use] - model["mean"][part][use], -reach, reach)
    inner = np.eye(FACTORS) + (w / noise[:, None]).T @ w
    b = w.T @ (residual / noise)
    squares = (residual**2 / noise).sum() - b @ np.linalg.solve(inner, b)
    centre, spread = np.tile(general, (len(observed), 1)).T
    unlike = np.clip((observed.ravel() - centre) / spread, -3.5, 3.5)[use]
    return -0.5 * (squares + np.log(noise).sum() + np.linalg.slogdet(inner)[1] - (unlike**2 + 2 * np.log(spread[use])).sum())


def temperature(rows):
    """By what the log likelihood must be divided for honest probabilities: fitted on each half of the rows by the model of the other half."""
    scores = []
    general = np.array([[kind["mean"], kind["sd"]] for kind in background(rows).values()])
    for half in (0, 1):
        model = fit(rows[1 - half :: 2])
        for row in rows[half::2]:
            grid = row.reshape(len(SLOTS), len(KINDS))[: len(vid_points.LEVELS)]
            shown = np.flatnonzero(~np.isnan(grid).all(1))
            if len(shown) != shown[-1] - shown[0] + 1 or SLOTS[shown[-1]] == "L6":
                continue
            starts = range(len(vid_points.LEVELS) - len(shown))
            observed = grid[shown].copy()
            observed[-1, [STEP, TURN]] = np.nan
            scores.append((shown[0], np.array([log_likelihood(model, general, observed, start) for start in starts])))

    def loss(t):
        return np.mean([np.logaddexp.reduce(s / t) - s[start] / t for start, s in scores])

    return rounded(min(np.arange(1, 4, 0.05), key=loss))


def background(rows):
    """What a feature of no particular level looks like: mean and standard deviation over all levels, the latter doubled."""
    grid = rows.reshape(-1, len(KINDS))
    return {kind: {"mean": rounded(np.nanmean(grid[:, k])), "sd": rounded(2 * np.nanstd(grid[:, k]))} for k, kind in enumerate(KINDS)}


def rates(scans, truth, detections):
    """How the detections err, and how often people's spines are not the usual ones."""
    counts, distances = Counter(), []
    for scan in scans:
        bodies = vid_points.labelled_bodies(truth[scan])
        slots, centres = [s for s, _ in bodies], [c for _, c in bodies]
        names = {SLOTS[s] for s in slots}
        counts["six lumbar"] += "L6" in names
        counts["lumbar end"] += bool(names & {"L5", "L6"})
        counts["eleven thoracic"] += {"T11", "L1"} <= names and "T12" not in names
        counts["counted from the neck"] += {"C7", "T11", "L1"} <= names
        found = vid_points.points(detections.get(scan, []), "body")
        if not found:
            continue
        matched = vid_points.match(centres, found)
        distances += [np.linalg.norm(centres[i] - found[j]) for i, j in matched]
        counts["bodies"] += len(centres)
        counts["missed"] += len(centres) - len(matched)
        counts["found"] += len(found)
        near = [j for j in range(len(found)) if j not in {j for _, j in matched}]
        counts["false"] += len(near)
    return {
        "missed": rounded(counts["missed"] / counts["bodies"]),
        "false": rounded(counts["false"] / counts["found"]),
        "detection_error_median_mm": rounded(np.median(distances)),
        "detection_error_95_mm": rounded(np.percentile(distances, 95)),
        "six_lumbar": rounded(counts["six lumbar"] / counts["lumbar end"]),
        "eleven_thoracic_of_those_counted_from_the_neck": rounded(counts["eleven thoracic"] / counts["counted from the neck"]),
        "counted_from_the_neck": counts["counted from the neck"],
    }


def without_pedicles(scans, truth, detections):
    """How often a network's detection of a level has no pedicle on either side, with one case more of either kind; "false" stands for
    detections that are no labelled vertebra and not S1."""
    counts = {name: [0, 0] for name in [*SLOTS, "false"]}
    for scan in scans:
        slots, centres = zip(*vid_points.labelled_bodies(truth[scan]))
        found = sorted(vid_points.points(detections.get(scan, []), "body"), key=lambda point: -point[2])
        sides = [pedicles_of(found, vid_points.points(detections.get(scan, []), side), sign) for side, sign in (("left", 1), ("right", -1))]
        names = {j: SLOTS[slots[i]] for i, j in vid_points.match(centres, found)}
        sacrum = first_sacral_body(slots, centres, found)
        for j, point in enumerate(found):
            name = names.get(j, "S1" if sacrum is not None and (point == sacrum).all() else "false")
            counts[name][sides[0][j] is None and sides[1][j] is None] += 1
    return {name: rounded((bare + 1) / (some + bare + 2)) for name, (some, bare) in counts.items()}


def rounded(value):
    return round(float(value), 4)


def json_text(result):
    """Indented, but one line a feature."""
    lines = ",\n".join("    " + json.dumps(feature) for feature in result.pop("features"))
    head = json.dumps(result, indent=2, ensure_ascii=False)
    return head.removesuffix("\n}") + ',\n  "features": [\n' + lines + "\n  ]\n}\n"


if __name__ == "__main__":
    main()
