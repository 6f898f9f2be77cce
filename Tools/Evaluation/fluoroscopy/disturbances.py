"""What goes wrong in an operating theatre: shutters, tools, a moving C-arm, lost frames, and frames that are not what they seem."""

import numpy as np

from Tools.Evaluation.fluoroscopy import implants, wire
from Tools.Evaluation.fluoroscopy.detector import FULL, gain, quantised
from Tools.Evaluation.fluoroscopy.pictures import read_frame
from Tools.Evaluation.fluoroscopy.rigid import apply
from Tools.Evaluation.fluoroscopy.tool import rod

EVENTS = {
    "mirrored": "columns reversed",
    "swapped": "the views' frames exchanged",
    "other": "another patient's frames",
    "black": "all zero",
    "nan": "not a number",
    "contrast": "the tube voltage rises: contrast falls by 15 %, the picture grows about 1.5 times as bright",
}


def dropped(count, rate, random):
    """Which moments are left."""
    kept = random.random(count) > 0.2
    gap = random.integers(count // 3, 2 * count // 3)
    kept[gap : gap + int(rate / 3)] = False
    kept[0] = True
    return kept


def carm_places(views, count, turn_deg, leave_level, poses, surfaces):
    """{view: [moment] camera}."""
    share = np.clip((np.arange(count) - count // 3) / max(1, count // 3), 0, 1)  # the middle third is for moving
    if leave_level:
        return {view.name: leaving(view, count, leave_level, poses, surfaces) for view in views}
    return {view.name: [view.orbited(turn_deg * s) if turn_deg else view for s in share] for view in views}


def leaving(view, count, level, poses, surfaces):
    """There and back along the spine, so far that nothing of the level is on the image in between."""
    middle = np.mean([pose[0, 3] for pose in poses[0].values()])
    away = -1.0 if poses[0][level][0, 3] >= middle else 1.0  # the C-arm goes towards the other levels
    reach = 0
    while any(seen(view.travelled([away * reach, 0, 0]), pose[level], surfaces[level]) for pose in poses[:: max(1, count // 10)]):
        reach += 5
    tent = np.clip(np.minimum(np.arange(count), count - 1 - np.arange(count)) / max(1, count // 3), 0, 1)
    return [view.travelled([away * (reach + 5) * s, 0, 0]) for s in tent]


def seen(camera, pose, points):
    pixels = camera.pixels(apply(pose, points))
    return ((pixels >= 0) & (pixels <= np.array(camera.size) - 1)).all(1).any()


class Exposures:
    """Frames of each view, with the disturbances that the options ask for."""

    def __init__(self, arguments, scene, detector, events, screws=()):
        self.a, self.scene, self.detector, self.events, self.screws = arguments, scene, detector, events, screws
        self.air_value, self.shutters = {}, {}

    def span(self, count):
        first = self.a.event_from if self.a.event_from is not None else count // 3
        return first, count if self.a.event_length is None else min(count, first + self.a.event_length)

    def sequence(self, view, places, poses, group):
        a, detector = self.a, self.detector
        random = np.random.default_rng([a.seed, 7, sum(map(ord, view.name))])
        field = self.scene.behind_vertebrae(view, poses[0])
        first = self.scene.integrals(places[0], poses[0], group[0])
        air, factor = detector.photons_in_air(first, field, view.spacing[0])
        counts = gain(air * (1 + factor), detector.photons)
        self.air_value[view.name] = float(air * counts)
        open_field = self.shutter(view, poses) if a.collimate else None
        event_first, event_end = self.span(len(places))
        stack = []
        for t, camera in enumerate(places):
            integrals = self.scene.integrals(camera, poses[t], group[t])
            if self.screws and t >= a.screws_from:
                integrals = integrals + implants.integrals(self.screws, camera, poses[t], a.screw_heads)
            if a.tool:
                integrals = integrals + self.tool(camera, t / max(1, len(places) - 1))
            if a.values == "line_integral":
                stack.append(integrals)
                continue
            scale = counts
            if a.event == "contrast" and event_first <= t < event_end:
                integrals = integrals * 0.85
                here, factor_here = detector.photons_in_air(integrals, field, view.spacing[0])
                scale = counts * 1.6
            else:
                here, factor_here = air, factor
            seen_counts = detector.expose(integrals, here, factor_here, view.spacing[0], random, open_field) * scale
            if a.values == "inverted":
                seen_counts = FULL - seen_counts
            stack.append(seen_counts.astype(np.float32) if a.event == "nan" else quantised(seen_counts))
        return stack

    def tool(self, camera, share):
        """A rod across the spine that comes in from one side, crosses all of it and leaves."""
        middle = np.mean([pose[:3, 3] for pose in self.scene.at_rest().values()], 0)
        travel = np.array([0, 1.0, 0]) * (260 * share - 130)
        return rod(camera, middle + travel + [0, 0, 40], [0.8, 0.5, 0.1])

    def shutter(self, view, poses):
        """Open inside the box around all origins with 30 mm about it; a blade's edge is sharp."""
        pixels = view.pixels([pose[:3, 3] for pose in poses[0].values()])
        margin = 30 * 1.45 / abs(view.spacing[0])
        low = np.maximum(np.rint(pixels.min(0) - margin), 0).astype(int)
        high = np.minimum(np.rint(pixels.max(0) + margin), np.array(view.size) - 1).astype(int)
        self.shutters[view.name] = [[int(u), int(v)] for u, v in ((low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1]))]
        mask = np.full(view.size[::-1], 0.002, np.float32)  # lead lets next to nothing through
        mask[low[1] : high[1] + 1, low[0] : high[0] + 1] = 1
        return mask

    def spoil(self, stacks):
        """Replaces frames from the event on, and notes the event."""
        count = len(next(iter(stacks.values())))
        if not self.a.event:
            return
        first, end = self.span(count)
        self.events.append({"frame": first, "end": end, "code": self.a.event, "meaning": EVENTS[self.a.event]})
        if self.a.event == "other" and not self.a.other:
            raise SystemExit("--event other needs --other FOLDER")
        other = wire.read(self.a.other / "geometry.json") if self.a.event == "other" else None
        names = list(stacks)
        before = {name: list(stack) for name, stack in stacks.items()}
        for number, name in enumerate(names):
            for t in range(first, end):
                stacks[name][t] = self.spoiled(before, names, number, t, other)

    def spoiled(self, before, names, number, t, other):
        frame = before[names[number]][t]
        match self.a.event:
            case "mirrored":
                return frame[:, ::-1]
            case "swapped":
                return before[names[(number + 1) % len(names)]][t]
            case "black":
                return np.zeros_like(frame)
            case "nan":
                return np.full_like(frame, np.nan)
            case "other":
                files = other["views"][number]["frames"]
                return read_frame(self.a.other / files[t % len(files)]["file"])
        return frame
