"""A label map judged on its own: walls by a signed distance of the upsampled mask, without the planner's surfaces."""

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates

FINE = 0.4  # mm, the grid on which walls are measured
ENTRY_ZONE = 5.0  # mm of the shaft from the entry that are not graded: there the shaft leaves the bone by design


class Wall:
    """Signed distance to one vertebra's wall, mm, negative inside the bone.

    The mask is interpolated linearly onto a fine grid, cut at one half, and the distance is taken between the centres of inside and
    outside voxels, which puts the wall half-way between them. Known to about FINE / 2; on slices thicker than that the mask itself is
    the limit.
    """

    def __init__(self, labels, label, near=None, reach=60):
        mask = labels.voxels == label
        where = np.argwhere(mask)
        low, high = np.maximum(where.min(axis=0) - 4, 0), np.minimum(where.max(axis=0) + 5, mask.shape)
        part = mask[tuple(slice(a, b) for a, b in zip(low, high))].astype(np.float32)
        spacing = labels.spacing[::-1]
        counts = np.ceil((np.array(part.shape) - 1) * spacing / FINE).astype(int) + 1
        steps = FINE / spacing
        axes = [np.arange(n) * s for n, s in zip(counts, steps)]
        fine = map_coordinates(part, np.meshgrid(*axes, indexing="ij"), order=1, mode="nearest") > 0.5
        self.labels, self.low, self.steps = labels, low, steps
        self.distance = (distance_transform_edt(~fine) - distance_transform_edt(fine)).astype(np.float32) * FINE
        # Between an inside and an outside centre the two transforms jump from -FINE to +FINE; smoothing that pair is what halves the step.
        self.distance = gaussian_filter(self.distance, 0.5)

    def at(self, points):
        index = (self.labels.index(points)[:, ::-1] - self.low) / self.steps
        return map_coordinates(self.distance, index.T, order=1, mode="nearest")


def breaches(screw, wall, medial, surface, skip=ENTRY_ZONE, margin=0.0):
    """How far the shaft comes out of the bone beyond the entry zone: anywhere, and towards the midline, mm; 0 when it does not.

    `margin` grows the bone (negative: shrinks it), to show how much the figure leans on the mask's edge.
    """
    points, depth, radial = surface(screw)
    graded = depth >= skip
    outside = wall.at(points[graded]) - margin
    towards = radial[graded] @ medial > 0.5
    return float(max(0, outside.max(initial=0))), float(max(0, outside[towards].max(initial=0)))
