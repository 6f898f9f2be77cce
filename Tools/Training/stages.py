"""What each of the two networks sees and says. The product's model contract repeats these numbers; `export.py` writes them into it."""

from dataclasses import dataclass

BACKGROUND, FIRST, SECOND, SACRUM, OTHER_BONE, CANAL = range(6)  # FIRST, SECOND: body, arch (coarse); this, other vertebra (fine)
CLASSES = 6
OFFSET_SCALE = 20.0  # mm
LOW_HU, HIGH_HU, MIDDLE_HU, SCALE_HU = -250.0, 1200.0, 120.0, 280.0


@dataclass(frozen=True)
class Stage:
    """shape: voxels; spacing: mm; centre: voxel of the body centre (fine) or of the patch (coarse); width: channels of the trunk."""

    name: str
    shape: tuple
    spacing: float
    centre: tuple
    offsets: int
    width: int
    coordinates: bool


COARSE = Stage("coarse", (96, 96, 96), 2.0, (47.5, 47.5, 47.5), 3, 16, False)
FINE = Stage("fine", (80, 80, 64), 1.5, (39.5, 25.5, 38.5), 0, 24, True)
STAGES = {stage.name: stage for stage in (COARSE, FINE)}


def normalised(hu):
    return (hu.clamp(LOW_HU, HIGH_HU) - MIDDLE_HU) / SCALE_HU
