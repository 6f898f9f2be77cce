"""One sheet for one case: the spine from the front and from the side with every screw."""

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import map_coordinates

from Tools.case_reading import VERSE_IDS
from Tools.Pictures.screw_sheet import BONE_WINDOW, ENTRY, NOTICE, SCREW, TIP, mark_directions
from Tools.Pictures.reformat import View, silhouette

L, P, S = np.eye(3)


def spine_box(labels, levels, margin=15):
    """Lower and upper LPS corner of the planned levels' labels."""
    corners = []
    for level in levels:
        box = labels.boxes.get(VERSE_IDS[level])
        if box:
            ends = [(s.start, s.stop - 1) for s in reversed(box)]
            corners += [labels.image.points([i, j, k]) for i in ends[0] for j in ends[1] for k in ends[2]]
    corners = np.array(corners)
    return corners.min(axis=0) - margin, corners.max(axis=0) + margin


def cube(ct, low, high, step=0.8):
    """The CT inside an LPS box as an array [x, y, z] along the patient's axes."""
    axes = [np.arange(a, b, step) for a, b in zip(low, high)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    ijk = ct.index(points)
    return map_coordinates(ct.voxels, [ijk[..., 2], ijk[..., 1], ijk[..., 0]], output=np.float32, order=1, mode="constant", cval=-1000)


def draw(ax, picture, view, screws, labels):
    ax.imshow(picture, cmap="gray", vmin=BONE_WINDOW[0], vmax=BONE_WINDOW[1] + 200, extent=view.extent)
    for screw in screws:
        if screw["vertebra_from_screw"] is None:
            continue
        entry, tip = np.array(screw["entry_lps_mm"]), np.array(screw["tip_lps_mm"])
        shadow = silhouette(view, entry, tip, screw["diameter_mm"] / 2)
        if shadow is not None:
            ax.fill(*shadow.T, facecolor=SCREW, alpha=0.35, edgecolor=SCREW, lw=0.8)
        ax.plot(*view.onto(entry), "+", color=ENTRY, ms=6)
        ax.plot(*view.onto(tip), "x", color=TIP, ms=4)
    for screw in screws:
        centre = screw["entry_lps_mm"] or labels.centre(VERSE_IDS[screw["level"]])
        if centre is not None and screw["side"] == "left":
            ax.text(-view.half_width + 6, view.onto(centre)[1], screw["level"], color="white", fontsize=9, weight="bold", va="center")
    mark_directions(ax, view)
    ax.set(xlim=(-view.half_width, view.half_width), ylim=(view.half_height, -view.half_height), xticks=[], yticks=[], title=view.title)


def table(screws):
    """One line for each pedicle."""
    lines = ["level side   screw mm    grade  medial canal  anterior  status"]
    for screw in screws:
        head = f"{screw['level']:<5} {screw['side']:<6}"
        if screw["vertebra_from_screw"]:
            m = screw["margins_mm"]
            cells = [f"{m[k]:6.1f}" if m[k] is not None else "     -" for k in ("medial", "canal", "anterior")]
            note = ", ".join(w["code"] for w in screw["warnings"])
            lines.append(f"{head} {screw['diameter_mm']:.1f} x {screw['length_mm']:<4.0f}  {screw['grade']:^5} {' '.join(cells)}   {note}"[:96])
        else:
            lines.append(f"{head} {'-':<11}                             REFUSED {', '.join(r['code'] for r in screw['reasons'])}"[:96])
    return lines


def overview(plan, ct, labels, path):
    """Writes the case's overview as a picture file."""
    screws = plan["screws"]
    low, high = spine_box(labels, [screw["level"] for screw in screws])
    centre, half = (low + high) / 2, (high - low) / 2
    values = cube(ct, low, high)
    front = View("coronal, greatest value front to back", centre, L, -S, half[0], half[2])
    side = View("sagittal, greatest value left to right", centre, P, -S, half[1], half[2])
    height = min(16, max(7, half[2] / 12))
    figure = plt.figure(figsize=(15, height), facecolor="white")
    widths = [half[0], half[1], 1.3 * (half[0] + half[1]) / 2]
    axes = figure.subplots(1, 3, gridspec_kw=dict(width_ratios=widths, left=0.01, right=0.99, top=0.9, bottom=0.05, wspace=0.02))
    draw(axes[0], values.max(axis=1).T[::-1], front, screws, labels)
    draw(axes[1], values.max(axis=0).T[::-1], side, screws, labels)
    axes[2].axis("off")
    axes[2].text(0, 1, "\n".join(table(screws)), family="monospace", fontsize=7.4, va="top", transform=axes[2].transAxes)
    figure.suptitle("All screws. The patient's left is on the picture's right; the side view has the front on the left.", fontsize=12)
    figure.text(0.5, 0.015, NOTICE, ha="center", fontsize=9)
    figure.savefig(path, dpi=80)
    plt.close(figure)
