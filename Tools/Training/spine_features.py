"""What is measured of a chain of vertebrae: the same definitions as Sources/Segmentation/Naming/ChainFeatures.swift and PedicleAssociation.swift."""

import numpy as np

KINDS = ["step", "width", "behind", "above", "turn"]
STEP, WIDTH, BEHIND, ABOVE, TURN = range(len(KINDS))


def directions(bodies):
    """The unit direction of the spine at each body, towards the feet: the middle of the slopes between any two bodies within 50 mm of it in z."""
    bodies = sorted(bodies, key=lambda point: -point[2])
    found = []
    for body in bodies:
        near = [other for other in bodies if abs(other[2] - body[2]) <= 50]
        slopes = [(b - a) / (a[2] - b[2]) for k, a in enumerate(near) for b in near[k + 1 :] if a[2] - b[2] > 8]
        # The upper one of two middle slopes, as in Swift.
        down = np.sort(slopes, axis=0)[len(slopes) // 2] if slopes else np.array([0.0, 0.0, -1.0])
        down[2] = -1
        found.append(down / np.linalg.norm(down))
    return found


def pedicles_of(bodies, candidates, side):
    """The pedicle of each body or None: the order-preserving pairing of least cost. `side` is 1 for left, -1 for right."""
    down = directions(bodies)
    candidates = sorted(candidates, key=lambda point: -point[2])
    n, m = len(bodies), len(candidates)
    total = np.zeros((n + 1, m + 1))
    choice = np.zeros((n + 1, m + 1), int)
    for i in range(n + 1):
        for j in range(m + 1):
            options = []
            if i:
                options.append((total[i - 1, j] + 8, 0))
            if j:
                options.append((total[i, j - 1] + 8, 1))
            if i and j:
                d = candidates[j - 1] - bodies[i - 1]
                above = -(d @ down[i - 1])
                aside = d + above * down[i - 1]
                cost = ((above - 7) / 5) ** 2 + ((aside[0] * side - 14) / 6) ** 2 + ((aside[1] - 19) / 8) ** 2
                options.append((total[i - 1, j - 1] + cost, 2))
            if options:
                total[i, j], choice[i, j] = min(options)
    result, i, j = [None] * n, n, m
    while i or j:
        step = choice[i, j]
        if step == 2:
            result[i - 1] = candidates[j - 1]
        i, j = i - (step != 1), j - (step != 0)
    return result


def features(bodies, left, right):
    """An array (bodies, KINDS), NaN where something is missing: log mm of the step to the next body, of the distance between the pedicles and of
    the way from body to pedicles across the spine; the way along it, towards the head, over the pedicles' distance; the turn in the
    patient's sagittal plane, radians, positive in lordosis. The spine's direction is here that of the step from the body above, so that it is
    the same at a chain's lower end as within it; the first body has none."""
    n = len(bodies)
    found = np.full((n, len(KINDS)), np.nan)
    for i in range(n):
        leftward = np.array([1.0, 0.0, 0.0])
        if i + 1 < n:
            found[i, STEP] = np.log(np.linalg.norm(bodies[i + 1] - bodies[i]))
        if left[i] is not None and right[i] is not None:
            between = left[i] - right[i]
            width = max(np.linalg.norm(between), 5)
            leftward = between / width
            found[i, WIDTH] = np.log(width)
            if i > 0:
                down = (bodies[i] - bodies[i - 1]) / np.linalg.norm(bodies[i] - bodies[i - 1])
                offset = (left[i] + right[i]) / 2 - bodies[i]
                above = -(offset @ down)
                found[i, BEHIND] = np.log(max(np.linalg.norm(offset + above * down), 5))
                found[i, ABOVE] = above / width
        if 0 < i < n - 1:
            before, after = bodies[i] - bodies[i - 1], bodies[i + 1] - bodies[i]
            before, after = before - (before @ leftward) * leftward, after - (after @ leftward) * leftward
            sine = np.cross(before, after) @ leftward / np.linalg.norm(before) / np.linalg.norm(after)
            found[i, TURN] = np.arcsin(np.clip(sine, -1, 1))
    return found
