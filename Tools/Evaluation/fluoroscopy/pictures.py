"""Frames as files: 16-bit PNG, or float MHA where the values are no counts."""

import numpy as np
import SimpleITK as sitk


def write_frames(folder, name, stack, arguments):
    """Writes [moment] images and returns their relative names."""
    floats = arguments.values == "line_integral" or arguments.event == "nan"  # 16-bit counts cannot be NaN
    (folder / name).mkdir(parents=True, exist_ok=True)
    for old in (folder / name).iterdir():
        old.unlink()
    files = []
    for t, pixels in enumerate(stack):
        file = f"{name}/{t:04}.{'mha' if floats else 'png'}"
        sitk.WriteImage(sitk.GetImageFromArray(np.ascontiguousarray(pixels, np.float32 if floats else np.uint16)), str(folder / file))
        files.append(file)
    return files


def read_frame(path):
    return np.squeeze(sitk.GetArrayFromImage(sitk.ReadImage(str(path))))
