"""`lamina evaluate` against SimpleITK and scipy: overlaps, surface distances, schema, exit codes."""

import json

import jsonschema
import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage
from scipy.spatial import cKDTree

from asymmetric import turned
from conftest import run_lamina, schema

LEVELS = {19: "T12", 20: "L1", 21: "L2"}
SPACING = (0.7, 1.1, 2.3)


def image(labels, spacing=SPACING, axes=np.eye(3), origin=(-30.0, 120.0, -400.0)):
    made = sitk.GetImageFromArray(np.transpose(labels.astype(np.uint8), (2, 1, 0)))
    made.SetSpacing(spacing)
    made.SetOrigin(origin)
    made.SetDirection(np.asarray(axes).flatten().tolist())
    return made


def blobs(seed, size=(56, 48, 52)):
    """Three ragged blobs above one another, and the same with another ragged border: ellipsoids with smoothed noise, islands included."""
    random = np.random.default_rng(seed)
    i, j, k = np.meshgrid(*map(np.arange, size), indexing="ij")
    pair = []
    for _ in range(2):
        labels = np.zeros(size, int)
        for at, level in enumerate(LEVELS):
            centre = np.array([28, 24, 39 - 13 * at]) + random.uniform(-2, 2, 3)
            radius = np.sqrt(((i - centre[0]) / 15) ** 2 + ((j - centre[1]) / 12) ** 2 + ((k - centre[2]) / 6) ** 2)
            noise = ndimage.gaussian_filter(random.normal(size=size), 1.5)
            labels[(radius + 2 * noise < 1) & (radius < 1.5)] = level
        pair.append(labels)
    return pair


def evaluate(tmp_path, prediction, reference, *arguments):
    """The evaluation, judged by its schema and the same in the file as in the summary."""
    paths = [tmp_path / "prediction.mha", tmp_path / "reference.mha", tmp_path / "evaluation.json"]
    sitk.WriteImage(prediction, str(paths[0]))
    sitk.WriteImage(reference, str(paths[1]))
    run = run_lamina("evaluate", *paths[:2], "-o", paths[2], "--force", "--json", *arguments)
    assert run.returncode == 0, run.stdout
    summary = json.loads(run.stdout)
    jsonschema.Draft202012Validator(schema("summary")).validate(summary)
    jsonschema.Draft202012Validator(schema("evaluation")).validate(summary["evaluation"])
    assert summary["evaluation"] == json.loads(paths[2].read_text())
    assert summary["output"] == str(paths[2])
    return summary["evaluation"]


def by_level(evaluation):
    return {vertebra["level"]: vertebra for vertebra in evaluation["vertebrae"]}


def surface(mask):
    padded = np.pad(mask, 1)
    return (padded & ~ndimage.binary_erosion(padded))[1:-1, 1:-1, 1:-1]


def pooled_distances(a, b, spacing):
    """From each surface voxel of either to the nearest of the other, by scipy's k-d tree."""
    first, second = (np.argwhere(surface(m)) * np.array(spacing) for m in (a, b))
    return np.concatenate([cKDTree(second).query(first)[0], cKDTree(first).query(second)[0]])


def itk_pooled_distances(a, b, spacing):
    """The same by ITK: Maurer's distance map of each surface, read at the voxels of the other."""
    masks = [surface(a), surface(b)]
    maps = []
    for mask in masks:
        distance = sitk.SignedMaurerDistanceMap(image(mask, spacing), squaredDistance=False, useImageSpacing=True)
        maps.append(np.transpose(np.abs(sitk.GetArrayFromImage(distance)), (2, 1, 0)))
    return np.concatenate([maps[1][masks[0]], maps[0][masks[1]]])


