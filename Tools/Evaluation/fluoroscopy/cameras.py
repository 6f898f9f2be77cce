"""The C-arm: its views, their place in the room, and geometry.json (Protocols/Specification/fluoroscopy.md)."""

from dataclasses import dataclass, replace

import numpy as np

from Tools.Evaluation.fluoroscopy.rigid import inverse, rigid, rotation

SOURCE_DETECTOR_MM = 1020.0
SOURCE_ISOCENTRE_MM = 700.0

# The patient lies prone: the room's x points to the head, y to the patient's left, z up, which is the back. The origin is the isocentre.
ROOM_FROM_PATIENT_AXES = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
# Rows are the C-arm's x, y, z in LPS: columns, rows, beam. Rows of pixels count towards the feet, so the head is up. In AP the patient's left is on the
# right of the picture, as in any radiograph; the source lies under the table. In LAT the beam runs from right to left and the belly is on the right.
BEAMS = {"AP": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]), "LAT": np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]])}


@dataclass(frozen=True)
class Camera:
    name: str
    size: tuple  # columns, rows
    spacing: tuple  # at the detector, mm
    distance: float  # source to detector, mm
    principal: tuple  # pixels
    carm_from_room: np.ndarray

    @property
    def source(self):
        """In the room, mm."""
        return inverse(self.carm_from_room)[:3, 3]

    def pixels(self, points):
        """(u, v) of room points, shape (..., 3)."""
        p = np.asarray(points, float) @ self.carm_from_room[:3, :3].T + self.carm_from_room[:3, 3]
        return np.stack([c + self.distance / s * p[..., a] / p[..., 2] for a, (c, s) in enumerate(zip(self.principal, self.spacing))], -1)

    def detector(self, u, v):
        """Points of the detector in the C-arm's frame, mm."""
        x = (np.asarray(u, float) - self.principal[0]) * self.spacing[0]
        y = (np.asarray(v, float) - self.principal[1]) * self.spacing[1]
        return np.stack(np.broadcast_arrays(x, y, self.distance), -1)

    def travelled(self, room_shift):
        """The C-arm moved by a vector of the room."""
        moved = self.carm_from_room.copy()
        moved[:3, 3] -= moved[:3, :3] @ room_shift
        return replace(self, carm_from_room=moved)

    def orbited(self, degrees):
        """The C-arm turned about the patient's long axis through the isocentre."""
        return replace(self, carm_from_room=self.carm_from_room @ rigid(rotation([np.radians(-degrees), 0, 0])))


def cameras(names, random, columns=512, rows=512, spacing=0.6, tilt_deg=3.0, off_centre_px=5.0, turn_deg=0.0):
    """Views whose C-arm stands a little askew and whose detector is not quite centred: nothing in a real room is straight. Each is turned about its beam by `turn_deg`."""
    views = []
    for name in names:
        skew = rotation(np.radians(random.uniform(-tilt_deg, tilt_deg, 3)))
        axes = rotation([0, 0, np.radians(turn_deg)]) @ skew @ BEAMS[name] @ ROOM_FROM_PATIENT_AXES.T
        centre = np.array([columns - 1, rows - 1]) / 2 + random.uniform(-off_centre_px, off_centre_px, 2)
        views.append(Camera(name, (columns, rows), (spacing, spacing), SOURCE_DETECTOR_MM, tuple(centre), rigid(axes, [0, 0, SOURCE_ISOCENTRE_MM])))
    return views


def from_geometry(geometry):
    """[view][moment] cameras of a geometry.json with pinholes (no `projection`)."""
    views = []
    for view in geometry["views"]:
        def camera(carm_from_room, view=view):
            return Camera(view["name"], tuple(view["size_px"]), tuple(view["pixel_spacing_mm"]), view["source_detector_mm"],
                          tuple(view["principal_point_px"]), np.array(carm_from_room, float).reshape(4, 4))
        views.append([camera(frame.get("carm_from_room", view["carm_from_room"])) for frame in view["frames"]])
    return views


def view_json(camera, values, air, frames):
    """One entry of `views`; `frames` are (file, index or None, time, camera of the moment)."""
    view = {
        "name": camera.name, "size_px": list(camera.size), "pixel_spacing_mm": list(camera.spacing), "source_detector_mm": camera.distance,
        "principal_point_px": list(camera.principal), "carm_from_room": camera.carm_from_room.ravel().tolist(), "values": values, "frames": [],
    }
    if air is not None:
        view["air_value"] = air
    for file, index, time, own in frames:
        entry = {"file": file, "time_s": round(time, 6)}
        if index is not None:
            entry["index"] = index
        if not np.array_equal(own.carm_from_room, camera.carm_from_room):
            entry["carm_from_room"] = own.carm_from_room.ravel().tolist()
        view["frames"].append(entry)
    return view
