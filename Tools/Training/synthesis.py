"""Random training patches from the sources: shape by rotation, scaling and smooth deformation; grey values drawn anew or taken from the CT.

Domain randomisation after Billot et al. 2023 (SynthSeg): what no scanner would show teaches what all have in common. Everything is drawn
from the generator's own seed; a patch costs about 0.2 s on one core.
"""

import math
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from Tools.Training.stages import BACKGROUND, CANAL, FIRST, OFFSET_SCALE, OTHER_BONE, SACRUM, SECOND, normalised

UNSURE = 255  # a class that says: background, sacrum or other bone, but no vertebra
BONE, SAC, OTHER, CAN, DISC = range(5)  # order of the sources' distance fields
AIR = -1024.0
T1, T9, L5_L6 = 8, 16, (24, 25)  # VerSe ids
NONE = -1
# How often each source is drawn. Generic and phantom shapes are simple, so they count less; the spine's upper half has nothing else.
WEIGHTS = {"verse004": 3.0, "verse010": 2.0, "mean_lumbar": 1.0, "generic": 5.0, "abdomen_3mm": 2.0, "tptbox_l3": 1.0, "chest": 4.0, "thoracic": 3.0}
PHANTOM_WEIGHT = 0.35
UNLABELLED_BONE = ("abdomen_3mm", "tptbox_l3", "thoracic")  # real CTs whose ribs and hips have no labels


def read_sources(cache, left_out=()):
    """Sources of a cache folder by name, without those left out, as tensors."""
    sources = {}
    for path in sorted(Path(cache).glob("*.npz")):
        if path.stem in left_out:
            continue
        record = dict(np.load(path))
        code = np.where(record["part"] > 0, record["instance"].astype(np.float32) * 2 + record["part"] - 1, 0)
        source = dict(
            name=path.stem, shape=np.array(code.shape),
            fields=torch.from_numpy(record["fields"].astype(np.float32))[None], code=torch.from_numpy(code)[None, None],
            idents=record["idents"], centres=record["centres"], axes=record["axes"], complete=record["complete"])
        if "ct" in record:
            source["ct"] = torch.from_numpy(record["ct"].astype(np.float32))[None, None]
        sources[path.stem] = source
    return sources


