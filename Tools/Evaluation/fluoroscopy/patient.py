"""What every way to draw a patient shares: the planned case, and where it lies in the room."""

import numpy as np

from Tools.case_reading import read_image, read_plan
from Tools.Evaluation.fluoroscopy import attenuation
from Tools.Evaluation.fluoroscopy.cameras import ROOM_FROM_PATIENT_AXES
from Tools.Evaluation.fluoroscopy.rigid import inverse, rigid


class Patient:
    """`levels` move each on their own; every other labelled vertebra moves with the group; all else stands still."""

    def __init__(self, case, levels=None):
        self.plan = read_plan(case)
        self.labels = read_image(case / "labels.nii.gz")
        self.patient_from_vertebra = attenuation.vertebra_frames(self.plan)
        self.levels = [level for level in self.patient_from_vertebra if levels is None or level in levels]
        if not self.levels:
            raise SystemExit(f"{case}: none of the levels {levels} has a frame in plan.json")
        # The isocentre lies in the middle of the vertebrae of interest.
        middle = np.mean([self.patient_from_vertebra[level][:3, 3] for level in self.levels], 0)
        self.room_from_patient = rigid(ROOM_FROM_PATIENT_AXES, -ROOM_FROM_PATIENT_AXES @ middle)

    def integrals(self, camera, poses, group):
        """Line integrals [row, column] of one view at one moment."""
        raise NotImplementedError

    def physics(self):
        """What the line integrals assume, for simulation.json."""
        raise NotImplementedError

    def at_rest(self):
        return {level: self.room_from_patient @ self.patient_from_vertebra[level] for level in self.levels}

    def moved(self, poses):
        """{level: room_from_patient} of each vertebra that moves on its own."""
        return {level: poses[level] @ inverse(self.patient_from_vertebra[level]) for level in self.levels}

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
