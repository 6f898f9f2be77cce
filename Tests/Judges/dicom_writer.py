"""Writes the asymmetric phantom as DICOM with pydicom."""

import datetime

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, generate_uid

from asymmetric import Grid, hounsfield

PATIENT = "Secret^Name"


def base(sop_class, series_uid, grid, modality="CT", patient="P1", frame_of_reference="1.2.3.4"):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    d = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    d.SOPClassUID, d.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    d.StudyInstanceUID, d.SeriesInstanceUID, d.FrameOfReferenceUID = "1.2.3", series_uid, frame_of_reference
    d.PatientName, d.PatientID, d.PatientPosition = PATIENT, patient, "HFS"
    d.Modality, d.Manufacturer, d.KVP = modality, "ACME", "120"
    d.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    d.StudyDate = datetime.date(2020, 1, 2).strftime("%Y%m%d")
    d.SeriesDescription = "asymmetric"
    d.Columns, d.Rows = grid.size[0], grid.size[1]
    d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
    return d


def decimals(values):
    return [f"{v:.10g}" for v in values]


def set_pixels(d, hu, slope, intercept, bits=16, signed=True):
    """Stores HU (frames, rows, columns or rows, columns) as (HU - intercept) / slope."""
    stored = np.rint((hu.astype(float) - intercept) / slope).astype(np.int64)
    if not signed:
        assert stored.min() >= 0 and stored.max() < 1 << bits
    else:
        assert stored.min() >= -(1 << (bits - 1)) and stored.max() < 1 << (bits - 1)
    # Spare bits are 0, as the standard has it for signed numbers as well.
    raw = (stored & ((1 << bits) - 1)).astype("<u2")
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, bits, bits - 1, int(signed)
    d.PixelData = raw.tobytes()
    d["PixelData"].VR = "OW"


def slices(grid, series_uid="1.2.3.9", shear=np.zeros(3), rescale=lambda k: (1, -1024), bits=16, signed=True, hu=hounsfield, **more):
    """One data set a slice, of the HU that `hu` gives LPS points. `shear` shifts each slice against the one below, LPS mm, as a gantry tilt does."""
    made = []
    for k in range(grid.size[2]):
        d = base(CTImageStorage, series_uid, grid, **more)
        origin = grid.origin + grid.steps[:, 2] * k + shear * (k - (grid.size[2] - 1) / 2)
        index = np.stack(np.meshgrid(np.arange(grid.size[0]), np.arange(grid.size[1])), axis=-1)  # [row, column, (i, j)]
        points = index @ grid.steps[:, :2].T + origin
        d.ImagePositionPatient = decimals(origin)
        d.ImageOrientationPatient = decimals([*grid.axes[:, 0], *grid.axes[:, 1]])
        d.PixelSpacing = decimals([grid.spacing[1], grid.spacing[0]])
        d.SliceThickness = decimals([grid.spacing[2]])[0]
        d.InstanceNumber = 1000 - k  # against the order of positions, on purpose
        slope, intercept = rescale(k)
        d.RescaleSlope, d.RescaleIntercept, d.RescaleType = str(slope), str(intercept), "HU"
        set_pixels(d, hu(points), slope, intercept, bits, signed)
        made.append(d)
    return made


def save(datasets, folder, prefix="s"):
    """Under names in an order that has nothing to do with positions."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for k, d in enumerate(datasets):
        path = folder / f"{prefix}{(k * 7919) % 10007:05d}.dcm"
        d.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def enhanced(grid, order=None, rescale=lambda k: (1, -1024), with_position=True):
    """An enhanced multi-frame CT; `order` lists the slices in the order of the frames."""
    order = list(order if order is not None else range(grid.size[2]))
    d = base(EnhancedCTImageStorage, "1.2.3.10", grid)
    d.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    d.NumberOfFrames = len(order)
    shared = Dataset()
    orientation, measures = Dataset(), Dataset()
    orientation.ImageOrientationPatient = decimals([*grid.axes[:, 0], *grid.axes[:, 1]])
    measures.PixelSpacing = decimals([grid.spacing[1], grid.spacing[0]])
    measures.SliceThickness = decimals([grid.spacing[2]])[0]
    shared.PlaneOrientationSequence = Sequence([orientation])
    shared.PixelMeasuresSequence = Sequence([measures])
    d.SharedFunctionalGroupsSequence = Sequence([shared])
    hu = np.transpose(grid.voxels(), (2, 1, 0))
    frames, raw = [], []
    for k in order:
        item, position, transformation = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = decimals(grid.origin + grid.steps[:, 2] * k)
        slope, intercept = rescale(k)
        transformation.RescaleSlope, transformation.RescaleIntercept, transformation.RescaleType = str(slope), str(intercept), "HU"
        if with_position:
            item.PlanePositionSequence = Sequence([position])
        item.PixelValueTransformationSequence = Sequence([transformation])
        frames.append(item)
        set_pixels(d, hu[k], slope, intercept)
        raw.append(d.PixelData)
    d.PerFrameFunctionalGroupsSequence = Sequence(frames)
    d.PixelData = b"".join(raw)
    return d