def agrees(evaluation, prediction, reference, spacing):
    """Every number of every level, from voxels alone; overlaps from ITK's own filter too."""
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(image(reference, spacing), image(prediction, spacing))
    found = by_level(evaluation)
    assert sorted(found) == sorted(LEVELS[level] for level in np.unique(reference) if level)
    for level, name in LEVELS.items():
        a, b = reference == level, prediction == level
        if not a.any():
            continue
        vertebra = found[name]
        assert vertebra["dice"] == pytest.approx(overlap.GetDiceCoefficient(level), abs=1e-12)
        assert vertebra["iou"] == pytest.approx(overlap.GetJaccardCoefficient(level), abs=1e-12)
        volume = np.prod(spacing)
        assert vertebra["reference_volume_mm3"] == pytest.approx(a.sum() * volume)
        assert vertebra["predicted_volume_mm3"] == pytest.approx(b.sum() * volume)
        if not b.any():
            assert "asd_mm" not in vertebra
            continue
        distances = pooled_distances(a, b, spacing)
        assert vertebra["asd_mm"] == pytest.approx(distances.mean(), abs=1e-9)
        assert vertebra["hd95_mm"] == pytest.approx(np.percentile(distances, 95), abs=1e-9)
        # ITK's maps are single precision.
        assert np.allclose(np.sort(itk_pooled_distances(a, b, spacing)), np.sort(distances), atol=1e-4)
        centre = np.argwhere(a).mean(axis=0) * spacing
        others = {p: np.argwhere(prediction == p).mean(axis=0) * spacing for p in np.unique(prediction) if p}
        away = {p: np.linalg.norm(other - centre) for p, other in others.items()}
        assert vertebra["centroid_distance_mm"] == pytest.approx(away[level], abs=1e-6)
        assert vertebra["identified"] == (min(away, key=away.get) == level and away[level] < 20)


@pytest.mark.parametrize("seed", range(1, 5))
def test_random_blobs(tmp_path, seed):
    prediction, reference = blobs(seed)
    agrees(evaluate(tmp_path, image(prediction), image(reference)), prediction, reference, SPACING)


@pytest.mark.parametrize("axes", [turned(12, -20, 35), turned(-9, 14, 31) @ np.diag([-1.0, 1, 1])], ids=["oblique", "left_handed"])
def test_oblique_grids(tmp_path, axes):
    prediction, reference = blobs(11)
    agrees(evaluate(tmp_path, image(prediction, axes=axes), image(reference, axes=axes)), prediction, reference, SPACING)


def asymmetric():
    """L1 with a long process on the left (+x) only; the prediction has it on the right."""
    reference = np.zeros((60, 40, 24), int)
    reference[24:36, 10:25, 8:16] = 20
    prediction = reference.copy()
    reference[36:56, 14:18, 10:13] = 20
    prediction[4:24, 14:18, 10:13] = 20
    return prediction, reference


def test_the_wrong_side_shows(tmp_path):
    prediction, reference = asymmetric()
    spacing = (0.5, 0.9, 3.0)
    evaluation = evaluate(tmp_path, image(prediction, spacing), image(reference, spacing))
    agrees(evaluation, prediction, reference, spacing)
    # The process is 20 voxels of 0.5 mm long.
    assert 5 < evaluation["vertebrae"][0]["hd95_mm"] <= 10
    # The same map, with its columns stored from left to right and a header that says so, is no other map.
    flipped = image(reference[::-1], spacing, np.diag([-1.0, 1, 1]), (-30.0 + 59 * 0.5, 120.0, -400.0))
    same = evaluate(tmp_path, flipped, image(reference, spacing))
    assert same["vertebrae"][0]["dice"] == 1 and same["vertebrae"][0]["hd95_mm"] == 0 and same["warnings"] == []


def test_another_grid_is_resampled_as_itk_does(tmp_path):
    prediction, reference = blobs(21)
    other = image(prediction, axes=turned(7, 3, -5), origin=(-33.0, 118.5, -399.2))
    target = image(reference)
    moved = sitk.Resample(other, target, sitk.Transform(), sitk.sitkNearestNeighbor, 0)
    evaluation = evaluate(tmp_path, other, target)
    assert "resampled" in {warning["code"] for warning in evaluation["warnings"]}
    agrees(evaluation, np.transpose(sitk.GetArrayFromImage(moved), (2, 1, 0)), reference, SPACING)