class Generator:
    """Draws patches for one stage. `real` is the share of patches that keep their CT's grey values, where the source has a CT."""

    def __init__(self, sources, stage, seed, real=0.5):
        self.sources, self.stage, self.real = sources, stage, real
        self.random = np.random.default_rng(seed)
        torch.manual_seed(seed)
        names = list(sources)
        weights = np.array([PHANTOM_WEIGHT if n.startswith("phantom") else WEIGHTS[n] for n in names])
        self.names, self.chances = names, weights / weights.sum()
        lines = [torch.arange(n, dtype=torch.float32) - c for n, c in zip(stage.shape, stage.centre)]
        self.grid = torch.stack(torch.meshgrid(*lines, indexing="ij"), -1) * stage.spacing  # mm from the patch's centre

    # MARK: - Drawing

    def uniform(self, low, high):
        return float(self.random.uniform(low, high))

    def chance(self, probability):
        return self.random.random() < probability

    def smooth_noise(self, cells, channels=1):
        """Smooth noise of unit variance at the knots: `cells` knots along each axis, over the patch."""
        knots = torch.randn(1, channels, cells, cells, cells)
        return functional.interpolate(knots, size=self.stage.shape, mode="trilinear", align_corners=True)

    def patch(self):
        """Image, target classes, body-centre offsets and their weights, all with the stage's shape."""
        source = self.sources[self.names[self.random.choice(len(self.names), p=self.chances)]]
        keep = "ct" in source and self.chance(self.real if not source["name"].startswith("phantom") else 0.6)
        which, centre, axes, tilts = self.place(source)
        points, shift, matrix, scale = self.points(source, centre, axes, tilts)
        fields = sampled(source["fields"], points, "bilinear") / scale
        code = sampled(source["code"], points, "nearest")[0, 0].round().long()
        outside = ((points < 0) | (points > torch.tensor(source["shape"] - 1.0, dtype=torch.float32))).any(-1)
        fields = torch.where(outside[None, None], torch.full_like(fields, -15.0), fields)
        bone = fields[0, BONE] > 0
        code = torch.where(bone & ~outside, code, torch.zeros_like(code))
        ident = code // 2
        if self.stage.name == "fine":
            vertebra = torch.where(ident == which, FIRST, SECOND)
        else:
            vertebra = torch.where(code % 2 == 0, FIRST, SECOND)
        target = torch.full(code.shape, BACKGROUND)
        target[fields[0, CAN] > 0] = CANAL
        target[fields[0, OTHER] > 0] = OTHER_BONE
        target[fields[0, SAC] > 0] = SACRUM
        target = torch.where(code > 0, vertebra, target)
        image = self.real_image(source, points, outside, fields) if keep else self.drawn_image(fields)
        if keep and source["name"] in UNLABELLED_BONE:
            target[(image[0, 0] > 200) & (target == BACKGROUND)] = UNSURE
            # Where labels of the sacrum end with S1, the rest of it follows. `sources.distance` tells distances of up to 20 mm.
            target[(fields[0, SAC] * scale > -18) & (image[0, 0] > 50) & (target == BACKGROUND)] = UNSURE
        offsets, weights = self.offsets(source, ident, code, matrix, shift, centre)
        image = self.scanned(image, keep)
        image, hidden = self.field_of_view(image)
        if hidden is not None:
            target[hidden], weights[0][hidden] = BACKGROUND, 0
        if keep and source["name"] in (*UNLABELLED_BONE, "chest"):
            target[outside], weights[0][outside] = BACKGROUND, 0
        return self.disturbed(normalised(image))[0], target[None], offsets, weights

    # MARK: - Shape

    def place(self, source):
        """The vertebra that the patch is about, its centre, the axes that the patch starts from, and by how much they are turned: standard deviations, degrees."""
        below = self.first_sacral(source)
        if self.stage.name == "fine":
            if below is not None and self.chance(0.15):
                return NONE, below + self.random.normal(0, 4, 3), source["axes"][-1], (16, 6, 5)
            complete = np.flatnonzero(source["complete"] & (source["idents"] >= T1))
            pool = complete if len(complete) and self.chance(0.9) else np.arange(len(source["idents"]))
            thoracic = pool[source["idents"][pool] <= T9]  # the hardest, and few sources have them
            pool = thoracic if len(thoracic) and self.chance(0.4) else pool
            n = pool[self.random.integers(len(pool))]
            jitter = np.clip(self.random.normal(0, 2.5, 3), -6, 6)
            return int(source["idents"][n]), source["centres"][n] + jitter, source["axes"][n], (7, 6, 5)
        n = self.random.integers(len(source["idents"]))
        sacral = below is not None and self.chance(0.3)
        centre = (below if sacral else source["centres"][n]) + self.random.uniform(-45, 45, 3)
        if self.chance(0.15):
            centre = self.random.uniform(0, source["shape"])
        return 0, centre, np.eye(3), (25 if sacral else 13, 8, 9)  # few sacra stand for those of all people, steep and flat ones

    def first_sacral(self, source):
        """About where S1's body lies; None where the source ends above it. A patch there shows sacrum and no vertebra of its own."""
        if source["idents"][-1] not in L5_L6 or len(source["centres"]) < 2:
            return None
        centre = 2 * source["centres"][-1] - source["centres"][-2]
        at = np.clip(np.rint(centre).astype(int), 0, source["shape"] - 1)
        return centre if source["fields"][0, SAC, at[0], at[1], at[2]] > -8 else None

    def points(self, source, centre, axes, tilts):
        """Where in the source each voxel of the patch comes from, with the parts of that map."""
        fine = self.stage.name == "fine"
        turn = rotation(*np.radians(self.random.normal(0, tilts)))
        size = self.random.normal(0, 0.10)
        small = source["name"] == "verse004" and self.chance(0.5)
        if small:
            size -= self.uniform(0.0, 0.35)  # its T9 to T12 stand in for the smaller vertebrae above, which few sources have
        scale = np.exp(-size) * np.exp(self.random.normal(0, 0.06, 3))
        matrix = axes @ turn @ np.diag(scale)
        if self.chance(0.5):
            matrix = matrix @ np.diag([-1.0, 1, 1])
        matrix = torch.tensor(matrix, dtype=torch.float32)
        cells = self.stage.shape[0] * self.stage.spacing / np.array([45.0, 18.0])  # knots about 45 and 18 mm apart
        shift = self.smooth_noise(int(cells[0]) + 1, 3) * self.uniform(0, 4.0)
        shift = shift + self.smooth_noise(int(cells[1]) + 1, 3) * self.uniform(0, 1.3)
        if self.chance(0.25):  # wedges and collapse: heights change along the front
            shift[:, 2] += self.smooth_noise(int(cells[1]) + 1)[:, 0] * self.uniform(0, 2.5)
        if fine and self.chance(0.5):  # spinous processes rise or fall, and overlap more or less; those of T4 to T8 fall most
            shift[:, 2] += self.uniform(-0.3, 0.8 if small else 0.3) * (self.grid[..., 1] - 15).clamp(min=0)
        shift = shift[0].permute(1, 2, 3, 0)
        grid = self.longer_processes() if fine and small and self.chance(0.5) else self.grid
        points = grid @ matrix.T + shift + torch.tensor(centre, dtype=torch.float32)
        return points, shift, matrix, float(np.mean(scale))

    def longer_processes(self):
        """The grid drawn in at the sides behind the body: short transverse processes come out as long as those of T1 to T8 are."""
        side, back, up = self.grid.unbind(-1)
        beyond = (side.abs() - 16).clamp(min=0) * torch.sigmoid((back - 8) / 4)
        return torch.stack([side - side.sign() * beyond * self.uniform(0, 0.45), back, up], -1)

    def offsets(self, source, ident, code, matrix, shift, centre):
        """Per voxel of a vertebra the way to its body centre, and how much it counts: bodies 1, arches 0.3."""
        shape = self.stage.shape
        if not self.stage.offsets:
            return torch.zeros(1), torch.zeros(1, *shape)
        ways, weights = torch.zeros(3, *shape), torch.zeros(1, *shape)
        inverse = torch.linalg.inv(matrix)
        middle = torch.tensor(self.stage.centre)
        limit = torch.tensor(shape) - 1
        for n, name in enumerate(source["idents"]):
            mine = ident == int(name)
            if not mine.any():
                continue
            goal = torch.tensor(source["centres"][n] - centre, dtype=torch.float32)
            place = inverse @ goal
            for _ in range(4):  # the deformation has no closed inverse
                at = (place / self.stage.spacing + middle).round().long().clamp(min=0).minimum(limit)
                place = inverse @ (goal - shift[at[0], at[1], at[2]])
            way = (place - self.grid).permute(3, 0, 1, 2) / OFFSET_SCALE
            ways = torch.where(mine[None], way, ways)
            weights[0][mine] = torch.where(code[mine] % 2 == 0, 1.0, 0.3)
        return ways, weights

    # MARK: - Grey values

    def real_image(self, source, points, outside, fields):
        image = sampled(source["ct"], points, "bilinear")
        image = torch.where(outside[None, None], torch.full_like(image, AIR if self.chance(0.5) else 0.0), image)
        if self.chance(0.7):  # other scanners, contrasts and bone densities
            over = (image - self.uniform(60, 180)).clamp(min=0)
            image = image + over * self.uniform(-0.45, 0.9)
            image = torch.where(image > -200, image * self.uniform(0.75, 1.25) + self.uniform(-40, 60), image)
        if self.chance(0.3):
            image = image + torch.sigmoid((fields[:, BONE : BONE + 1] - self.uniform(1.5, 3)) / 0.7) * self.uniform(-90, 150)
        if self.chance(0.25):
            lung = image < -250
            image = torch.where(lung, self.smooth_noise(8) * self.uniform(5, 30) + self.uniform(-110, 90), image)
        return image

    def drawn_image(self, fields):
        bone, sacrum, other, canal, disc = (fields[:, n : n + 1] for n in range(5))
        image = self.soft_tissue(bone)
        image = blend(image, self.tissue(-20, 70), canal + self.uniform(-0.5, 1.0))
        if self.chance(0.6):  # cord or thecal sac inside epidural fat
            if self.chance(0.5):
                image = blend(image, self.tissue(-100, 20), canal)
            image = blend(image, self.tissue(20, 80), canal - self.uniform(1.5, 4.5))
        image = blend(image, self.tissue(50, 130) if self.chance(0.85) else self.tissue(-300, 50), disc + self.uniform(-0.5, 0.5))
        image = self.distractors(image, bone)
        gap = self.uniform(0.0, 0.7)  # cartilage of joints, which the label maps close
        own = self.material(vertebra=True)
        ribs = own if self.chance(0.7) else self.material()  # most often of one person's bone: their place must tell them, not their grey
        image = self.bone(image, other, ribs)
        image = self.bone(image, sacrum - gap, self.material())
        edge = bone - gap
        if self.chance(0.3):  # osteophytes and erosions: bone's image, and not its label, stays smooth
            edge = edge + self.smooth_noise(14) * self.uniform(0, 0.5)
        image = self.bone(image, edge, own, vertebra=True)
        if self.chance(0.05):
            image = self.metal(image, bone)
        return image

    def tissue(self, low, high):
        return self.uniform(low, high) + self.smooth_noise(12) * self.uniform(0, 12)

    def soft_tissue(self, bone):
        image = torch.full_like(bone, self.uniform(20, 90))
        for _ in range(self.random.integers(3, 9)):
            blob = torch.sigmoid((self.smooth_noise(self.random.integers(4, 14)) - self.uniform(0.4, 1.4)) * 20)
            value = self.random.choice([self.uniform(-120, -60), self.uniform(0, 110), self.uniform(110, 350)], p=[0.4, 0.35, 0.25])
            image = image * (1 - blob) + float(value) * blob
        if self.chance(0.5):  # lung, bowel gas, the air behind the back
            air = torch.sigmoid((self.smooth_noise(self.random.integers(3, 8)) - self.uniform(0.2, 1.3)) * 15)
            air = air * torch.sigmoid(-bone - self.uniform(3, 14))
            image = image * (1 - air) + self.uniform(-1000, -500) * air
        muscle = torch.sigmoid((bone + self.uniform(2, 9)) / self.uniform(0.7, 2))
        image = image * (1 - muscle) + muscle * (self.uniform(30, 110) + self.smooth_noise(10) * self.uniform(0, 25))
        if self.chance(0.35):
            fat = torch.sigmoid(bone + self.uniform(3, 7)) * torch.sigmoid(self.smooth_noise(12) * 6)
            image = image * (1 - fat) + fat * self.uniform(-110, -10)
        return image

    def distractors(self, image, bone):
        """Bones, vessels, calcifications and tables that are no vertebra, kept a little off the vertebrae."""
        extent = self.grid.abs().amax((0, 1, 2))
        for _ in range(self.random.integers(0, 5)):
            place = torch.rand(3) * 2 * extent - extent
            away = self.grid - place + self.smooth_noise(4, 3)[0].permute(1, 2, 3, 0) * 4
            axis = torch.randn(3) * torch.tensor([1, 1, 0.5])
            axis = axis / axis.norm()
            along = away @ axis
            radius = ((away * away).sum(-1) - along * along).clamp(min=0).sqrt()
            kind = self.random.random()
            if kind < 0.5:
                shape = self.uniform(3, 6.5) - radius  # a rib
            elif kind < 0.6:
                shape = self.uniform(10, 16) - radius  # a long bone
            elif kind < 0.8:
                shape = torch.minimum(self.uniform(3, 8) - along.abs(), self.uniform(15, 45) - radius)  # a plate: ilium, scapula, skull
            else:
                shape = self.uniform(5, 18) - (away * away).sum(-1).sqrt()  # a condyle, a calcified node, a femoral head
            shape = torch.minimum(shape[None, None], -bone - self.uniform(1.0, 3.0))
            if self.chance(0.75):
                image = self.bone(image, shape, self.material())
            else:
                image = blend(image, torch.full_like(image, self.uniform(100, 450)), shape)  # contrast in a vessel
        if self.chance(0.15):
            sheet = torch.exp(-(((self.smooth_noise(5) - 0.8) / 0.03) ** 2)) * torch.sigmoid(-bone - 3)
            image = image + sheet * self.uniform(200, 900)
        return image

    def material(self, vertebra=False):
        """Thickness of the cortex in mm, HU of the marrow, and by how much the cortex is above it."""
        return self.uniform(0.4, 2.0), self.uniform(30 if vertebra else 0, 350), self.uniform(120, 1100)

    def bone(self, image, field, material, vertebra=False):
        """Bone drawn by its distance field: a cortex of changing thickness around textured marrow."""
        if field.amax() < -3:
            return image
        thickness, marrow, contrast = material
        if vertebra:
            thickness = (self.smooth_noise(10) * self.uniform(0, 0.45)).exp() * thickness
        texture = self.smooth_noise(self.random.integers(6, 14)) * self.uniform(5, 50) + self.smooth_noise(36) * self.uniform(0, 60)
        if vertebra and self.chance(0.2):  # sclerosis, lesions, cement
            texture = texture + torch.sigmoid((self.smooth_noise(6) - 1.0) * 8) * self.uniform(-120, 600)
        cortex = marrow + contrast * (self.smooth_noise(8) * self.uniform(0, 0.5)).exp()
        if vertebra and self.stage.name == "fine" and self.chance(0.5):
            texture = texture + self.fatty_processes(marrow)
        inner = torch.sigmoid((field - thickness) / self.uniform(0.4, 1.0))
        return blend(image, (marrow + texture) * inner + cortex * (1 - inner), field)

    def fatty_processes(self, marrow):
        """HU to add to the marrow: behind the body, and in long processes more than in the arch, it is often as dark as muscle or fat."""
        side, back, _ = self.grid.unbind(-1)
        behind = torch.sigmoid((back - self.uniform(8, 20)) / 3)
        far = torch.sigmoid((torch.hypot(side, (back - 20).clamp(min=0)) - self.uniform(5, 25)) / 4)
        return (self.uniform(-60, 60) - marrow) * self.uniform(0, 1) * (behind * far)[None, None]

    def metal(self, image, bone):
        """A screw-like rod through bone with streaks in the axial plane."""
        place = torch.randn(3) * torch.tensor([15.0, 10, 8])
        away = self.grid - place
        axis = torch.tensor([self.uniform(-0.6, 0.6), 1.0, self.uniform(-0.3, 0.3)])
        axis = axis / axis.norm()
        along = away @ axis
        radius = ((away * away).sum(-1) - along * along).clamp(min=0).sqrt()
        rod = torch.minimum(self.uniform(1.5, 3.5) - radius, 25 - along.abs())
        angle = torch.atan2(away[..., 1], away[..., 0])
        streak = torch.sin(angle * self.random.integers(3, 12) + self.uniform(0, 6)) * torch.exp(-away[..., 2].abs() / 6)
        image = image + (streak * self.uniform(0, 250))[None, None]
        return blend(image, torch.full_like(image, self.uniform(1500, 3000)), rod[None, None])

    # MARK: - The scanner

    def scanned(self, image, keep):
        spacing = self.stage.spacing
        sharpness = self.uniform(0.0, 0.8) if keep else self.uniform(0.3, 1.3)
        if self.chance(0.3):  # as soft as MR-derived CTs are
            sharpness += self.uniform(0.0, 1.0)
        for axis in range(3):
            image = blurred(image, sharpness / spacing, axis)
        if self.chance(0.4):
            image = self.thick_slices(image, 2 if self.chance(0.75) else int(self.random.integers(3)))
        if self.chance(0.15):
            soft = image
            for axis in range(3):
                soft = blurred(soft, 1.2, axis)
            image = image + (image - soft) * self.uniform(0.2, 0.8)
        noise = torch.randn_like(image)
        if self.chance(0.5):
            width = self.uniform(0.3, 0.9)
            noise = blurred(blurred(noise, width, 0), width, 1)
            noise = noise / noise.std()
        image = image + noise * abs(float(self.random.normal(0, 35)))
        if self.chance(0.3):
            image = image + self.smooth_noise(3) * self.uniform(5, 40)
        return image

    def thick_slices(self, image, axis):
        """Averages over slices of 2 to 5 mm along one axis and interpolates between them, as a reader of such a CT must."""
        size = list(image.shape[2:])
        thin = list(size)
        thin[axis] = max(int(size[axis] * self.stage.spacing / self.uniform(1.2 * self.stage.spacing, 5.0)), 4)
        image = functional.interpolate(blurred(image, 0.4 * size[axis] / thin[axis], axis), size=thin, mode="trilinear", align_corners=False)
        return functional.interpolate(image, size=size, mode="trilinear", align_corners=False)

    def field_of_view(self, image):
        """Sometimes the scan ends within the patch: air from a plane on."""
        if not self.chance(0.2):
            return image, None
        axis = int(self.random.choice(3, p=[0.2, 0.2, 0.6]))
        keep = self.uniform(0.35, 0.95) * self.stage.shape[axis]
        index = torch.arange(self.stage.shape[axis], dtype=torch.float32)
        beyond = index > keep if self.chance(0.5) else index < self.stage.shape[axis] - keep
        shape = [1, 1, 1]
        shape[axis] = -1
        hidden = beyond.view(shape).expand(self.stage.shape)
        return torch.where(hidden[None, None], torch.full_like(image, AIR), image), hidden

    def disturbed(self, image):
        if self.chance(0.3):
            image = image * self.uniform(0.85, 1.15) + self.uniform(-0.1, 0.1)
        return image


