"""A DICOM patient whose left differs from the right, with a secret in every attribute that may identify, and its planned case."""

import json
import zipfile

import nibabel as nib
import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from scipy.spatial import cKDTree

from dicom_writer import decimals, set_pixels

LEVEL = 20  # L1
MARKER_HU = 2500

SECRETS = {
    "PatientName": "Zqsecret^Patient", "PatientID": "Zqsecret-id", "IssuerOfPatientID": "Zqsecret-issuer", "PatientBirthDate": "19510203",
    "PatientBirthTime": "031415.92", "PatientAge": "087Y", "PatientAddress": "Zqsecret-address", "PatientComments": "Zqsecret-comment",
    "PatientMotherBirthName": "Zqsecret^Mother", "OtherPatientIDs": "Zqsecret-other", "InstitutionName": "Zqsecret-hospital",
    "InstitutionAddress": "Zqsecret-street", "ReferringPhysicianName": "Zqsecret^Referrer", "PerformingPhysicianName": "Zqsecret^Performer",
    "OperatorsName": "Zqsecret^Operator", "StationName": "Zqsecretstation", "DeviceSerialNumber": "Zqsecret-serial", "StudyID": "Zqsecret-study",
    "AccessionNumber": "Zqsecret-access", "StudyDescription": "Zqsecret-studydesc", "SeriesDescription": "Zqsecret-seriesdesc",
    "ProtocolName": "Zqsecret-protocol", "ImageComments": "Zqsecret-image", "StudyDate": "20190817", "SeriesDate": "20190818",
    "AcquisitionDate": "20190819", "ContentDate": "20190820", "StudyTime": "112233.44", "SeriesTime": "112234.55", "ContentTime": "112235.66",
    "StudyInstanceUID": "1.2.826.0.1.777.1", "SeriesInstanceUID": "1.2.826.0.1.777.2", "FrameOfReferenceUID": "1.2.826.0.1.777.3",
    "PositionReferenceIndicator": "Zqsecret-position",
}
INSTANCE = "1.2.826.0.1.777.4."


def without_right_process(phantom, folder):
    """The phantom's labels without what of L1 lies far on the patient's right, so that the bone's left can be told by its shape; returns their path."""
    labels = nib.load(phantom / "labels.nii.gz")
    ids = np.asanyarray(labels.dataobj).copy()
    index = np.argwhere(ids == LEVEL)
    ras = nib.affines.apply_affine(labels.affine, index)
    # RAS x grows to the right.
    far = ras[:, 0] > np.median(ras[:, 0]) + 24
    assert far.sum() > 50
    ids[tuple(index[far].T)] = 0
    path = folder / "labels.nii.gz"
    image = nib.Nifti1Image(ids.astype(np.uint8), labels.affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, path)
    return path


def lps(affine, index):
    return nib.affines.apply_affine(affine, index) * [-1, -1, 1]


def write_series(phantom, folder):
    """The phantom's CT as a DICOM series, with a dense block in front of the spine on the patient's left; returns the block's centre, LPS."""
    image = nib.load(phantom / "ct.nii.gz")
    hu = np.asanyarray(image.dataobj).astype(np.int16)
    size, steps = np.array(hu.shape), image.affine[:3, :3] * np.array([[-1], [-1], [1]])
    centre = (size - 1) / 2
    ahead = np.linalg.solve(steps, [0.3 * size[0] * np.linalg.norm(steps[:, 0]), -0.3 * size[1] * np.linalg.norm(steps[:, 1]), 7])
    block = np.round(centre + ahead).astype(int)
    i, j, k = block
    hu[i - 2:i + 3, j - 2:j + 3, k - 2:k + 3] = MARKER_HU
    spacing = np.linalg.norm(steps, axis=0)
    axes = steps / spacing
    folder.mkdir(parents=True)
    for n in range(size[2]):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = CTImageStorage, ExplicitVRLittleEndian
        meta.MediaStorageSOPInstanceUID = f"{INSTANCE}{n + 1}"
        d = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        d.SOPClassUID, d.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        for keyword, value in SECRETS.items():
            setattr(d, keyword, value)
        d.add_new(0x00090010, "LO", "Zqsecret-private")
        d.add_new(0x00091001, "LO", "Zqsecret-privatevalue")
        request = Dataset()
        request.RequestedProcedureDescription = "Zqsecret-request"
        d.RequestAttributesSequence = [request]
        d.Modality, d.PatientPosition, d.KVP, d.Manufacturer, d.PatientSex = "CT", "HFS", "120", "ACME", "O"
        d.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
        d.Columns, d.Rows, d.InstanceNumber = int(size[0]), int(size[1]), n + 1
        d.ImagePositionPatient = decimals(lps(image.affine, [0, 0, n]))
        d.ImageOrientationPatient = decimals([*axes[:, 0], *axes[:, 1]])
        d.PixelSpacing, d.SliceThickness = decimals([spacing[1], spacing[0]]), decimals([spacing[2]])[0]
        d.RescaleSlope, d.RescaleIntercept, d.RescaleType = "1", "-1024", "HU"
        set_pixels(d, hu[:, :, n].T, 1, -1024)
        d.save_as(folder / f"{n:04d}.dcm", enforce_file_format=True)
    return lps(image.affine, block)


