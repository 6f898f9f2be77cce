"""How vertebrae move: every moment, room_from_vertebra of each, from seeds."""

import numpy as np

from Tools.Evaluation.fluoroscopy.rigid import inverse, rigid, rotation

MEMORY_S = 0.7  # how long a random motion remembers: a second or two from one side to the other
BREATH_S = 4.0
BREATH_MM = 2.0  # amplitude towards the head (published: 1.96 +- 1.32 mm)
GROUP_DEG, GROUP_MM = 0.5, 1.0


def smooth(random, times, columns, rms, memory=MEMORY_S):
    """[moment, column] random curves with the given ensemble RMS a column (a single curve may have more or less)."""
    step = memory / 8
    grid = np.arange(times[0] - 4 * memory, times[-1] + 4 * memory + step, step)
    kernel = np.exp(-0.5 * (np.arange(-24, 25) * step / memory) ** 2)
    kernel /= np.linalg.norm(kernel)  # white noise through it keeps its variance
    noise = random.standard_normal((len(grid) + 48, columns)) * rms
    curves = np.stack([np.convolve(noise[:, c], kernel, "valid") for c in range(columns)], 1)
    return np.stack([np.interp(times, grid, curves[:, c]) for c in range(columns)], 1)


def about(room_from_vertebra, turn, shift):
    """The vertebra turned about its own origin, then shifted, both along the room's axes."""
    moved = room_from_vertebra.copy()
    moved[:3, :3] = rotation(turn) @ room_from_vertebra[:3, :3]
    moved[:3, 3] += shift
    return moved


def group_motion(random, times, pivot):
    """[moment] room_from_room of the spine as a whole: breathing, and a slow sway about `pivot`."""
    turns = smooth(random, times, 3, np.radians(GROUP_DEG) / np.sqrt(3), 2 * MEMORY_S)
    shifts = smooth(random, times, 3, GROUP_MM / np.sqrt(3), 2 * MEMORY_S)
    phase = random.uniform(0, 2 * np.pi)
    shifts[:, 0] += BREATH_MM * np.sin(2 * np.pi * times / BREATH_S + phase)  # the room's x points to the head
    shifts[:, 2] += 0.5 * BREATH_MM * np.sin(2 * np.pi * times / BREATH_S + phase)
    out = []
    for turn, shift in zip(turns, shifts):
        axes = rotation(turn)
        out.append(rigid(axes, np.asarray(pivot) + shift - axes @ pivot))
    return out


def poses(kind, seed, times, rest, degrees=1.5, mm=1.0, step_deg=3.0, step_mm=3.0):
    """[moment] {level: room_from_vertebra} and [moment] the group's motion, which neighbours without a frame follow. `rest`: the CT's poses."""
    random = np.random.default_rng([seed, 1])
    pivot = np.mean([pose[:3, 3] for pose in rest.values()], 0)
    group = group_motion(random, times, pivot) if kind != "none" else [np.eye(4)] * len(times)
    own = {}
    for level in rest:
        if kind == "independent":
            turns, shifts = smooth(random, times, 3, np.radians(degrees) / np.sqrt(3)), smooth(random, times, 3, mm / np.sqrt(3))
        else:
            turns, shifts = np.zeros((len(times), 3)), np.zeros((len(times), 3))
        if kind == "steps":
            # One jump for each vertebra, in the middle third: from one frame to the next, as when a screw is driven home.
            at = random.integers(len(times) // 3, max(len(times) // 3 + 1, 2 * len(times) // 3))
            turns[at:] = unit(random) * np.radians(step_deg)
            shifts[at:] = unit(random) * step_mm
        own[level] = turns, shifts
    moments = [
        {level: about(group[t] @ rest[level], own[level][0][t], own[level][1][t]) for level in rest} for t in range(len(times))]
    return moments, group


def unit(random):
    vector = random.standard_normal(3)
    return vector / np.linalg.norm(vector)


def displaced(pose, random, degrees, mm):
    """The pose turned about its origin by `degrees` and shifted by `mm`, in random directions."""
    return about(pose, unit(random) * np.radians(degrees), unit(random) * mm)


def perturbed(poses, seed, degrees, mm):
    """Each pose displaced in directions of its own."""
    random = np.random.default_rng([seed, 2])
    return {level: displaced(pose, random, degrees, mm) for level, pose in poses.items()}


def room_from_patient(poses, rest_patient, seed, degrees, mm):
    """One rough place of the whole patient: where the middle vertebra says it is, turned about that vertebra and shifted."""
    random = np.random.default_rng([seed, 3])
    level = list(poses)[len(poses) // 2]
    return displaced(poses[level], random, degrees, mm) @ inverse(rest_patient[level])
