"""Pedicle screws in the beam: titanium cylinders, exact chords, each placed off its plan by a known error.

A screw is bound to its vertebra and moves with it. The metal is added to the bone that it replaces: a few percent of its own shadow.
"""

from dataclasses import dataclass

import numpy as np

from Tools.case_reading import matrix
from Tools.Evaluation.fluoroscopy.rigid import apply, rigid, rotation
from Tools.Evaluation.fluoroscopy.tool import rod

HEAD_DIAMETER_MM, HEAD_LENGTH_MM = 12.0, 14.0  # a tulip's outline, filled


@dataclass(frozen=True)
class PlacedScrew:
    level: str
    side: str
    diameter: float  # mm
    length: float  # entry to tip, mm
    planned: np.ndarray  # vertebra_from_screw of plan.json: origin at the entry, z to the tip
    actual: np.ndarray

    def described(self):
        ends = apply(self.actual, [[0, 0, 0], [0, 0, self.length]])
        return {
            "level": self.level, "side": self.side, "diameter_mm": self.diameter, "length_mm": self.length,
            "planned_vertebra_from_screw": self.planned.ravel().tolist(), "entry_vertebra_mm": ends[0].tolist(), "tip_vertebra_mm": ends[1].tolist(),
        }


def placed(plan, levels, chosen, seed, mm, degrees):
    """The screws of a plan in these levels; `chosen` is `all` or `T12:left,L1:right`. Each random number belongs to a screw whether it is chosen or not.

    `mm`: standard deviation of the entry along each axis of the screw; `degrees`: of the turn about each axis across it.
    """
    names = None if chosen == "all" else set(chosen.split(","))
    random, screws, known = np.random.default_rng([seed, 8]), [], set()
    for planned in plan["screws"]:
        if planned["status"] != "planned" or planned["level"] not in levels:
            continue
        shift, turn = random.normal(0, mm, 3), np.radians(random.normal(0, degrees, 2))
        name = f"{planned['level']}:{planned['side']}"
        known.add(name)
        if names is not None and name not in names:
            continue
        frame = matrix(planned["vertebra_from_screw"])
        actual = frame @ rigid(rotation([*turn, 0]), shift)
        screws.append(PlacedScrew(planned["level"], planned["side"], planned["diameter_mm"], planned["length_mm"], frame, actual))
    if names is not None and names - known:
        raise SystemExit(f"the plan has no screw {', '.join(sorted(names - known))}; it has {', '.join(sorted(known))}")
    return screws


def integrals(screws, camera, poses, heads=False):
    """Line integrals of all screws of one view at one moment."""
    total = np.zeros(camera.size[::-1], np.float32)
    for screw in screws:
        room_from_screw = poses[screw.level] @ screw.actual
        axis = room_from_screw[:3, 2]
        total += rod(camera, apply(room_from_screw, [0, 0, screw.length / 2]), axis, screw.length, screw.diameter / 2)
        if heads:
            total += rod(camera, apply(room_from_screw, [0, 0, -HEAD_LENGTH_MM / 2]), axis, HEAD_LENGTH_MM, HEAD_DIAMETER_MM / 2)
    return total