class Patient:
    """The case, and the truth about its left and right from the files that it was planned on."""

    def __init__(self, folder, labels, marker):
        self.case, self.series, self.marker = folder / "case", folder / "series", marker
        self.plan = json.loads((self.case / "plan.json").read_text())
        image = nib.load(labels)
        ids = np.asanyarray(image.dataobj)
        self.levels = {number: lps(image.affine, np.argwhere(ids == number)) for number in np.unique(ids) if number}
        self.shape = ids.shape

    @property
    def screws(self):
        """Planned screws by their exported name."""
        return {f"{s['level']}_{s['side']}": s for s in self.plan["screws"] if s["status"] == "planned"}

    def check_bone(self, points):
        """LPS points of L1's surface: on the voxels of its label, and longer to the left than to the right as those are."""
        truth = self.levels[LEVEL]
        # Half a voxel and the smoothing of a millimetre.
        assert np.allclose(points.min(axis=0), truth.min(axis=0), atol=1.8) and np.allclose(points.max(axis=0), truth.max(axis=0), atol=1.8)
        middle = np.median(truth[:, 0])
        assert points[:, 0].max() - middle > middle - points[:, 0].min() + 5

    def check_label(self, label, points):
        """LPS centres of the voxels that carry a label: the label's own, all of them and no others, to a hundredth of a millimetre."""
        truth = self.levels[label]
        assert len(points) == len(truth)
        distances, nearest = cKDTree(truth).query(points)
        assert distances.max() < 0.02 and len(set(nearest)) == len(truth)

    def check_screw(self, name, points):
        """LPS points of a screw's surface: on its side, its tip there, and as thick as planned about its shaft."""
        screw = self.screws[name]
        entry, tip = np.array(screw["entry_lps_mm"]), np.array(screw["tip_lps_mm"])
        axis = (tip - entry) / screw["length_mm"]
        along = (points - entry) @ axis
        radius = np.linalg.norm(points - entry - np.outer(along, axis), axis=1)
        assert abs(along.max() - screw["length_mm"]) < 0.02
        shaft = (along > 1e-3) & (along < screw["length_mm"] - screw["diameter_mm"] - 1e-3) | np.isclose(along, 0, atol=1e-3) & (radius < 4.5)
        if shaft.any():
            assert abs(radius[shaft].max() - screw["diameter_mm"] / 2) < 0.02
        side = 1 if name.endswith("left") else -1
        assert side * (entry[0] - np.median(self.levels[LEVEL][:, 0])) > 5


def contents(output):
    """Every file of an output, as bytes by name; those inside a ZIP too."""
    files = [output] if output.is_file() else sorted(path for path in output.rglob("*") if path.is_file())
    found = {}
    for path in files:
        found[path.name] = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
                for name in archive.namelist():
                    found[f"{path.name}/{name}"] = archive.read(name)
    return found


def secrets_in(output):
    """Which secrets of the source an output holds, with the file that holds it; paths are secret too."""
    wanted = [*SECRETS.values(), INSTANCE, "Zqsecret"]
    return [(name, text) for name, data in contents(output).items() for text in wanted if text.encode() in data or text.encode("utf-16-le") in data]
