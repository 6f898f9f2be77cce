"""Reads the ImFusion VID points: which scans, which levels, which pedicles belong to which body, and which half a scan is in.

The files are two CSVs of the whole data set: `ground_truth_training.csv.gz` (scan, level, kind, x_lps_mm, y_lps_mm, z_lps_mm) and
`detections_training.csv.gz` (scan, kind, logit_C, logit_T, logit_L, x, y, z). Coordinates are LPS mm: in all 1,947 scans the head has the greater
z, the left pedicles the greater x, and the pedicles lie behind the bodies.

Origin: ImFusion Vertebra Identification Dataset, Bürgin, Prevost, Stollenga 2023; CC BY-SA 4.0.
"""

import csv
import gzip
import hashlib
from collections import defaultdict
from pathlib import Path

import numpy as np

LEVELS = [f"C{i}" for i in range(1, 8)] + [f"T{i}" for i in range(1, 13)] + [f"L{i}" for i in range(1, 7)]
MATCH_MM = 20.0  # a detection belongs to the nearest labelled body within this distance, as in the data's paper


def is_training(scan):
    """Whether a scan is in the training half: the first byte of SHA-256 of a fixed phrase and the scan's id is even.

    The files name scans, not patients, so two scans of one person may lie in different halves.
    """
    return hashlib.sha256(f"lamina naming 1 {scan}".encode()).digest()[0] % 2 == 0


def read(folder, name):
    rows = defaultdict(list)
    with gzip.open(Path(folder) / f"{name}_training.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            row["point"] = np.array([float(row[f"{axis}_lps_mm"]) for axis in "xyz"])
            rows[row["scan"]].append(row)
    return rows


def points(rows, kind):
    return [row["point"] for row in rows if row["kind"] == kind]


def labelled_bodies(rows):
    """(level index, centre) from head to foot."""
    bodies = [(LEVELS.index(row["level"]), row["point"]) for row in rows if row["kind"] == "body"]
    return sorted(bodies, key=lambda body: body[0])


def match(truth, found):
    """Pairs (index in truth, index in found) of points that are nearest to one another, within MATCH_MM, nearest pair first."""
    pairs = sorted((np.linalg.norm(t - f), i, j) for i, t in enumerate(truth) for j, f in enumerate(found))
    taken, matched = (set(), set()), []
    for distance, i, j in pairs:
        if distance <= MATCH_MM and i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            matched.append((i, j))
    return matched
