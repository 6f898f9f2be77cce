"""A patient as closed surfaces with one material inside each: what a CT-based tracker does not assume.

Surfaces are isosurfaces of smoothed masks of the CT; their material is the mean HU of the mask. Bone of a vertebra is two materials, dense and spongy.
"""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from Tools.case_reading import VERSE_IDS, Image
from Tools.Evaluation.fluoroscopy import attenuation

DENSE_HU = 300  # from here on bone is cortex rather than spongy
BRIGHT_HU = (130, 300, 460)  # the rest's bone and contrast agent, in steps: by HU they cannot be told apart
BODY_HU = -400  # from here on not air
FAT_HU = (-190, -30)
VERTEBRA_GRID_MM, REST_GRID_MM = 1.0, 2.0
LEAST_MM3 = {"air": 5000, "fat": 5000}  # smaller pieces are noise
LEAST_BRIGHT_MM3 = 100


@dataclass
class Surface:
    """Closed triangles with their normals outwards, and what fills them."""

    vertices: np.ndarray  # (n, 3) LPS mm
    faces: np.ndarray  # (m, 3)
    hu: float

    def without(self, inner):
        """This surface with another one cut out: its material ends where the other's begins."""
        faces = np.concatenate([self.faces, inner.faces[:, ::-1] + len(self.vertices)])
        return Surface(np.concatenate([self.vertices, inner.vertices]), faces, self.hu)


def vertebrae(ct, labels):
    """{level: [Surface]} of every label; the surfaces of a level do not overlap.

    A label may end inside the bone: one 0.5 mm too small all round draws a vertebra 3 % too small, as if it stood 20 mm farther from the source. So bone
    that the CT shows just outside a label belongs to it, and what the CT shows as soft tissue at its rim does not.
    """
    found = {}
    bright = ndimage.gaussian_filter(ct.voxels.astype(np.float32), 0.5) >= BRIGHT_HU[0]
    owner = np.where(bright | ndimage.binary_erosion(labels.voxels > 0, iterations=2), attenuation.grown(labels, attenuation.SHELL_MM), 0)
    for level, number in VERSE_IDS.items():
        inside = owner == number
        if not inside.any():
            continue
        # Without the margin a cut vertebra's surface would be open at the image's end.
        box = tuple(slice(max(0, w.min() - 3), w.max() + 4) for w in np.nonzero(inside))
        origin = labels.points([box[2].start, box[1].start, box[0].start])
        inside, hu = inside[box], ct.voxels[box]
        dense = inside & (hu >= DENSE_HU)
        whole = surface(Image(inside, origin, labels.lps_from_index), VERTEBRA_GRID_MM, mean(hu, inside & ~dense))
        cortex = surface(Image(dense, origin, labels.lps_from_index), VERTEBRA_GRID_MM, mean(hu, dense))
        found[level] = [whole] if cortex is None else [whole.without(cortex), cortex]
    return found


def rest(ct, labels, pad_mm=80.0):
    """{name: Surface} of all that is no labelled vertebra. `body` holds the others inside it, which do not overlap.

    All but bone goes on beyond the first and last slice for `pad_mm`, because people do.
    """
    bone_of_vertebrae = attenuation.grown(labels, attenuation.SHELL_MM) > 0
    smooth = ndimage.gaussian_filter(ct.voxels.astype(np.float32), REST_GRID_MM / 2 / ct.spacing[::-1])  # or noise would make sponges of organs
    body = largest(smooth > BODY_HU)
    body = np.stack([ndimage.binary_fill_holes(ndimage.binary_closing(layer, iterations=2)) for layer in body])
    inside = body & ~bone_of_vertebrae
    voxel = np.prod(ct.spacing)
    soft = {
        "air": inside & (smooth <= BODY_HU),
        "fat": ndimage.binary_erosion(inside, iterations=2) & (smooth > FAT_HU[0]) & (smooth < FAT_HU[1]),  # not the skin's blurred edge
    }
    soft = {name: pieces(mask, LEAST_MM3[name] / voxel) for name, mask in soft.items()}
    bright = [pieces(inside & (smooth >= hu), LEAST_BRIGHT_MM3 / voxel) for hu in BRIGHT_HU]

    def made(mask, material, pad_mm=0.0):
        return surface(attenuation.padded(Image(mask, ct.origin, ct.lps_from_index), pad_mm), REST_GRID_MM, mean(ct.voxels, material))

    found = {"body": made(body, inside & ~(soft["air"] | soft["fat"] | bright[0]), pad_mm)}
    found |= {name: made(mask, mask, pad_mm) for name, mask in soft.items()}
    steps = [made(mask, mask & ~brighter) for mask, brighter in zip(bright, [*bright[1:], np.zeros_like(body)])]
    steps = [step for step in steps if step]
    for number, step in enumerate(steps):
        found[f"bright{number}"] = step.without(steps[number + 1]) if number + 1 < len(steps) else step
    return {name: of for name, of in found.items() if of}


def together(surfaces):
    """Several surfaces as one: their material is the mean, weighted by volume."""
    ends = np.cumsum([0, *(len(s.vertices) for s in surfaces)])
    faces = np.concatenate([s.faces + first for s, first in zip(surfaces, ends)])
    volumes = [volume_of(s.vertices, s.faces) for s in surfaces]
    return Surface(np.concatenate([s.vertices for s in surfaces]), faces, float(np.average([s.hu for s in surfaces], weights=volumes)))


def mean(hu, mask):
    return float(hu[mask].mean()) if mask.any() else 0.0


def largest(mask):
    return pieces(mask, mask.sum() / 3)


def pieces(mask, least):
    """The connected pieces of at least so many voxels."""
    numbered, count = ndimage.label(mask)
    sizes = ndimage.sum_labels(mask, numbered, np.arange(count + 1))
    return (sizes >= least)[numbered] & mask


def surface(image, grid_mm, hu):
    """The surface of a mask, smooth to about a grid's step; None where too little is left of it."""
    from skimage.measure import marching_cubes

    field = resampled(image, grid_mm)
    if field.voxels.max() < 0.5:
        return None
    vertices, faces, _, _ = marching_cubes(np.pad(field.voxels, 1), 0.5)  # padded, so closed at the image's end
    vertices = field.points(vertices[:, ::-1] - 1)
    return Surface(vertices, faces if volume_of(vertices, faces) > 0 else faces[:, ::-1], hu)


def volume_of(vertices, faces):
    """Signed volume of closed triangles, mm3: positive where their normals point outwards."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def resampled(image, grid_mm):
    """A mask as a smooth field of 0 to 1 on even voxels along the image's own axes."""
    mask = sitk.GetImageFromArray(image.voxels.astype(np.float32))
    mask.SetSpacing(image.spacing.tolist())
    mask = sitk.SmoothingRecursiveGaussian(mask, [max(0.6 * grid_mm, 0.4 * s) for s in image.spacing])
    size = [int(np.ceil(n * s / grid_mm)) + 1 for n, s in zip(mask.GetSize(), image.spacing)]
    fine = sitk.Resample(mask, size, sitk.Transform(), sitk.sitkLinear, [0.0, 0.0, 0.0], [grid_mm] * 3, np.eye(3).ravel().tolist(), 0.0)
    return Image(sitk.GetArrayFromImage(fine), image.origin, image.lps_from_index / image.spacing * grid_mm)