def test_findings(tmp_path):
    _, reference = blobs(31)
    shifted = evaluate(tmp_path, image(np.where(reference > 0, reference + 1, 0)), image(reference))
    assert shifted["findings"]["naming"] == {"shift": 1, "vertebrae": 3, "matched": 3}
    assert all(v["match"]["dice"] == 1 and v["dice"] == 0 and not v["identified"] for v in shifted["vertebrae"])
    assert shifted["all"]["identification_rate"] == 0

    merged = evaluate(tmp_path, image(np.where(reference == 20, 19, reference)), image(reference))
    assert merged["findings"]["merged"] == [{"predicted": "T12", "reference": ["T12", "L1"]}]
    assert merged["vertebrae"][0]["level"] == "L1" and merged["vertebrae"][0]["match"]["level"] == "T12"

    split = reference.copy()
    split[:28][split[:28] == 20] = 8
    found = evaluate(tmp_path, image(split), image(reference))["findings"]
    assert found["split"] == [{"reference": "L1", "predicted": ["T1", "L1"]}] and found["missing"] == []

    gone = np.where(reference == 20, 0, reference)
    gone[:3, :3, :3] = 7
    found = evaluate(tmp_path, image(gone), image(reference))
    assert found["findings"]["missing"] == ["L1"] and found["findings"]["extra"] == ["C7"]
    assert found["vertebrae"][0] == {
        "level": "L1", "dice": 0, "iou": 0, "covered": 0, "complete": True, "identified": False, "predicted_volume_mm3": 0,
        "reference_volume_mm3": found["vertebrae"][0]["reference_volume_mm3"]}
    # Dice over three, distances over the two that are predicted.
    assert found["all"]["dice"] == {"count": 3, "mean": pytest.approx(2 / 3), "median": 1} and found["all"]["asd_mm"]["count"] == 2


def test_stray_voxels_far_away_are_measured_too(tmp_path):
    prediction, reference = blobs(41)
    prediction[0, 0, 0] = prediction[-1, -1, -1] = 20
    agrees(evaluate(tmp_path, image(prediction), image(reference)), prediction, reference, SPACING)


def test_cut_vertebrae_are_told_apart(tmp_path):
    _, reference = blobs(51)
    cut = reference[:, :, 8:]
    evaluation = evaluate(tmp_path, image(reference), image(cut, origin=(-30.0, 120.0, -400.0 + 8 * 2.3)))
    assert {name for name, v in by_level(evaluation).items() if not v["complete"]} == {"L2"}
    assert evaluation["complete"]["vertebrae"] == 2 and evaluation["all"]["vertebrae"] == 3
    assert [w["levels"] for w in evaluation["warnings"] if w["code"] == "labels_beyond_image"] == [["L2"]]
    assert all(v["dice"] == 1 for v in evaluation["vertebrae"])


def test_schemes_are_each_maps_own(tmp_path):
    _, reference = blobs(61)
    # TotalSegmentator v2 counts upwards from L5 = 27.
    total = np.select([reference == 19, reference == 20, reference == 21], [32, 31, 30], 0)
    there = evaluate(tmp_path, image(total), image(reference), "--scheme", "totalsegmentator-v2")
    back = evaluate(tmp_path, image(reference), image(total), "--reference-scheme", "totalsegmentator-v2")
    assert all(v["dice"] == 1 for e in (there, back) for v in e["vertebrae"])


