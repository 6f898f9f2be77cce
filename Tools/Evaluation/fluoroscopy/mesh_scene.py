"""One patient in front of the C-arm, as closed surfaces: line integrals of every moment and view by gvxr."""

from Tools.case_reading import read_image
from Tools.Evaluation.fluoroscopy import anatomy
from Tools.Evaluation.fluoroscopy.gvxr_beam import Beam
from Tools.Evaluation.fluoroscopy.patient import Patient


class MeshScene(Patient):
    """Surfaces of one material each. A vertebra that moves pushes soft tissue aside, and leaves soft tissue where it was."""

    def __init__(self, ct, case, levels=None, vertebra_only=False):
        super().__init__(case, levels)
        ct = read_image(ct)
        self.beam = Beam()
        found = anatomy.vertebrae(ct, self.labels)
        self.own = {level: self.add(level, found.pop(level)) for level in self.levels}
        by_material = [[s[n] for s in found.values() if len(s) > n] for n in range(2)]
        # gvxr takes its time by the number of surfaces, so neighbours are one for each material.
        self.neighbours = self.add("neighbours", [] if vertebra_only else [anatomy.together(of) for of in by_material if of])
        self.rest = [] if vertebra_only else list(anatomy.rest(ct, self.labels).items())
        for name, of in self.rest:
            self.beam.add(name, of, outermost=name == "body")

    def physics(self):
        return {"materials_hu": {name: round(of.hu) for name, of in self.rest}} | Beam.physics()

    def add(self, name, surfaces):
        names = [f"{name}_{number}" for number in range(len(surfaces))]
        for each, of in zip(names, surfaces):
            self.beam.add(each, of)
        return names

    def integrals(self, camera, poses, group):
        for level, room_from_patient in self.moved(poses).items():
            self.place(self.own[level], camera.carm_from_room @ room_from_patient)
        self.place(self.neighbours, camera.carm_from_room @ group @ self.room_from_patient)
        self.place([name for name, _ in self.rest], camera.carm_from_room @ self.room_from_patient)
        return self.beam.integrals(camera)

    def place(self, names, carm_from_patient):
        for name in names:
            self.beam.place(name, carm_from_patient)
