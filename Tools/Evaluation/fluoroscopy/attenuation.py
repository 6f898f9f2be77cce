"""What X-rays see of a CT: each vertebra's bone as a volume of its own, and the rest of the patient.

A vertebra's *excess* is what its bone attenuates more than soft tissue would. With the excess taken out, soft tissue is left in the bone's place, so
that the bone can be put back anywhere. Adding all parts at the CT's own poses gives the CT again. In air a vertebra is all that its label attenuates.
"""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from Tools.case_reading import VERSE_IDS, Image, matrix

# Water at about 65 keV, the effective energy of a hard-filtered 110 kV beam behind a patient (NIST XCOM: 0.0206/mm at 60 keV, 0.0193 at 70 keV). HU are
# taken to scale it, which is exact for water and air and a little low for bone, because a CT's beam is harder.
WATER_PER_MM = 0.02
SOFT_TISSUE_HU = 40
AIR_HU = -1000
SHELL_MM = 2.5  # bone's blurred rim outside the label moves with the bone; left behind, it would draw a ghost at the CT's pose


@dataclass
class Parts:
    vertebrae: dict  # level: Image of excess attenuation per mm, cropped, in patient LPS
    rest: Image  # attenuation per mm
    centres: dict  # level: centroid of the label, LPS mm


def attenuation(hu):
    return np.maximum(0, WATER_PER_MM * (1 + np.asarray(hu, np.float32) / 1000)).astype(np.float32)


def split(ct, labels, shell_mm=SHELL_MM, pad_mm=80.0, around_hu=SOFT_TISSUE_HU):
    """Parts of a CT with a map of VerSe ids on the same grid. The rest goes on beyond the first and last slice for `pad_mm`, because people do.

    `around_hu` is what lies where a vertebra is taken out: soft tissue, or air."""
    if labels.voxels.shape != ct.voxels.shape or not np.allclose(labels.origin, ct.origin, atol=1e-3):
        raise SystemExit("the labels are not on the CT's grid")
    mu = attenuation(ct.voxels)
    excess = np.maximum(0, mu - attenuation(around_hu))
    owner = grown(labels, shell_mm)
    vertebrae, centres, taken = {}, {}, np.zeros_like(mu)
    for level, number in VERSE_IDS.items():
        inside = owner == number
        if not inside.any():
            continue
        box = tuple(slice(max(0, w.min() - 1), w.max() + 2) for w in np.nonzero(inside))  # one empty voxel around it: nothing is cut
        part = np.where(inside[box], excess[box], 0)
        taken[box] += part
        first = [box[2].start, box[1].start, box[0].start]
        vertebrae[level] = Image(part, ct.points(first), ct.lps_from_index)
        k, j, i = (w.mean() for w in np.nonzero(labels.voxels == number))
        centres[level] = ct.points([i, j, k])
    return Parts(vertebrae, padded(Image(mu - taken, ct.origin, ct.lps_from_index), pad_mm), centres)


def grown(labels, shell_mm):
    """The labels grown by `shell_mm`, each voxel going to the nearest of them."""
    if shell_mm <= 0:
        return labels.voxels
    best = np.full(labels.voxels.shape, shell_mm + 1e-3, np.float32)
    owner = labels.voxels.copy()
    margin = np.ceil(shell_mm / labels.spacing).astype(int) + 1
    for number in np.unique(labels.voxels)[1:]:
        where = np.nonzero(labels.voxels == number)
        box = tuple(slice(max(0, w.min() - m), w.max() + m + 1) for w, m in zip(where, margin[::-1]))
        mask = sitk.GetImageFromArray((labels.voxels[box] == number).astype(np.uint8))
        mask.SetSpacing(labels.spacing.tolist())
        distance = sitk.GetArrayFromImage(sitk.DanielssonDistanceMap(mask, inputIsBinary=True, squaredDistance=False, useImageSpacing=True))
        nearer = (distance < best[box]) & (labels.voxels[box] == 0)
        best[box][nearer] = distance[nearer]
        owner[box][nearer] = number
    return owner


def padded(image, pad_mm):
    count = int(np.ceil(pad_mm / image.spacing[2]))
    return Image(np.pad(image.voxels, ((count, count), (0, 0), (0, 0)), "edge"), image.points([0, 0, -count]), image.lps_from_index)


def surface_points(labels, level, vertebra_from_patient, count=200):
    """Points of the label's surface in the vertebra's frame, mm; the same ones every time."""
    mask = np.pad(labels.voxels == VERSE_IDS[level], 1)
    inner = mask.copy()
    for axis in range(3):
        inner &= np.roll(mask, 1, axis) & np.roll(mask, -1, axis)
    shell = np.argwhere(mask & ~inner)[:, ::-1] - 1
    chosen = shell[np.random.default_rng(0).permutation(len(shell))[:count]]
    points = labels.points(chosen)
    return points @ vertebra_from_patient[:3, :3].T + vertebra_from_patient[:3, 3]


def vertebra_frames(plan):
    """patient_from_vertebra of every level of plan.json."""
    return {v["level"]: matrix(v["patient_from_vertebra"]) for v in plan["vertebrae"]}
