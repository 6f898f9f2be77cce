"""Slices of an image along any plane, and a screw's outline on them."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates


@dataclass
class View:
    """A picture plane: `centre` LPS mm; `right` and `down` unit LPS directions; half sizes and pixel in mm."""

    title: str
    centre: np.ndarray
    right: np.ndarray
    down: np.ndarray
    half_width: float
    half_height: float
    pixel: float = 0.3

    @property
    def extent(self):
        """For imshow with origin 'upper': left, right, bottom, top in mm from the centre."""
        return (-self.half_width, self.half_width, self.half_height, -self.half_height)

    def axes(self):
        """Pixel centres along the picture's right and down, mm from the centre."""
        across = np.arange(-self.half_width + self.pixel / 2, self.half_width, self.pixel)
        along = np.arange(-self.half_height + self.pixel / 2, self.half_height, self.pixel)
        return across, along

    def points(self):
        """LPS points of the pixels, shape (rows, columns, 3)."""
        across, along = self.axes()
        return self.centre + across[None, :, None] * self.right + along[:, None, None] * self.down

    def onto(self, point):
        """The picture position (right, down) of an LPS point, seen along the plane's normal."""
        d = np.asarray(point, float) - self.centre
        return d @ self.right, d @ self.down

    def height(self, point):
        """How far an LPS point lies off the plane, mm."""
        return float((np.asarray(point, float) - self.centre) @ np.cross(self.right, self.down))


def sample(image, view, outside):
    """Trilinear values of `image` on the view's pixels."""
    ijk = image.index(view.points())
    return map_coordinates(
        image.voxels, [ijk[..., 2], ijk[..., 1], ijk[..., 0]], output=np.float32, order=1, mode="constant", cval=outside
    )


def cylinder_distance(points, entry, tip, radius):
    """Signed distance of LPS points to the screw's shaft, a flat-ended cylinder; negative inside, mm."""
    axis = (tip - entry) / np.linalg.norm(tip - entry)
    d = points - (entry + tip) / 2
    along = np.abs(d @ axis) - np.linalg.norm(tip - entry) / 2
    across = np.linalg.norm(d - (d @ axis)[..., None] * axis, axis=-1) - radius
    outside = np.hypot(np.maximum(along, 0), np.maximum(across, 0))
    return outside + np.minimum(np.maximum(along, across), 0)


def silhouette(view, entry, tip, radius):
    """Corners of the shaft's shadow on the view, or None when the view looks down the shaft."""
    a, b = np.array(view.onto(entry)), np.array(view.onto(tip))
    length = np.linalg.norm(b - a)
    if length < 1:
        return None
    side = radius * np.array([-(b - a)[1], (b - a)[0]]) / length
    return np.array([a + side, b + side, b - side, a - side, a + side])


def letters(direction):
    """The patient direction that a picture direction points to: 'L', or 'LP' when it is far from any axis."""
    names = [("R", "L"), ("A", "P"), ("I", "S")]
    order = np.argsort(-np.abs(direction))
    strong = [axis for axis in order if abs(direction[axis]) > 0.5] or [order[0]]
    return "".join(names[axis][int(direction[axis] > 0)] for axis in strong[:2])