def test_formats_and_text(tmp_path, phantom):
    labels = nib.load(phantom / "labels.nii.gz")
    sitk.WriteImage(sitk.ReadImage(str(phantom / "labels.nii.gz")), str(tmp_path / "labels.nrrd"))
    run = run_lamina("evaluate", tmp_path / "labels.nrrd", phantom / "labels.nii.gz")
    assert run.returncode == 0
    rows = {line.split()[0]: line.split()[1:] for line in run.stdout.splitlines() if line.split()[:1] and line.split()[0] in LEVELS.values()}
    assert set(rows) == {LEVELS[i] for i in np.unique(labels.dataobj) if i}
    assert all(row[0] == "1.000" and "yes" in row for row in rows.values())
    assert "Identified" in run.stdout and "Complete, mean" in run.stdout


def refused(tmp_path, prediction, reference, exit_code, code, *arguments):
    for name, made in (("prediction", prediction), ("reference", reference)):
        sitk.WriteImage(made, str(tmp_path / f"{name}.mha"))
    out = tmp_path / "out.json"
    run = run_lamina("evaluate", tmp_path / "prediction.mha", tmp_path / "reference.mha", "--json", "-o", out, *arguments)
    summary = json.loads(run.stdout)
    jsonschema.Draft202012Validator(schema("summary")).validate(summary)
    assert (run.returncode, summary["error"]["code"]) == (exit_code, code), summary
    assert not out.exists() and not list(tmp_path.glob(".*"))
    return summary["error"]["what"]


def test_what_cannot_be_compared(tmp_path):
    _, reference = blobs(71)
    whole, empty = image(reference), image(np.zeros_like(reference))
    far = image(reference, origin=(1000.0, 0.0, 0.0))
    assert "do not meet" in refused(tmp_path, far, whole, 3, "labels_do_not_overlap")
    refused(tmp_path, whole, empty, 4, "no_vertebra_in_labels")
    # Ids 50 and up are none in VerSe, so the scheme is wrong; an empty prediction is only a bad one.
    refused(tmp_path, image(np.where(reference > 0, reference + 50, 0)), whole, 4, "no_vertebra_in_labels")
    assert evaluate(tmp_path, empty, whole)["findings"]["missing"] == ["T12", "L1", "L2"]


def test_files_that_are_not_there_or_in_the_way(tmp_path):
    _, reference = blobs(81)
    path, out = tmp_path / "reference.mha", tmp_path / "out.json"
    sitk.WriteImage(image(reference), str(path))
    assert run_lamina("evaluate", tmp_path / "none.mha", path).returncode == 6
    (tmp_path / "bad.mha").write_bytes(path.read_bytes()[:1000])
    assert run_lamina("evaluate", tmp_path / "bad.mha", path).returncode == 3
    out.write_text("mine")
    run = run_lamina("evaluate", path, path, "-o", out)
    assert run.returncode == 2 and "--force" in run.stderr and out.read_text() == "mine"
    assert run_lamina("evaluate", path, path, "-o", out, "--force").returncode == 0
    jsonschema.Draft202012Validator(schema("evaluation")).validate(json.loads(out.read_text()))
    assert run_lamina("evaluate", path, path, "-o", "/dev/null", "--force").returncode == 2
    assert run_lamina("evaluate", path, path, "--scheme", "guess").returncode == 2


def test_no_evaluation_is_written_into_a_case(tmp_path, phantom):
    labels = phantom / "labels.nii.gz"
    before = sorted(phantom.iterdir())
    run = run_lamina("evaluate", labels, labels, "-o", phantom / "evaluation.json", "--json")
    assert run.returncode == 2 and json.loads(run.stdout)["error"]["code"] == "output_inside_a_case"
    assert sorted(phantom.iterdir()) == before


def test_the_same_maps_give_the_same_bytes(tmp_path):
    prediction, reference = blobs(91)
    evaluate(tmp_path, image(prediction), image(reference))
    first = (tmp_path / "evaluation.json").read_bytes()
    evaluate(tmp_path, image(prediction), image(reference))
    assert (tmp_path / "evaluation.json").read_bytes() == first
