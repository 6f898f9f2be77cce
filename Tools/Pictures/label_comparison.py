"""Two label maps over their CT: python -m Tools.Pictures.label_comparison CT LABELS GIVEN SCHEME -o picture.png

Sagittal and coronal slices through the middle of the spine, and an axial one through the pedicles of three levels. LABELS has VerSe ids and is drawn red,
GIVEN is drawn green. Left is the patient's left on the right of coronal and axial slices, as radiologists look.
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import SimpleITK as sitk  # noqa: E402

SCHEMES = ("lamina", "verse", "totalsegmentator-v2")
LEVELS = {**{i: f"C{i}" for i in range(1, 8)}, **{i: f"T{i - 7}" for i in range(8, 20)}, **{i: f"L{i - 19}" for i in range(20, 26)}, 26: "S1", 28: "T13"}
OWN, GIVEN, WINDOW, MARGIN, AXIAL = "#ff3b30", "#34c759", (-150, 650), 15, 50  # MARGIN, AXIAL: mm


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Pictures.label_comparison", description=__doc__.splitlines()[0])
    parser.add_argument("ct")
    parser.add_argument("labels")
    parser.add_argument("given")
    parser.add_argument("scheme", choices=SCHEMES)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    ct, spacing = read(arguments.ct)
    own, _ = read(arguments.labels)
    given, _ = read(arguments.given)
    draw(ct, own, verse_ids(given, arguments.scheme), spacing, arguments.output)


def read(path):
    """Voxels [x, y, z] along LPS and their spacing."""
    image = sitk.DICOMOrient(sitk.ReadImage(str(path)), "LPS")
    return sitk.GetArrayFromImage(image).transpose(2, 1, 0), np.array(image.GetSpacing())


def verse_ids(labels, scheme):
    labels = np.rint(labels).astype(int)
    if scheme != "totalsegmentator-v2":
        return labels
    table = np.zeros(max(256, labels.max() + 1), int)
    table[25:27] = 26
    for n in range(1, 25):
        table[26 + n] = 25 - n  # L5 is 27, C1 is 50
    return table[labels]


def draw(ct, own, given, spacing, output):
    where = np.argwhere(own > 0)
    low = np.maximum(where.min(0) - (MARGIN / spacing).astype(int), 0)
    high = np.minimum(where.max(0) + (MARGIN / spacing).astype(int), np.array(ct.shape) - 1)
    bodies = middle_of_bodies(own)
    levels = sorted(bodies, key=lambda i: bodies[i][2])
    chosen = [levels[round(q * (len(levels) - 1))] for q in (0.15, 0.5, 0.85)]
    centre = np.median([bodies[i] for i in levels], axis=0).astype(int)
    figure = plt.figure(figsize=(20, 11), facecolor="black")
    grid = figure.add_gridspec(3, 3, width_ratios=(1, 1.2, 1.1))
    box = [slice(a, b) for a, b in zip(low, high)]
    panel(figure.add_subplot(grid[:, 0]), ct, own, given, (centre[0], box[1], box[2]), spacing[2] / spacing[1], "A", "P", levels)
    panel(figure.add_subplot(grid[:, 1]), ct, own, given, (box[0], centre[1], box[2]), spacing[2] / spacing[0], "R", "L", levels)
    for row, level in enumerate(reversed(chosen)):
        axes = figure.add_subplot(grid[row, 2])
        around = [slice(*near(bodies[level][a] + shift / spacing[a], AXIAL / spacing[a], ct.shape[a])) for a, shift in ((0, 0), (1, 18))]
        panel(axes, ct, own, given, (*around, int(bodies[level][2])), spacing[1] / spacing[0], "R", "L", [level], upwards=False)
    figure.text(0.01, 0.01, "red: lamina's own labels; green: the given labels. Research software, not a medical device.", color="white", fontsize=11)
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    figure.savefig(output, dpi=70, facecolor="black")
    print(f"{output} drawn")


def near(middle, reach, count):
    return max(0, int(middle - reach)), min(count, int(middle + reach) + 1)


def middle_of_bodies(labels):
    """Voxel in the middle of each vertebra's front half, where its body lies, a little above its middle height: at the pedicles."""
    places = {}
    for ident in np.unique(labels[labels > 0]):
        if int(ident) == 26:
            continue
        where = np.argwhere(labels == ident)
        front = where[where[:, 1] < np.percentile(where[:, 1], 50)]
        places[int(ident)] = (front[:, 0].mean(), front[:, 1].mean(), np.percentile(front[:, 2], 65))
    return places


def panel(axes, ct, own, given, cut, aspect, first, last, named, upwards=True):
    axes.imshow(ct[cut].T, cmap="gray", vmin=WINDOW[0], vmax=WINDOW[1], aspect=aspect, origin="lower" if upwards else "upper")
    for labels, colour in ((given, GIVEN), (own, OWN)):
        part = labels[cut].T
        for ident in np.unique(part[part > 0]):
            axes.contour((part == ident).astype(float), [0.5], colors=colour, linewidths=1.2)
            if colour == OWN and int(ident) in named:
                y, x = np.argwhere(part == ident).mean(0)
                axes.text(x, y, LEVELS.get(int(ident), str(ident)), color="yellow", fontsize=10, ha="center", va="center")
    axes.text(0.02, 0.5, first, color="white", transform=axes.transAxes, fontsize=13)
    axes.text(0.98, 0.5, last, color="white", transform=axes.transAxes, fontsize=13, ha="right")
    axes.axis("off")


if __name__ == "__main__":
    main()
