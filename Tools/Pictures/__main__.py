"""Pictures of every screw of a case: python -m Tools.Pictures CASE --ct INPUT -o FOLDER [--only T12_left]

A developer's command: it shows what a surgeon would look at, from the CT, the case's labels and its plan.json, by code that shares
nothing with the planner.
"""

import argparse
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from Tools.case_reading import LEVELS, read_image, read_plan  # noqa: E402
from Tools.Pictures.labels import Labels  # noqa: E402
from Tools.Pictures.overview import overview  # noqa: E402
from Tools.Pictures.screw_sheet import screw_sheet  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Pictures", description=__doc__.splitlines()[0])
    parser.add_argument("case", type=Path, help="a case folder that lamina wrote")
    parser.add_argument("--ct", required=True, type=Path, help="the CT that was planned on")
    parser.add_argument("-o", "--output", required=True, type=Path, help="folder for the pictures")
    parser.add_argument("--only", nargs="*", help="pedicles to draw, such as T12_left")
    arguments = parser.parse_args()

    start = time.monotonic()
    plan = read_plan(arguments.case)
    ct = read_image(arguments.ct)
    labels = Labels(read_image(arguments.case / "labels.nii.gz"))
    arguments.output.mkdir(parents=True, exist_ok=True)
    drawn = 0
    for screw in sorted(plan["screws"], key=lambda s: (LEVELS.index(s["level"]), s["side"])):
        name = f"{screw['level']}_{screw['side']}"
        if arguments.only and name not in arguments.only:
            continue
        if screw_sheet(screw, ct, labels, arguments.output / f"{name}.png"):
            drawn += 1
        else:
            print(f"{name}: not in the labels, so there is no picture")
    if not arguments.only:
        overview(plan, ct, labels, arguments.output / "overview.png")
    print(f"{drawn} sheets in {arguments.output} ({time.monotonic() - start:.1f} s)")


main()
