"""Figures from lists of numbers, as JSON and as Markdown."""

import json

import numpy as np

THORACIC_UPPER = [f"T{i}" for i in range(1, 5)]
THORACIC_MIDDLE = [f"T{i}" for i in range(5, 10)]


def region(level):
    if level in THORACIC_UPPER:
        return "T1-T4"
    if level in THORACIC_MIDDLE:
        return "T5-T9"
    if level.startswith("T"):
        return "T10-T12"
    return "L1-L5" if level.startswith("L") else level


def statistics(values):
    values = np.asarray([v for v in values if v is not None], float)
    if not len(values):
        return {"count": 0}
    return {
        "count": len(values),
        "median": round(float(np.median(values)), 3),
        "p95": round(float(np.percentile(values, 95)), 3),
        "max": round(float(values.max()), 3),
    }


def by_region(rows, measure):
    """Statistics of `row[measure]` for every region and overall."""
    regions = {}
    for row in rows:
        regions.setdefault(region(row["level"]), []).append(row.get(measure))
    figures = {name: statistics(values) for name, values in regions.items()}
    figures["all"] = statistics([row.get(measure) for row in rows])
    return figures


def markdown(header, rows):
    """A table; `rows` are lists of cells."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(cell, row)) + " |" for row in rows])


def cell(value):
    return "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)


def figures_table(measures, rows, names=("all",)):
    """One line for each measure and region: count, median, 95th percentile, greatest."""
    lines = []
    for measure, title in measures.items():
        for name, figures in by_region(rows, measure).items():
            if figures["count"] and (names is None or name in names):
                lines.append([title, name, figures["count"], figures["median"], figures["p95"], figures["max"]])
    return markdown(["measure", "levels", "n", "median", "95 %", "greatest"], lines)


def write(folder, name, result, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    (folder / f"{name}.md").write_text(text + "\n")
    print(text)
