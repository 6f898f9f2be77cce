"""Writes the frames of ImageFilesTests and FluoroscopyTests by other people's programs.

    .venv/bin/python -m pip install imageio==2.38.1 tifffile==2026.3.3      # the others are in requirements-tests.txt
    .venv/bin/python Tests/ImageFilesTests/Resources/make_frames.py

The picture is lopsided, so that a flip or a turn shows: 12 columns, 9 rows, value = 4000 v + 300 u + 37 frame + 5 in 16 bits, 400 v + 30 u + 7 frame + 1 in
12 bits, 25 v + 2 u + frame + 1 in 8 bits.
"""

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pydicom
import SimpleITK as sitk
import tifffile
from PIL import Image
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLSLossless, RLELossless

HERE = Path(__file__).resolve().parent
SEQUENCES = HERE.parents[1] / "FluoroscopyTests" / "Resources"
v, u = np.mgrid[:9, :12]


def bits16(frame=0):
    return (4000 * v + 300 * u + 37 * frame + 5).astype(np.uint16)


def bits12(frame=0):
    return (400 * v + 30 * u + 7 * frame + 1).astype(np.uint16)


def bits8(frame=0):
    return (25 * v + 2 * u + frame + 1).astype(np.uint8)


def png():
    Image.fromarray(bits8()).save(HERE / "pillow8.png")
    Image.fromarray(bits16()).save(HERE / "pillow16.png", dpi=(90, 90))
    imageio.imwrite(HERE / "imageio16.png", bits16())
    Image.fromarray(np.dstack([bits8()] * 3)).save(HERE / "bad_rgb.png")
    Image.fromarray(np.dstack([bits8()] * 2), "LA").save(HERE / "bad_opacity.png")
    Image.fromarray(bits8()).convert("P").save(HERE / "bad_palette.png")
    Image.fromarray(bits8() > 99).save(HERE / "bad_1bit.png")


def tiff():
    Image.fromarray(bits8()).save(HERE / "pillow8.tif")
    Image.fromarray(bits16()).save(HERE / "pillow16_lzw.tif", compression="tiff_lzw")
    imageio.imwrite(HERE / "imageio16.tif", bits16())
    pages = np.stack([bits16(f) for f in range(3)])
    tifffile.imwrite(HERE / "tifffile16_pages.tif", pages, photometric="minisblack")
    tifffile.imwrite(HERE / "tifffile16_big_endian_large.tif", pages, photometric="minisblack", byteorder=">", bigtiff=True)
    tifffile.imwrite(HERE / "tifffile16_tiles.tif", pages, photometric="minisblack", tile=(16, 16), compression="zlib")
    tifffile.imwrite(HERE / "tifffile8_pages.tif", np.stack([bits8(f) for f in range(3)]), photometric="minisblack")
    tifffile.imwrite(HERE / "bad_float.tif", bits16().astype(np.float32), photometric="minisblack")
    tifffile.imwrite(HERE / "bad_signed.tif", bits12().astype(np.int16), photometric="minisblack")
    tifffile.imwrite(HERE / "bad_white_at_0.tif", bits16(), photometric="miniswhite")
    tifffile.imwrite(HERE / "bad_rgb.tif", np.dstack([bits8()] * 3), photometric="rgb")
    tifffile.imwrite(HERE / "bad_mirrored.tif", bits16(), photometric="minisblack", extratags=[(274, "H", 1, 2, True)])
    with tifffile.TiffWriter(HERE / "bad_second_size.tif") as file:
        file.write(bits16(), photometric="minisblack")
        file.write(bits16()[:5], photometric="minisblack")


def metaimage():
    sitk.WriteImage(sitk.GetImageFromArray(bits16()), str(HERE / "sitk16_2d.mha"))
    sitk.WriteImage(sitk.GetImageFromArray(np.stack([bits8(f) for f in range(3)])), str(HERE / "sitk8_compressed.mha"), useCompression=True)
    sitk.WriteImage(sitk.GetImageFromArray(np.stack([bits16(f) for f in range(3)]).astype(np.float32)), str(HERE / "sitk_float.mha"))
    sitk.WriteImage(sitk.GetImageFromArray(np.dstack([bits8()] * 3), isVector=True), str(HERE / "bad_rgb.mha"))


