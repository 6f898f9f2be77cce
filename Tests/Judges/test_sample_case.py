"""A real patient's case in every form that lamina hands on: the sample CT's, judged by the programs that judge the phantom's elsewhere."""

import json
import subprocess

import highdicom
import nibabel as nib
import numpy as np
import pydicom
import pytest
import trimesh
from scipy.spatial import cKDTree

import lib3mf
from browsing import in_software, opened
from conftest import run_lamina
from exports import lps, write_series
import test_report
from test_export_3mf import objects, points
from test_export_dicom import stl_paths
from test_export_glb import lps_points
import test_slicer

LEVELS = {"T12": 19, "L1": 20}


@pytest.fixture(scope="module")
def case(sample, tmp_path_factory):
    """The sample CT as a DICOM series, as a hospital has it, with T12 and L1 planned on it."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "ct.nii.gz").symlink_to(sample / "cxr.nii.gz")
    write_series(folder, folder / "series")
    planned = run_lamina("plan", folder / "series", "--labels", sample / "mask.nii.gz", "--scheme", "totalsegmentator-v2", "--levels", "T12-L1", "-o", folder / "case")
    assert planned.returncode == 0, planned.stderr
    return folder / "case"


@pytest.fixture(scope="module")
def plan(case):
    return json.loads((case / "plan.json").read_text())


@pytest.fixture(scope="module")
def screws(plan):
    found = {f"{s['level']}_{s['side']}": s for s in plan["screws"] if s["status"] == "planned"}
    assert len(found) == 4
    return found


@pytest.fixture(scope="module")
def labelled(case):
    """By level, where its voxels lie, LPS mm."""
    image = nib.load(case / "labels.nii.gz")
    ids = np.asanyarray(image.dataobj)
    return {level: lps(image.affine, np.argwhere(ids == number)) for level, number in LEVELS.items()}


@pytest.fixture
def exported(case, tmp_path):
    def export(form):
        done = run_lamina("export", case, "--format", form, "-o", tmp_path / f"out.{form}")
        assert done.returncode == 0, done.stderr
        return tmp_path / f"out.{form}"

    return export


def check_surfaces(found, case, screws):
    """LPS points of every bone and screw: the case's own, and the left ones on the patient's left of the right ones."""
    assert set(found) >= {*LEVELS, *screws}
    for name in {*LEVELS, *screws}:
        own = trimesh.load(case / ("meshes" if name in LEVELS else "screws") / f"{name}.stl")
        assert cKDTree(own.vertices).query(found[name])[0].max() < 2e-3, name
    for level in LEVELS:
        assert found[f"{level}_left"][:, 0].min() > found[f"{level}_right"][:, 0].max()


def test_glb(exported, case, screws):
    scene = trimesh.load(exported("glb"), force="scene")
    check_surfaces({name: lps_points(scene, name) for name in scene.graph.nodes_geometry}, case, screws)


def test_3mf(exported, case, screws):
    model = lib3mf.get_wrapper().CreateModel()
    reader = model.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromFile(str(exported("3mf")))
    assert reader.GetWarningCount() == 0
    found = objects(model)
    assert all(mesh.IsValid() and mesh.IsManifoldAndOriented() for mesh in found.values())
    check_surfaces({name: points(mesh) for name, mesh in found.items()}, case, screws)


def test_scene_of_slicer(exported, sample, case, screws, tmp_path):
    scene = test_slicer.opened(exported("mrb"), tmp_path)
    models = test_slicer.nodes(scene, "vtkMRMLModelNode")
    check_surfaces({m.GetName(): test_slicer.lps(test_slicer.vtk_to_numpy(m.GetPolyData().GetPoints().GetData())) for m in models}, case, screws)
    for line in test_slicer.nodes(scene, "vtkMRMLMarkupsLineNode"):
        for n, key in enumerate(["entry_lps_mm", "tip_lps_mm"]):
            point = [0.0, 0.0, 0.0]
            line.GetNthControlPointPositionWorld(n, point)
            assert np.allclose(test_slicer.lps(point), screws[line.GetName()][key], atol=1e-5)
    volume = test_slicer.nodes(scene, "vtkMRMLScalarVolumeNode")[0]
    assert volume.GetImageData().GetDimensions() == nib.load(sample / "cxr.nii.gz").shape


def test_dicom(exported, case, screws, labelled):
    folder = exported("dicom")
    found = stl_paths(folder)
    for path in [folder / "segmentation.dcm", *found.values()]:
        done = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True, timeout=60)
        assert "Error" not in done.stdout + done.stderr, path.name
    segmentation = highdicom.seg.segread(folder / "segmentation.dcm")
    numbers = {segmentation.get_segment_description(n).segment_label: n for n in segmentation.segment_numbers}
    for level, truth in labelled.items():
        volume = segmentation.get_volume(segment_numbers=[numbers[level]], combine_segments=False)
        voxels = volume.map_indices_to_reference(np.argwhere(volume.array.reshape(volume.spatial_shape) > 0))
        assert len(voxels) == len(truth) and cKDTree(truth).query(voxels)[0].max() < 0.02
    stl = {name: trimesh.load(trimesh.util.wrap_as_stream(pydicom.dcmread(path).EncapsulatedDocument), file_type="stl").vertices for name, path in found.items()}
    check_surfaces(stl, case, screws)


def test_report_of_it(case, plan):
    browser = opened(*in_software)
    try:
        browser.get((case / "report.html").as_uri())
        test_report.test_it_opens_alone_and_nothing_leaves(browser, case)
        assert (case / "report.html").stat().st_size < 15e6
        test_report.test_every_number_is_the_plans(browser, plan)
    finally:
        browser.quit()
