"""4x4 rigid transforms and rotation vectors."""

import numpy as np


def rigid(axes=np.eye(3), shift=(0, 0, 0)):
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = axes, shift
    return out


def inverse(transform):
    axes = transform[:3, :3].T
    return rigid(axes, -axes @ transform[:3, 3])


def rotation(vector):
    """The rotation by |vector| radians about it (Rodrigues)."""
    vector = np.asarray(vector, float)
    angle = np.linalg.norm(vector)
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def rotation_vector(axes):
    """The inverse of `rotation`, for angles below 180 degrees."""
    twice_sine = np.array([axes[2, 1] - axes[1, 2], axes[0, 2] - axes[2, 0], axes[1, 0] - axes[0, 1]])
    sine = np.linalg.norm(twice_sine) / 2
    angle = np.arctan2(sine, (np.trace(axes) - 1) / 2)
    return twice_sine / 2 if sine < 1e-12 else twice_sine / (2 * sine) * angle


def apply(transform, points):
    return np.asarray(points, float) @ transform[:3, :3].T + transform[:3, 3]
