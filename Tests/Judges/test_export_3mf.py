"""`lamina export --format 3mf`, read by lib3mf, the consortium's own library, and by PrusaSlicer: names, millimetres, and left stays left."""

import hashlib
import re
import subprocess

import lib3mf
import numpy as np
import pytest


@pytest.fixture(scope="module")
def model(exported):
    model = lib3mf.get_wrapper().CreateModel()
    reader = model.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromFile(str(exported("3mf")))
    assert reader.GetWarningCount() == 0
    return model


def items(iterator, current):
    while iterator.MoveNext():
        yield getattr(iterator, current)()


def objects(model):
    return {mesh.GetName(): mesh for mesh in items(model.GetMeshObjects(), "GetCurrentMeshObject")}


def points(mesh):
    return np.array([list(vertex.Coordinates) for vertex in mesh.GetVertices()])


def test_bone_and_screws_are_where_the_patient_has_them(model, patient):
    assert model.GetUnit() == lib3mf.ModelUnit.MilliMeter
    found = objects(model)
    assert patient.screws and set(found) == {"L1", *patient.screws}
    patient.check_bone(points(found["L1"]))
    for name in patient.screws:
        patient.check_screw(name, points(found[name]))
    for mesh in found.values():
        assert mesh.IsValid() and mesh.IsManifoldAndOriented()


def test_the_plate_has_all_of_it_unturned(model):
    found, lowest = objects(model), np.full(3, np.inf)
    placed = list(items(model.GetBuildItems(), "GetCurrent"))
    assert len(placed) == len(found)
    for item in placed:
        fields = np.array([list(row) for row in item.GetObjectTransform().Fields])
        assert np.array_equal(fields[:3], np.eye(3))
        mesh = found[item.GetObjectResource().GetName()]
        lowest = np.minimum(lowest, (points(mesh) + fields[3]).min(axis=0))
    assert (lowest >= 0).all() and (lowest < 1).all()


def test_metadata(model, patient):
    group = model.GetMetaDataGroup()
    found = {entry.GetName(): entry.GetValue() for entry in (group.GetMetaData(n) for n in range(group.GetMetaDataCount()))}
    assert found["Title"] == "Spine plan L1" and found["Application"].startswith("lamina ") and "not a medical device" in found["Description"]
    assert found["plan_sha256"] == hashlib.sha256((patient.case / "plan.json").read_bytes()).hexdigest()


def test_prusa_slicer(exported, patient):
    info = subprocess.run(["prusa-slicer", "--info", exported("3mf")], capture_output=True, text=True, timeout=60).stdout
    size = {axis: float(re.search(rf"size_{axis} = ([\d.]+)", info)[1]) for axis in "xyz"}
    truth = np.ptp(patient.levels[20], axis=0)
    # The screws' heads stand out at the back.
    assert size["x"] >= truth[0] - 2 and size["x"] < 150 and "manifold = yes" in info and "manifold = no" not in info
