"""A metal rod between source and detector: exact line integrals of a cylinder, no voxels."""

import numpy as np

from Tools.Evaluation.fluoroscopy.rigid import apply

TITANIUM_PER_MM = 0.28  # at 65 keV: 0.62 cm2/g (NIST) times 4.5 g/cm3


def rod(camera, middle, direction, length=160.0, radius=2.75, per_mm=TITANIUM_PER_MM):
    """Line integrals [row, column] of a rod whose middle and direction are given in the room, mm."""
    u, v = np.meshgrid(np.arange(camera.size[0]), np.arange(camera.size[1]))
    ray = camera.detector(u, v)
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    axis = camera.carm_from_room[:3, :3] @ (np.asarray(direction, float) / np.linalg.norm(direction))
    from_middle = -apply(camera.carm_from_room, middle)  # the source is the C-arm's origin
    along, start = ray @ axis, from_middle @ axis
    across, offset = ray - along[..., None] * axis, from_middle - start * axis
    a, b, c = (across**2).sum(-1), across @ offset, offset @ offset - radius**2
    root = np.sqrt(np.maximum(0, b * b - a * c))
    a = np.maximum(a, 1e-12)
    near, far = (-b - root) / a, (-b + root) / a
    steep = np.where(np.abs(along) < 1e-9, 1e-9, along)
    ends = np.sort(np.stack([(-length / 2 - start) / steep, (length / 2 - start) / steep]), axis=0)
    return (per_mm * np.maximum(0, np.minimum(far, ends[1]) - np.maximum(near, ends[0]))).astype(np.float32)
