"""One sheet for one pedicle: the reformats a surgeon looks at, and the plan's numbers beside them."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np

from Tools.case_reading import VERSE_IDS, matrix
from Tools.Pictures.reformat import View, cylinder_distance, letters, sample, silhouette

NOTICE = "Research software, not a medical device. A surgeon must review every screw."
LEGEND = (
    "The patient's left is on the picture's right; sagittal views have the front on the left. Green: this label, orange: others, red: "
    "shaft cut by the plane (dashed: its shadow), + entry, x tip, dot: isthmus."
)
BONE_WINDOW = (-350, 1250)  # HU: level 450, width 1600
OWN, NEIGHBOUR, SCREW, ENTRY, TIP, ISTHMUS = "#39d353", "#f0883e", "#ff4d4d", "#ffd33d", "#4dd0ff", "#ff8cff"


def unit(v):
    return v / np.linalg.norm(v)


def across(v, axis):
    """The unit part of `v` that is perpendicular to `axis`."""
    return unit(v - (v @ axis) * axis)


def views(screw, centre, frame):
    """The large views by name, and the series down the axis. `frame` is patient_from_vertebra.

    The picture's right is the patient's left wherever that shows, as on a radiologist's screen; sagittal views have the front on the left.
    """
    left, back, up = (frame[:3, axis] for axis in range(3))
    big = [
        View("axial", centre, left, back, 42, 42),
        View("sagittal", centre, back, -up, 42, 36),
    ]
    if screw["vertebra_from_screw"] is None:
        big.append(View("coronal", centre, left, -up, 36, 36))
        return big, []
    entry, tip = np.array(screw["entry_lps_mm"]), np.array(screw["tip_lps_mm"])
    axis = unit(tip - entry)
    middle = (entry + tip) / 2
    at_isthmus = entry + ((centre - entry) @ axis) * axis
    big += [
        View("across the shaft at the isthmus", at_isthmus, across(left, axis), -across(up, axis), 20, 20, 0.15),
        View("along the shaft, axial", middle, across(left, axis), -axis, 42, 42),
        View("along the shaft, sagittal", middle, -axis, -across(up, axis), 42, 36),
    ]
    length = np.linalg.norm(tip - entry)
    series = [
        View(f"{depth:.0f} mm deep", entry + depth * axis, across(left, axis), -across(up, axis), 17, 17, 0.25)
        for depth in np.linspace(0.5, length - 0.5, 7)
    ]
    return big, series


def draw_view(ax, view, ct, labels, level_id, screw):
    across_mm, along_mm = view.axes()
    ax.imshow(sample(ct, view, -1000), cmap="gray", vmin=BONE_WINDOW[0], vmax=BONE_WINDOW[1], extent=view.extent, interpolation="nearest")
    own = sample(labels.only(level_id), view, 0)
    others = sample(labels.without(level_id), view, 0)
    for mask, colour, width in ((others, NEIGHBOUR, 0.7), (own, OWN, 1.0)):
        if mask.max() > 0.5 > mask.min():
            ax.contour(across_mm, along_mm, mask, levels=[0.5], colors=colour, linewidths=width)
    if screw["vertebra_from_screw"]:
        draw_screw(ax, view, screw)
    if screw["pedicle"] and abs(view.height(screw["pedicle"]["isthmus_centre_lps_mm"])) < 2:
        ax.plot(*view.onto(screw["pedicle"]["isthmus_centre_lps_mm"]), ".", color=ISTHMUS, ms=5)
    mark_directions(ax, view)
    ax.set_xlim(-view.half_width, view.half_width)
    ax.set_ylim(view.half_height, -view.half_height)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_title(view.title, fontsize=8, pad=3)
    ax.text(0.02, 0.02, f"{screw['level']} {screw['side'].upper()}", transform=ax.transAxes, color="white", fontsize=8, weight="bold")
    ax.plot([view.half_width - 11, view.half_width - 1], [view.half_height - 1.2] * 2, color="white", lw=1.5)
    ax.text(view.half_width - 6, view.half_height - 2, "10 mm", color="white", fontsize=6, ha="center", va="bottom")


def draw_screw(ax, view, screw):
    """The cut of the shaft with the plane in full, its shadow dashed; entry and tip where they fall along the line of sight."""
    entry, tip = np.array(screw["entry_lps_mm"]), np.array(screw["tip_lps_mm"])
    radius = screw["diameter_mm"] / 2
    distance = cylinder_distance(view.points(), entry, tip, radius)
    if distance.min() < 0:
        ax.contour(*view.axes(), distance, levels=[0], colors=SCREW, linewidths=1.3)
    shadow = silhouette(view, entry, tip, radius)
    if shadow is not None:
        ax.plot(*shadow.T, color=SCREW, lw=0.6, ls=(0, (3, 3)))
    for point, marker, colour in ((entry, "+", ENTRY), (tip, "x", TIP)):
        if shadow is not None or abs(view.height(point)) < 0.5:
            ax.plot(*view.onto(point), marker, color=colour, ms=7, mew=1.4)


def mark_directions(ax, view):
    style = dict(transform=ax.transAxes, color="white", fontsize=9, weight="bold", bbox=dict(facecolor="black", alpha=0.6, pad=1, lw=0))
    ax.text(0.985, 0.5, letters(view.right), ha="right", va="center", **style)
    ax.text(0.015, 0.5, letters(-view.right), ha="left", va="center", **style)
    ax.text(0.5, 0.985, letters(-view.down), ha="center", va="top", **style)
    ax.text(0.5, 0.015, letters(view.down), ha="center", va="bottom", **style)


def summary(screw):
    """The plan's numbers as lines of text."""
    lines = []
    if screw["vertebra_from_screw"]:
        m = screw["margins_mm"]
        angles = screw["angles_deg"]
        lines += [
            f"screw      {screw['diameter_mm']:.1f} x {screw['length_mm']:.0f} mm    grade {screw['grade']}",
            f"entry LPS  {point_text(screw['entry_lps_mm'])} mm",
            f"tip LPS    {point_text(screw['tip_lps_mm'])} mm",
            f"angles     transverse {angles['transverse']:.1f}, sagittal {angles['sagittal']:.1f} deg",
            "margins mm " + ", ".join(f"{k} {number(m[k])}" for k in ("medial", "lateral", "superior")),
            "           " + ", ".join(f"{k} {number(m[k])}" for k in ("inferior", "anterior", "canal")),
            f"depth      {number(screw['depth_fraction'], 2)} of the body",
        ]
        hu = screw.get("hu") or {}
        if "mean" in hu:
            lines.append(f"HU         mean {hu['mean']:.0f}")
    pedicle = screw["pedicle"]
    if pedicle:
        lines.append(f"pedicle    {pedicle['width_mm']:.1f} wide, {pedicle['height_mm']:.1f} high at the isthmus, mm")
    reason = "because" if screw["vertebra_from_screw"] else screw["status"].upper()
    for kind, findings in ((reason, screw["reasons"]), ("warning", screw["warnings"])):
        for finding in findings:
            lines += textwrap.wrap(f"{kind} {finding['code']}: {finding['message']}", 62, subsequent_indent="   ")
    for other in screw["alternatives"][:3]:
        why = "; ".join(reason["code"] for reason in other["rejected_because"]) or "lower score"
        text = f"not chosen {other['diameter_mm']:.1f} x {other['length_mm']:.0f} mm: {why}"
        lines += textwrap.wrap(text, 62, subsequent_indent="   ")
    return lines


