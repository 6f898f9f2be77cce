"""One patient in front of the C-arm, in voxels: line integrals of every moment and view."""

import numpy as np

from Tools.case_reading import read_image
from Tools.Evaluation.fluoroscopy import attenuation
from Tools.Evaluation.fluoroscopy.patient import Patient
from Tools.Evaluation.fluoroscopy.projectors import PROJECTORS


class Scene(Patient):
    """The CT itself, in parts: its voxels are the vertebrae and the rest."""

    def __init__(self, ct, case, levels=None, projector="rtk", vertebra_only=False, shell_mm=attenuation.SHELL_MM, threads=2):
        super().__init__(case, levels)
        self.project = lambda *of: PROJECTORS[projector](*of, threads=threads)
        around_hu = attenuation.AIR_HU if vertebra_only else attenuation.SOFT_TISSUE_HU
        parts = attenuation.split(read_image(ct), self.labels, shell_mm, around_hu=around_hu)
        self.vertebrae = {level: parts.vertebrae[level] for level in self.levels}
        self.neighbours = {} if vertebra_only else {k: v for k, v in parts.vertebrae.items() if k not in self.levels}
        self.rest = None if vertebra_only else parts.rest
        self.shell_mm = shell_mm
        self.still = {}

    def physics(self):
        return {"water_per_mm": attenuation.WATER_PER_MM, "soft_tissue_hu": attenuation.SOFT_TISSUE_HU, "shell_mm": self.shell_mm}

    def integrals(self, camera, poses, group):
        total = self.standing(camera).copy()
        for level, room_from_patient in self.moved(poses).items():
            total += self.project(self.vertebrae[level], camera.carm_from_room @ room_from_patient, camera)
        for part in self.neighbours.values():
            total += self.project(part, camera.carm_from_room @ group @ self.room_from_patient, camera)
        return total

    def standing(self, camera):
        """What does not move, projected once for each place of the C-arm."""
        if self.rest is None:
            return np.zeros(camera.size[::-1], np.float32)
        key = camera.name, camera.size, camera.spacing, camera.distance, camera.principal, camera.carm_from_room.tobytes()
        if key not in self.still:
            self.still = {k: v for k, v in self.still.items() if k[0] != camera.name}  # the C-arm seldom comes back: keep one a view
            self.still[key] = self.project(self.rest, camera.carm_from_room @ self.room_from_patient, camera)
        return self.still[key]
