"""One patient in front of the C-arm: line integrals of every moment and view."""

import numpy as np

from Tools.case_reading import read_image, read_plan
from Tools.Evaluation.fluoroscopy import attenuation
from Tools.Evaluation.fluoroscopy.cameras import ROOM_FROM_PATIENT_AXES
from Tools.Evaluation.fluoroscopy.projectors import PROJECTORS
from Tools.Evaluation.fluoroscopy.rigid import inverse, rigid


class Scene:
    """`levels` move each on their own; every other labelled vertebra moves with the group; all else stands still."""

    def __init__(self, ct, case, levels=None, projector="rtk", vertebra_only=False, shell_mm=attenuation.SHELL_MM, threads=2):
        self.plan = read_plan(case)
        self.labels = read_image(case / "labels.nii.gz")
        self.project = lambda *of: PROJECTORS[projector](*of, threads=threads)
        self.patient_from_vertebra = attenuation.vertebra_frames(self.plan)
        self.levels = [level for level in self.patient_from_vertebra if levels is None or level in levels]
        if not self.levels:
            raise SystemExit(f"{case}: none of the levels {levels} has a frame in plan.json")
        around_hu = attenuation.AIR_HU if vertebra_only else attenuation.SOFT_TISSUE_HU
        parts = attenuation.split(read_image(ct), self.labels, shell_mm, around_hu=around_hu)
        self.vertebrae = {level: parts.vertebrae[level] for level in self.levels}
        self.neighbours = {} if vertebra_only else {k: v for k, v in parts.vertebrae.items() if k not in self.levels}
        self.rest = None if vertebra_only else parts.rest
        # The isocentre lies in the middle of the vertebrae of interest.
        middle = np.mean([self.patient_from_vertebra[level][:3, 3] for level in self.levels], 0)
        self.room_from_patient = rigid(ROOM_FROM_PATIENT_AXES, -ROOM_FROM_PATIENT_AXES @ middle)
        self.still = {}

    def at_rest(self):
        return {level: self.room_from_patient @ self.patient_from_vertebra[level] for level in self.levels}

    def integrals(self, camera, poses, group):
        """Line integrals of one view at one moment."""
        total = self.standing(camera).copy()
        for level, part in self.vertebrae.items():
            total += self.project(part, camera.carm_from_room @ poses[level] @ inverse(self.patient_from_vertebra[level]), camera)
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

    def behind_vertebrae(self, camera, poses):
        """Pixels within 12 mm of a vertebra's origin as seen: the measuring field of the exposure control."""
        u, v = np.meshgrid(np.arange(camera.size[0]), np.arange(camera.size[1]))
        field = np.zeros(camera.size[::-1], bool)
        for pose in poses.values():
            pixel = camera.pixels(pose[:3, 3])
            field |= np.hypot(u - pixel[0], v - pixel[1]) * abs(camera.spacing[0]) < 12 * 1.45
        return field if field.any() else ~field

    def surfaces(self):
        return {level: attenuation.surface_points(self.labels, level, inverse(self.patient_from_vertebra[level])) for level in self.levels}

    def landmarks(self):
        """{(level, point): LPS mm} of what a surgeon may click on."""
        found = {(level, "body_centre"): self.patient_from_vertebra[level][:3, 3] for level in self.levels}
        for screw in self.plan["screws"]:
            if screw["pedicle"] and screw["level"] in self.levels:
                found[screw["level"], f"{screw['side']}_pedicle"] = np.array(screw["pedicle"]["isthmus_centre_lps_mm"])
        return found
