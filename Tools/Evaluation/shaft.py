"""Where a planned shaft lies, as points on its surface. Written from the plan file's definition, not from the planner's code."""

import numpy as np

MEDIAL_CONE_COSINE = np.cos(np.radians(60))  # a breach within 60 degrees of the way to the midline is medial


def unit(v):
    v = np.asarray(v, float)
    return v / np.linalg.norm(v)


def surface(screw, axial_step=0.5, around=32):
    """Points on the shaft, their depth from the entry in mm and their outward radial directions."""
    entry, tip = np.array(screw["entry_lps_mm"]), np.array(screw["tip_lps_mm"])
    length = np.linalg.norm(tip - entry)
    axis = (tip - entry) / length
    first = unit(np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))]))
    second = np.cross(axis, first)
    angles = np.arange(around) * 2 * np.pi / around
    radial = np.cos(angles)[:, None] * first + np.sin(angles)[:, None] * second
    depths = np.linspace(0, length, max(2, int(np.ceil(length / axial_step)) + 1))
    points = entry + depths[:, None, None] * axis + screw["diameter_mm"] / 2 * radial[None]
    shape = points.shape[:2]
    return (
        points.reshape(-1, 3),
        np.broadcast_to(depths[:, None], shape).ravel(),
        np.broadcast_to(radial[None], (*shape, 3)).reshape(-1, 3),
    )


def line_distance(point, origin, direction):
    """How far a point lies from a line, mm."""
    d = np.asarray(point, float) - np.asarray(origin, float)
    return float(np.linalg.norm(np.cross(d, unit(direction))))


def angle_degrees(a, b):
    a, b = unit(a), unit(b)
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)))


def ellipse_distance(u, v, half_u, half_v):
    """Distance to an ellipse to first order, mm, negative inside; exact on the ellipse, which is where the sign is decided."""
    k0 = np.hypot(u / half_u, v / half_v)
    k1 = np.hypot(u / half_u**2, v / half_v**2)
    return np.where(k1 > 1e-9, k0 * (k0 - 1) / np.maximum(k1, 1e-9), -np.minimum(half_u, half_v))


def gertzbein_robbins(breach):
    """The grade of the greatest distance outside bone, mm."""
    for grade, limit in (("A", 0), ("B", 2), ("C", 4), ("D", 6)):
        if (breach <= limit) if grade == "A" else (breach < limit):
            return grade
    return "E"
