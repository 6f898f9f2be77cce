"""`lamina export --format dicom`, judged by dciodvfy and read by highdicom and pydicom; and that --deidentify keeps every format free of the patient."""

import io
import resource
import shutil
import subprocess

import highdicom
import numpy as np
import pydicom
import pytest
import trimesh
from pydicom.sr import _concepts_dict

import exports
from conftest import run_lamina


@pytest.fixture(scope="module", params=[False, True], ids=["open", "deidentified"])
def folder(request, exported):
    return exported("dicom", request.param)


def stl_paths(folder):
    return {path.stem: path for path in [*folder.glob("meshes/*.dcm"), *folder.glob("screws/*.dcm")]}


def test_dciodvfy_finds_no_error(folder):
    paths = [folder / "segmentation.dcm", *stl_paths(folder).values()]
    assert len(paths) > 2
    for path in paths:
        done = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True, timeout=60)
        said = done.stdout + done.stderr
        assert "Error" not in said, f"{path.name}: {said}"


def test_segmentation(folder, patient):
    seg = highdicom.seg.segread(folder / "segmentation.dcm")
    names = {19: "T12", 20: "L1", 21: "L2"}
    assert [seg.get_segment_description(n).segment_label for n in seg.segment_numbers] == list(names.values())
    for number, (label, name) in zip(seg.segment_numbers, names.items()):
        described = seg.get_segment_description(number)
        kind = described.segmented_property_type
        assert kind.scheme_designator == "SCT" and kind.value in _concepts_dict.concepts["SCT"][f"{name}Vertebra"]
        assert described.RecommendedDisplayCIELabValue[0] > 0
        volume = seg.get_volume(segment_numbers=[number], combine_segments=False)
        index = np.argwhere(volume.array.reshape(volume.spatial_shape) > 0)
        patient.check_label(label, volume.map_indices_to_reference(index))


def test_segmentation_refers_to_the_slices(exported, patient):
    seg = pydicom.dcmread(exported("dicom") / "segmentation.dcm")
    slices = {d.SOPInstanceUID: d for d in map(pydicom.dcmread, patient.series.iterdir())}
    assert {item.ReferencedSOPInstanceUID for item in seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence} == set(slices)
    for frame in seg.PerFrameFunctionalGroupsSequence:
        source = slices[frame.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID]
        assert np.allclose(frame.PlanePositionSequence[0].ImagePositionPatient, source.ImagePositionPatient, atol=1e-3)
    first = next(iter(slices.values()))
    shared = seg.SharedFunctionalGroupsSequence[0]
    assert np.allclose(shared.PlaneOrientationSequence[0].ImageOrientationPatient, first.ImageOrientationPatient, atol=1e-6)
    assert np.allclose(shared.PixelMeasuresSequence[0].PixelSpacing, first.PixelSpacing, atol=1e-6)
    assert (seg.Rows, seg.Columns) == (first.Rows, first.Columns)


def test_models(folder, patient):
    found = stl_paths(folder)
    assert patient.screws and set(found) == {"L1", *patient.screws}
    for name, path in found.items():
        d = pydicom.dcmread(path)
        unit = d.MeasurementUnitsCodeSequence[0]
        assert (unit.CodeValue, unit.CodingSchemeDesignator) == ("mm", "UCUM") and d.BurnedInAnnotation == "NO" and d.ModelMirroring == "NO"
        assert d.DocumentTitle.startswith(name) and d.Modality == "M3D"
        stl = d.EncapsulatedDocument[: d.EncapsulatedDocumentLength]
        points = trimesh.load(io.BytesIO(stl), file_type="stl").vertices
        patient.check_bone(points) if name == "L1" else patient.check_screw(name, points)


KEPT = [
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID",
    "AccessionNumber", "ReferringPhysicianName", "FrameOfReferenceUID", "PositionReferenceIndicator",
]


def test_objects_belong_to_the_patient(exported, patient):
    source = pydicom.dcmread(next(patient.series.iterdir()))
    for path in [exported("dicom") / "segmentation.dcm", *stl_paths(exported("dicom")).values()]:
        d = pydicom.dcmread(path)
        assert {key: d[key].value for key in KEPT} == {key: source[key].value for key in KEPT}
        assert d.SeriesInstanceUID != source.SeriesInstanceUID and "InstitutionName" not in d


def test_deidentified_objects_belong_together(exported, patient):
    read = [pydicom.dcmread(path) for path in [exported("dicom", True) / "segmentation.dcm", *stl_paths(exported("dicom", True)).values()]]
    for key in ["StudyInstanceUID", "FrameOfReferenceUID"]:
        assert len({d[key].value for d in read}) == 1 and read[0][key].value.startswith("2.25.")
    assert len({d.SOPInstanceUID for d in read}) == len(read)
    for d in read:
        assert d.PatientIdentityRemoved == "YES" and d.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
        assert not d.PatientName and not d.PatientID and not d.StudyDate and d.ContentDate == "19700101"


@pytest.mark.parametrize("form", ["glb", "3mf", "mrb", "dicom"])
def test_deidentified_output_holds_no_secret(exported, form):
    assert exports.secrets_in(exported(form, True)) == []
    if form == "dicom":
        # The search finds what is there.
        assert {text for _, text in exports.secrets_in(exported(form))} >= {"Zqsecret^Patient", "1.2.826.0.1.777.1", exports.INSTANCE}


def test_output_is_a_folder_of_laminas(exported, patient, tmp_path):
    assert run_lamina("verify", exported("dicom")).returncode == 0
    again = tmp_path / "again"
    assert run_lamina("export", patient.case, "--format", "dicom", "-o", again).returncode == 0
    for path in exported("dicom").rglob("*.dcm"):
        assert path.read_bytes() == (again / path.relative_to(exported("dicom"))).read_bytes(), path.name


def test_refusals(exported, patient, one_level_case, tmp_path):
    nifti = run_lamina("export", one_level_case, "--format", "dicom", "-o", tmp_path / "a")
    assert nifti.returncode == 2 and "not a DICOM series" in nifti.stderr
    other = run_lamina("export", one_level_case, "--format", "mrb", "-o", tmp_path / "a.mrb", "--input", patient.series)
    assert other.returncode == 7 and "not the scan that the case was planned on" in other.stderr
    unnamed = run_lamina("export", patient.case, "--format", "glb", "--deidentify")
    assert unnamed.returncode == 2 and "-o" in unnamed.stderr
    present = run_lamina("export", patient.case, "--format", "glb", "-o", exported("glb"))
    assert present.returncode == 2 and "--force" in present.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["glb", "3mf", "mrb", "dicom"])
def test_what_the_disk_does_not_take_leaves_nothing(patient, tmp_path, form):
    done = run_lamina(
        "export", patient.case, "--format", form, "-o", tmp_path / f"out.{form}", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
    assert done.returncode == 6 and "file_too_large" in done.stderr and ".lamina-" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_changed_case_is_not_exported(patient, tmp_path):
    shutil.copytree(patient.case, tmp_path / "case")
    mesh = tmp_path / "case" / "meshes" / "L1.stl"
    mesh.write_bytes(mesh.read_bytes()[:-1] + b"x")
    done = run_lamina("export", tmp_path / "case", "--format", "glb", "-o", tmp_path / "a.glb")
    assert done.returncode == 7 and not (tmp_path / "a.glb").exists()
