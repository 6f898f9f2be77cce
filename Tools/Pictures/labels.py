"""The case's label map, cut down to what a picture needs."""

import numpy as np
from scipy.ndimage import find_objects

from Tools.case_reading import Image


class Labels:
    """VerSe ids with the bounding box of each."""

    def __init__(self, image, boxes=None):
        self.image = image
        self.boxes = boxes or {i + 1: box for i, box in enumerate(find_objects(image.voxels.astype(np.int32))) if box}
        self._masks = {}

    def around(self, point, reach):
        """The part within `reach` mm of an LPS point."""
        centre = self.image.index(point)[::-1]
        half = reach / self.image.spacing[::-1]
        low = np.maximum(np.floor(centre - half), 0).astype(int)
        high = np.minimum(np.ceil(centre + half) + 1, self.image.voxels.shape).astype(int)
        part = self.image.voxels[tuple(slice(a, b) for a, b in zip(low, high))]
        return Labels(Image(part, self.image.points(low[::-1]), self.image.lps_from_index), boxes={0: None})

    def only(self, label):
        return self._mask(("only", label), lambda v: v == label)

    def without(self, label):
        return self._mask(("without", label), lambda v: (v != label) & (v != 0))

    def _mask(self, key, test):
        if key not in self._masks:
            self._masks[key] = Image(test(self.image.voxels).astype(np.float32), self.image.origin, self.image.lps_from_index)
        return self._masks[key]

    def centre(self, label):
        """The LPS middle of a label's bounding box, or None when it is not there."""
        box = self.boxes.get(label)
        return self.image.points([(s.start + s.stop - 1) / 2 for s in reversed(box)]) if box else None