def xa(frames, bits):
    """An XA image with everything in it that a camera needs."""
    file = pydicom.Dataset()
    file.file_meta = pydicom.dataset.FileMetaDataset()
    file.SOPClassUID = file.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.12.1"
    file.SOPInstanceUID = file.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file.Modality = "XA"
    file.PatientName = file.PatientID = "TEST"
    file.Rows, file.Columns, file.NumberOfFrames = 9, 12, len(frames)
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 8 if bits == 8 else 16, bits, bits - 1, 0
    file.PixelIntensityRelationship = "LIN"
    file.DistanceSourceToDetector, file.DistanceSourceToPatient = 1000, 700
    file.ImagerPixelSpacing = [0.5, 0.4]
    file.PositionerPrimaryAngle, file.PositionerSecondaryAngle = 90, 0
    file.PatientOrientation, file.PatientPosition = ["P", "F"], "HFS"
    file.FrameTime = 66.5
    # What would be wrong to apply: a modality rescale and a window.
    file.RescaleSlope, file.RescaleIntercept, file.WindowCenter, file.WindowWidth = 3, -1000, 100, 50
    file.PixelData = np.stack(frames).tobytes()
    file["PixelData"].VR = "OB" if bits == 8 else "OW"
    return file


def save(file, path, syntax=ExplicitVRLittleEndian):
    if syntax in (RLELossless, JPEGLSLossless):
        file.compress(syntax, generate_instance_uid=False)
    else:
        file.file_meta.TransferSyntaxUID = syntax
    if syntax == ExplicitVRBigEndian:
        file.PixelData = np.frombuffer(file.PixelData, "<u2").astype(">u2").tobytes()
    file.save_as(path, enforce_file_format=True)


def dicom():
    three = [bits12(f) for f in range(3)]
    for name, syntax in {
        "xa12": ExplicitVRLittleEndian, "xa12_implicit": ImplicitVRLittleEndian, "xa12_big_endian": ExplicitVRBigEndian, "xa12_rle": RLELossless,
        "xa12_jpegls": JPEGLSLossless,
    }.items():
        save(xa(three, 12), HERE / f"{name}.dcm", syntax)
    save(xa([bits8()], 8), HERE / "xa8.dcm")
    mr = xa(three, 12)
    mr.Modality = "MR"
    save(mr, HERE / "bad_mr.dcm")
    rgb = xa([np.dstack([bits8()] * 3)], 8)
    rgb.SamplesPerPixel, rgb.PhotometricInterpretation, rgb.PlanarConfiguration = 3, "RGB", 0
    save(rgb, HERE / "bad_rgb.dcm")

    file = xa(three, 12)
    file.ShutterShape = ["RECTANGULAR", "CIRCULAR"]
    # Counted from 1: columns 1 to 10 and rows 2 to 7 counted from 0, around u 5, v 4.
    file.ShutterLeftVerticalEdge, file.ShutterRightVerticalEdge, file.ShutterUpperHorizontalEdge, file.ShutterLowerHorizontalEdge = 2, 11, 3, 8
    file.CenterOfCircularShutter, file.RadiusOfCircularShutter = [5, 6], 4
    file.CollimatorShape = "POLYGONAL"
    file.VerticesOfThePolygonalCollimator = [1, 1, 1, 12, 9, 12, 9, 3]
    del file.FrameTime
    file.FrameTimeVector = [0, 40, 50]
    save(file, SEQUENCES / "shutters.dcm")
    inverted = xa([bits12()], 12)
    inverted.PhotometricInterpretation = "MONOCHROME1"
    save(inverted, SEQUENCES / "monochrome1.dcm")
    save(xa(three, 12), SEQUENCES / "whole.dcm")
    bare = xa(three, 12)
    for name in (
        "DistanceSourceToDetector", "DistanceSourceToPatient", "ImagerPixelSpacing", "PositionerPrimaryAngle", "PositionerSecondaryAngle",
        "PatientOrientation", "PatientPosition", "FrameTime", "PixelIntensityRelationship",
    ):
        delattr(bare, name)
    save(bare, SEQUENCES / "bare.dcm")
    for name, key, value in [
        ("logarithmic", "PixelIntensityRelationship", "LOG"), ("moving", "PositionerMotion", "DYNAMIC"), ("prone", "PatientPosition", "HFP"),
        ("wrong_letters", "PatientOrientation", ["L", "F"]),
    ]:
        file = xa(three, 12)
        setattr(file, key, value)
        save(file, SEQUENCES / f"{name}.dcm")
    file = xa(three, 12)
    file.DistanceSourceToDetector = -5
    save(file, HERE / "bad_distance.dcm")


if __name__ == "__main__":
    png()
    tiff()
    metaimage()
    dicom()