def blend(image, value, field):
    """`value` where the distance field is positive, with an edge as soft as half a millimetre."""
    weight = torch.sigmoid(field / 0.35)
    return image * (1 - weight) + value * weight


def blurred(image, sigma, axis):
    if sigma < 0.15:
        return image
    reach = int(math.ceil(3 * sigma))
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1).float() / sigma) ** 2)
    shape, pad = [1, 1, 1, 1, 1], [0] * 6
    shape[axis + 2] = 2 * reach + 1
    pad[2 * (2 - axis)] = pad[2 * (2 - axis) + 1] = reach
    return functional.conv3d(functional.pad(image, pad, mode="replicate"), (kernel / kernel.sum()).view(shape))


def sampled(volume, points, mode):
    """Values of a (1, C, X, Y, Z) volume at voxel positions (x, y, z)."""
    size = torch.tensor(volume.shape[2:]).float()
    return functional.grid_sample(volume, (points / (size - 1) * 2 - 1).flip(-1)[None], mode=mode, padding_mode="border", align_corners=True)


def rotation(a, b, c):
    ca, sa, cb, sb, cc, sc = math.cos(a), math.sin(a), math.cos(b), math.sin(b), math.cos(c), math.sin(c)
    about_x = np.array([[1, 0, 0], [0, ca, -sa], [0, sa, ca]])
    about_y = np.array([[cb, 0, sb], [0, 1, 0], [-sb, 0, cb]])
    about_z = np.array([[cc, -sc, 0], [sc, cc, 0], [0, 0, 1]])
    return about_x @ about_y @ about_z