def number(value, digits=1):
    return "-" if value is None else f"{value:.{digits}f}"


def point_text(point):
    return ", ".join(f"{x:.1f}" for x in point)


def centre_of(screw, labels):
    """Where the pictures of a pedicle look: its isthmus, or the middle of the vertebra when none was found."""
    if screw["pedicle"]:
        return np.array(screw["pedicle"]["isthmus_centre_lps_mm"])
    return labels.centre(VERSE_IDS[screw["level"]])


def screw_sheet(screw, ct, labels, path):
    """Writes the sheet of one pedicle as a picture file; False when the level is not in the labels."""
    level_id = VERSE_IDS[screw["level"]]
    centre = centre_of(screw, labels)
    if centre is None:
        return False
    frame = matrix(screw["patient_from_vertebra"]) if screw["patient_from_vertebra"] else np.eye(4)
    big, series = views(screw, centre, frame)
    near = labels.around(centre, 75)
    figure = plt.figure(figsize=(14, 13.2 if series else 8), facecolor="white")
    rows = figure.add_gridspec(
        3 if series else 2, 1, height_ratios=[1, 1, 0.5] if series else [1, 0.5], left=0.01, right=0.99, top=0.93 if series else 0.88,
        bottom=0.04, hspace=0.08)
    cells = [rows[row].subgridspec(1, 3, wspace=0.03)[column] for row in range(2) for column in range(3)]
    if series:
        cells += list(rows[2].subgridspec(1, len(series), wspace=0.03))
    for cell, view in zip(cells, big):
        draw_view(figure.add_subplot(cell), view, ct, near, level_id, screw)
    for cell, view in zip(cells[6:], series):
        draw_view(figure.add_subplot(cell), view, ct, near, level_id, screw)
    write_summary(figure.add_subplot(cells[5 if series else 3]), screw)
    write_margins(figure, screw)
    figure.savefig(path, dpi=75)
    plt.close(figure)
    return True


def write_summary(ax, screw):
    ax.axis("off")
    ax.text(0, 1, "\n".join(summary(screw)), family="monospace", fontsize=7.6, va="top", transform=ax.transAxes)


def write_margins(figure, screw):
    colour = "black" if screw["status"] == "planned" else "#b00020"
    height = figure.get_size_inches()[1]
    figure.suptitle(
        f"{screw['level']} {screw['side'].upper()} (the patient's {screw['side']}): {screw['status']}", fontsize=15, color=colour,
        y=1 - 0.2 / height)
    figure.text(0.5, 1 - 0.62 / height, LEGEND, ha="center", fontsize=8)
    figure.text(0.5, 0.15 / height, NOTICE, ha="center", fontsize=9)
