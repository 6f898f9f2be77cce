"""From line integrals to what a flat detector delivers: scatter, photon noise, blur, 16 bits.

Scatter is the primary seen through a wide Gaussian, times the scatter-to-primary ratio: it lies over everything and takes contrast away. N photons a
pixel are what arrives, scatter included, at the median pixel behind the vertebrae (the measuring field of an automatic exposure control), not in open
air: a C-arm gives more X-rays to a thicker patient.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

FULL = 65535
ROOM_ABOVE = 40.0  # the detector is full at this many times the dose behind the vertebrae: open air beside a thick patient is white, as on real ones


@dataclass
class Detector:
    photons: float = 200.0  # a pixel behind the vertebrae; 0: no noise
    scatter_to_primary: float = 0.5  # at the median pixel behind the vertebrae
    scatter_sigma_mm: float = 40.0  # at the detector
    blur_sigma_mm: float = 0.25  # scintillator and focal spot

    def photons_in_air(self, integrals, field, spacing):
        """How many photons a pixel the tube must give for this view, and the scatter's factor."""
        primary = np.exp(-integrals)
        wide = self.wide(primary, spacing)
        behind = np.median(primary[field])
        factor = self.scatter_to_primary * behind / max(np.median(wide[field]), 1e-12)
        photons = self.photons if self.photons > 0 else 1000.0
        return photons / (behind * (1 + self.scatter_to_primary)), factor

    def wide(self, primary, spacing):
        # A 40 mm Gaussian needs no fine pixels: an eighth of them gives the same to 0.1 %.
        small = primary[: primary.shape[0] // 8 * 8, : primary.shape[1] // 8 * 8].reshape(primary.shape[0] // 8, 8, primary.shape[1] // 8, 8).mean((1, 3))
        small = gaussian_filter(small, self.scatter_sigma_mm / (8 * spacing), mode="nearest")
        big = zoom(small, 8, order=1, grid_mode=True, mode="nearest")
        return np.pad(big, ((0, primary.shape[0] - big.shape[0]), (0, primary.shape[1] - big.shape[1])), "edge")

    def expose(self, integrals, air, factor, spacing, random, open_field=None):
        """Photons of one frame, blurred."""
        primary = np.exp(-integrals, dtype=np.float32)
        if open_field is not None:
            primary = primary * open_field  # the shutter stops what would have scattered, too
        expected = air * (primary + factor * self.wide(primary, spacing))
        counted = random.poisson(expected).astype(np.float32) if self.photons > 0 else expected
        return gaussian_filter(counted, self.blur_sigma_mm / spacing) if self.blur_sigma_mm > 0 else counted


def gain(air, photons):
    """Counts of the 16-bit image for each photon."""
    return FULL * 0.95 / min(air, ROOM_ABOVE * max(photons, 1.0)) if photons > 0 else FULL * 0.95 / air


def quantised(counts):
    return np.clip(np.rint(counts), 0, FULL).astype(np.uint16)
