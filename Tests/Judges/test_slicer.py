"""`lamina export --format mrb`, opened by 3D Slicer's own MRML libraries: every node, its place in RAS, its names and terms, and the CT beneath."""

import json
import zipfile

import numpy as np
import pytest
import slicer_core as slicer
from pydicom.sr import _concepts_dict
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import reference
from vtkmodules.vtkCommonMath import vtkMatrix4x4

import exports

CLASSES = [
    "vtkMRMLScalarVolumeNode", "vtkMRMLScalarVolumeDisplayNode", "vtkMRMLVolumeArchetypeStorageNode", "vtkMRMLModelNode", "vtkMRMLModelDisplayNode",
    "vtkMRMLModelStorageNode", "vtkMRMLMarkupsLineNode", "vtkMRMLMarkupsDisplayNode", "vtkMRMLMarkupsJsonStorageNode", "vtkMRMLSegmentationNode",
    "vtkMRMLSegmentationDisplayNode", "vtkMRMLSegmentationStorageNode", "vtkMRMLSelectionNode", "vtkMRMLSliceCompositeNode",
]


@pytest.fixture(scope="module")
def scene(exported, tmp_path_factory):
    return opened(exported("mrb"), tmp_path_factory.mktemp("slicer"))


def opened(mrb, folder):
    """The scene in a bundle, unpacked into a folder, as Slicer reads it."""
    with zipfile.ZipFile(mrb) as archive:
        archive.extractall(folder)
    scene = slicer.vtkMRMLScene()
    for name in CLASSES:
        scene.RegisterNodeClass(getattr(slicer, name)())
    scene.SetURL(str(folder / "lamina" / "lamina.mrml"))
    scene.SetRootDirectory(str(folder / "lamina"))
    assert scene.Connect() == 1
    return scene


def nodes(scene, kind):
    return [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]


def lps(ras):
    return np.asarray(ras) * [-1, -1, 1]


def test_every_node_is_there_and_read(scene, patient):
    counts = {name: scene.GetNumberOfNodesByClass(name) for name in CLASSES}
    screws = len(patient.screws)
    assert screws >= 1
    assert counts["vtkMRMLModelNode"] == 1 + screws and counts["vtkMRMLMarkupsLineNode"] == screws
    assert counts["vtkMRMLScalarVolumeNode"] == counts["vtkMRMLSegmentationNode"] == 1
    for kind in ["vtkMRMLScalarVolumeNode", "vtkMRMLModelNode", "vtkMRMLMarkupsLineNode", "vtkMRMLSegmentationNode"]:
        for node in nodes(scene, kind):
            assert node.GetDisplayNode() is not None and node.GetStorageNode() is not None, node.GetName()


def test_models(scene, patient):
    found = {node.GetName(): lps(vtk_to_numpy(node.GetPolyData().GetPoints().GetData())) for node in nodes(scene, "vtkMRMLModelNode")}
    assert set(found) == {"L1", *patient.screws}
    patient.check_bone(found["L1"])
    for name in patient.screws:
        patient.check_screw(name, found[name])


def test_lines(scene, patient):
    found = {node.GetName(): node for node in nodes(scene, "vtkMRMLMarkupsLineNode")}
    assert set(found) == set(patient.screws)
    for name, screw in patient.screws.items():
        line, point = found[name], [0.0, 0.0, 0.0]
        assert line.GetNumberOfDefinedControlPoints() == 2 and not line.GetLocked()
        size = [f"{screw[key]:g}" for key in ("diameter_mm", "length_mm")]
        assert [line.GetAttribute(f"lamina.{key}") for key in ("diameter_mm", "length_mm")] == size
        assert [line.GetNthControlPointDescription(n) for n in (0, 1)] == [" x ".join(size) + " mm"] * 2
        assert [line.GetNthControlPointLabel(n) for n in (0, 1)] == ["entry", "tip"]
        for n, key in enumerate(["entry_lps_mm", "tip_lps_mm"]):
            line.GetNthControlPointPositionWorld(n, point)
            assert np.allclose(lps(point), screw[key], atol=1e-5)


def test_ct(scene, patient):
    volume = nodes(scene, "vtkMRMLScalarVolumeNode")[0]
    to_index = vtkMatrix4x4()
    volume.GetRASToIJKMatrix(to_index)

    def value(point):
        index = np.round(to_index.MultiplyPoint([*lps(point), 1])[:3]).astype(int)
        return volume.GetImageData().GetScalarComponentAsDouble(*map(int, index), 0)

    assert value(patient.marker) == exports.MARKER_HU
    mirrored = patient.marker.copy()
    mirrored[0] = 2 * np.median(patient.levels[exports.LEVEL][:, 0]) - patient.marker[0]
    assert value(mirrored) != exports.MARKER_HU
    assert sorted(volume.GetImageData().GetDimensions()) == sorted(patient.shape)


def test_segments(scene, patient):
    segmentation = nodes(scene, "vtkMRMLSegmentationNode")[0].GetSegmentation()
    names = {"T12": 19, "L1": 20, "L2": 21}
    found = [segmentation.GetNthSegment(n) for n in range(segmentation.GetNumberOfSegments())]
    assert [segment.GetName() for segment in found] == list(names)
    for segment in found:
        tags = reference("")
        assert segment.GetTag("TerminologyEntry", tags)
        code, meaning = tags.get().split("~")[2].split("^")[1:]
        assert meaning == f"{segment.GetName()} vertebra" and code in _concepts_dict.concepts["SCT"][f"{segment.GetName()}Vertebra"]
        image = segment.GetRepresentation("Binary labelmap")
        matrix = vtkMatrix4x4()
        image.GetImageToWorldMatrix(matrix)
        voxels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
        index = np.argwhere(voxels == segment.GetLabelValue())[:, ::-1] + np.array(image.GetExtent())[::2]
        world = np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
        patient.check_label(names[segment.GetName()], lps(index @ world[:3, :3].T + world[:3, 3]))
    colours = {tuple(segment.GetColor()) for segment in found}
    assert len(colours) == len(found)


def test_lines_keep_to_slicers_schema(exported):
    with zipfile.ZipFile(exported("mrb")) as archive:
        lines = [json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".mrk.json")]
    for line in lines:
        assert line["@schema"].endswith("markups-schema-v1.0.3.json#") and line["markups"][0]["type"] == "Line"
