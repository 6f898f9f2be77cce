"""Segmentation without outside help: python -m Tools.Evaluation.segmentation -o FOLDER [--data DATA] [--model CASE=model.json ...]

Segments each case with `lamina segment`, compares it with its labels by `lamina evaluate`, and prints every case, the worst vertebra first.
Cases: the sample CT (Tools/fetch_sample.sh), the labelled real CTs of DATA, and phantoms of seeds from 101 on in every way of scanning.
`--model` gives a case the model that was never shown it (leave one case out); without it lamina's own model is judged, which has seen the real
cases. `--degraded` also segments each real case as an MR-derived CT would look. `--widths` compares pedicle widths on the sample CT with those
on its given labels.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import nibabel
import numpy as np
from scipy import ndimage

from Tools.Evaluation import lamina, tables

VARIANTS = ["plain", "oblique", "rotated", "anisotropic", "left-handed"]
SPANS = ["T9-S1", "T1-T8", "L1-S1", "T11-L3", "T4-L1"]
TOTALSEGMENTATOR = "totalsegmentator-v2"


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Evaluation.segmentation", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with totalsegmentator_3mm and tptbox_l3")
    parser.add_argument("--model", nargs="*", default=[], metavar="CASE=FILE", help="CASE is sample, abdomen, lumbar_crop or phantoms")
    parser.add_argument("--phantoms", type=int, default=50)
    parser.add_argument("--no-real", action="store_true", help="phantoms alone")
    parser.add_argument("--degraded", action="store_true")
    parser.add_argument("--widths", action="store_true")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    models = dict(entry.split("=", 1) for entry in arguments.model)
    rows, text = [], []
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        for name, ct, labels, scheme in () if arguments.no_real else real_cases(arguments.data):
            model = models.get(name)
            rows += judged(name, ct, labels, scheme, model, work)
            if arguments.degraded:
                for way, image in degraded(ct, labels, scheme, work):
                    rows += judged(f"{name}, {way}", image, labels, scheme, model, work, "--synthetic-ct")
        for n in range(arguments.phantoms):
            seed, variant, span = 101 + n, VARIANTS[n % len(VARIANTS)], SPANS[n // len(VARIANTS) % len(SPANS)]
            folder = work / f"phantom{seed}"
            lamina.phantom(folder, seed, span, "--variant", variant)
            row = judged("phantoms", folder / "ct.nii.gz", folder / "labels.nii.gz", "lamina", models.get("phantoms"), work)
            rows += [dict(r, seed=seed, variant=variant) for r in row]
        text.append(case_table(rows))
        text.append(vertebra_table(rows))
        widths = pedicle_widths(models.get("sample"), work) if arguments.widths else None
    if widths:
        text.append(tables.markdown(["pedicle width, own against given labels, mm", "n", "median", "95 %", "greatest"], [
            ["absolute difference", *(tables.statistics([abs(w["own"] - w["given"]) for w in widths])[k] for k in ("count", "median", "p95", "max"))]]))
    tables.write(arguments.output, "segmentation", dict(version=lamina.version(), models=models, rows=rows, widths=widths), "\n\n".join(text))


def sample():
    done = subprocess.run([lamina.ROOT / "Tools/fetch_sample.sh"], capture_output=True, text=True)
    return Path(done.stdout.strip()) if done.returncode == 0 else None


def real_cases(data):
    folder = sample()
    if folder:
        yield "sample", folder / "cxr.nii.gz", folder / "mask.nii.gz", TOTALSEGMENTATOR
    if data:
        three, crop = data / "totalsegmentator_3mm", data / "tptbox_l3"
        yield "abdomen", three / "ct.nii.gz", three / "totalsegmentator_v2_labels.nii.gz", TOTALSEGMENTATOR
        yield "lumbar_crop", crop / "sub-ct_label-22_ct.nii.gz", crop / "sub-ct_seg-vert_label-22_msk.nii.gz", "verse"


def judged(case, ct, labels, scheme, model, work, *options):
    """One row a vertebra of the reference, T1 to L6."""
    own, report, evaluation = work / "own.nii.gz", work / "own.json", work / "evaluation.json"
    code = lamina.run("segment", ct, "-o", own, "--report", report, "--force", *(["--model", model] if model else []), *options, accept=(0, 4))
    if code == 4:
        return [dict(case=case, level="none", complete=True, dice=0.0, asd=None, hd95=None, identified=False, found="nothing", merged=False, split=False)]
    lamina.run("evaluate", own, labels, "--reference-scheme", scheme, "-o", evaluation, "--force")
    result, segmentation = json.loads(evaluation.read_text()), json.loads(report.read_text())
    merged = {level for m in result["findings"]["merged"] for level in m["reference"]}
    split = {s["reference"] for s in result["findings"]["split"]}
    rows = []
    for v in result["vertebrae"]:
        if v["level"] == "S1" or v["level"].startswith("C"):
            continue
        match = v.get("match") or {}
        rows.append(dict(
            case=case, level=v["level"], complete=v["complete"], dice=match.get("dice", 0.0), named_dice=v["dice"], asd=v.get("asd_mm"),
            hd95=v.get("hd95_mm"), identified=v["identified"], found=match.get("level"), merged=v["level"] in merged,
            split=v["level"] in split, level_estimated=segmentation["level_estimated"]))
    return rows


def degraded(ct, labels, scheme, work):
    """The CT as an MR-derived one may look: other intensities, smoother, and with a thinner cortex."""
    image = nibabel.load(ct)
    hu = np.asanyarray(image.dataobj).astype(np.float32).clip(-1024, 3071)
    spacing = np.array(image.header.get_zooms()[:3])
    ways = {
        "shifted": np.where(hu > -200, hu * 0.8 + 40, hu),
        "smoothed": ndimage.gaussian_filter(hu, 1.0 / spacing),
        "thin cortex": np.where(hu > 250, (hu + ndimage.minimum_filter(hu, size=3)) / 2, hu),
    }
    for way, values in ways.items():
        path = work / "degraded.nii.gz"
        nibabel.save(nibabel.Nifti1Image(np.rint(values).astype(np.int16), image.affine), path)
        yield way, path


def case_table(rows):
    lines = []
    for case in dict.fromkeys(r["case"] for r in rows):
        mine = [r for r in rows if r["case"] == case]
        whole = [r for r in mine if r["complete"]]
        if not whole:
            continue
        asd = [r["asd"] for r in whole if r["asd"] is not None and r["found"] == r["level"]]
        lines.append([
            case, len(whole), float(np.mean([r["dice"] for r in whole])), float(np.min([r["dice"] for r in whole])),
            float(np.mean(asd)) if asd else None, f"{sum(r['identified'] for r in whole)} of {len(whole)}",
            "yes" if any(r.get("level_estimated") for r in mine) else "no",
            sum(r["merged"] for r in mine), sum(r["split"] for r in mine), sum(r["dice"] < 0.5 for r in whole)])
    return tables.markdown(["case (whole vertebrae)", "n", "Dice, mean", "least", "surface, mm", "named right", "says estimated", "merged", "split", "missed"], lines)


def vertebra_table(rows, most=40):
    worst = sorted((r for r in rows if r["complete"]), key=lambda r: r["dice"])[:most]
    lines = []
    for r in worst:
        distances = [r["asd"], r["hd95"]] if r["found"] == r["level"] else [None, None]  # those of another bone say nothing
        lines.append([r["case"], r.get("seed"), r["level"], r["found"], r["dice"], *distances])
    return tables.markdown(["case", "seed", "level", "found as", "Dice", "surface, mm", "95 %, mm"], lines)


def pedicle_widths(model, work):
    """Isthmus widths on lamina's own labels of the sample CT and on the given ones, where both have one."""
    folder = sample()
    ct, widths = folder / "cxr.nii.gz", []
    given = lamina.plan(ct, folder / "mask.nii.gz", TOTALSEGMENTATOR, work / "given")
    lamina.run("plan", ct, "-o", work / "own", "--force", *(["--model", model] if model else []), accept=lamina.PLANNED_CODES)
    own = json.loads((work / "own" / "plan.json").read_text())
    known = [s for s in given["screws"] if s["pedicle"]]
    for screw in (s for s in own["screws"] if s["pedicle"]):
        # By place and not by name, so that a shifted count does not compare different bones.
        def distance(other, here=screw["pedicle"]["isthmus_centre_lps_mm"]):
            return float(np.linalg.norm(np.subtract(here, other["pedicle"]["isthmus_centre_lps_mm"])))

        nearest = min(known, key=distance, default=None)
        if nearest and distance(nearest) < 8 and nearest["side"] == screw["side"]:
            widths.append(dict(
                level=nearest["level"], side=screw["side"], own=screw["pedicle"]["width_mm"], given=nearest["pedicle"]["width_mm"]))
    return widths


if __name__ == "__main__":
    main()
