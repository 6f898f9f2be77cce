"""Label maps that training volumes are made from: python -m Tools.Training.sources CACHE [--data FOLDER] [--sample FOLDER] [--lamina PROGRAM]

Every source becomes one .npz in CACHE on a 1 mm grid, axes LPS (x to the left, y to the back, z to the head), with signed distances in mm
(positive inside) for vertebrae, sacrum, other bone, canal and discs, the vertebra and part (body or arch) of each voxel, the body centres,
each vertebra's axes, and the CT where one exists. See README.md here for where each comes from and under which licence.
"""

import argparse
import subprocess
import tempfile
import zipfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nibabel
import numpy as np
import trimesh
from scipy import ndimage

BODY, ARCH = 1, 2
FAR = 40.0  # mm, where distances stop
ROOM = np.array([24, 24, 24])  # mm of room kept around the labels when a source is cropped
ROOM_FOR_HIPS = np.array([60, 30, 24])
VERSE_LEVELS = {**{f"T{n}": 7 + n for n in range(1, 13)}, **{f"L{n}": 19 + n for n in range(1, 7)}, "S1": 26, "T13": 28}
TOTALSEGMENTATOR = {25: 26, 26: 26, **{26 + n: 25 - n for n in range(1, 25)}}  # v2 ids to VerSe ids; both sacrum classes are S1
OTHER_BONES = (*range(69, 79), *range(92, 117))  # TotalSegmentator v2: arms, shoulders, hips, ribs, sternum
LOWEST, HIGHEST = 1, 25  # VerSe ids of movable vertebrae


def main():
    parser = argparse.ArgumentParser(prog="python -m Tools.Training.sources", description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--data", type=Path, help="folder with verse_masks, mean_lumbar, tptbox_l3 and totalsegmentator_3mm")
    parser.add_argument("--sample", type=Path, help="folder with cxr.nii.gz and mask.nii.gz: Tools/fetch_sample.sh prints it")
    parser.add_argument("--generic", type=Path, help="wheel of myo_sim 0.2.4 (PyPI, Apache-2.0)")
    parser.add_argument("--pseudo", type=Path, help="lamina's own labels of the unlabelled thoracic CT in totalsegmentator_3mm")
    parser.add_argument("--lamina", type=Path, default=Path(".build/release/lamina"), help="draws the phantoms")
    parser.add_argument("--phantoms", type=int, default=6, help="phantoms drawn with seeds 1, 2, ...; seeds above 100 are for evaluation")
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    for name, make in jobs(arguments):
        target = arguments.cache / f"{name}.npz"
        if not target.exists():
            np.savez(target, **make())
            print(name, "written", flush=True)


def jobs(arguments):
    """Name and maker of every source whose data is at hand."""
    data, pseudo = arguments.data, arguments.pseudo
    if data:
        verse = data / "verse_masks"
        for subject in ("verse004", "verse010"):
            yield subject, lambda s=subject: from_labels(verse / f"sub-{s}_seg-vert_msk.nii.gz")
        yield "mean_lumbar", lambda: from_meshes(mean_lumbar(data / "mean_lumbar" / "mean_L2_L5.obj"))
        three = data / "totalsegmentator_3mm"
        yield "abdomen_3mm", lambda: from_labels(
            three / "totalsegmentator_v2_labels.nii.gz", TOTALSEGMENTATOR, three / "ct.nii.gz")
        if pseudo and pseudo.exists():
            yield "thoracic", lambda: from_labels(pseudo, None, three / "thoracic_1p5mm_ct.nii.gz")
        crop = data / "tptbox_l3"
        yield "tptbox_l3", lambda: from_labels(
            crop / "sub-ct_seg-vert_label-22_msk.nii.gz", None, crop / "sub-ct_label-22_ct.nii.gz")
    if arguments.generic:
        yield "generic", lambda: from_meshes(*generic_spine(arguments.generic))
    for seed in range(1, arguments.phantoms + 1):
        yield f"phantom{seed}", lambda s=seed: phantom(arguments.lamina, s)
    if arguments.sample:
        yield "chest", lambda: from_labels(arguments.sample / "mask.nii.gz", TOTALSEGMENTATOR, arguments.sample / "cxr.nii.gz", OTHER_BONES)


# MARK: - What a source is made from


def from_labels(path, ids=None, ct_path=None, other_bone=()):
    """A source from a label map, ids translated to VerSe's, and its CT if there is one."""
    labels, spacing = read_lps(path)
    labels = np.rint(labels).astype(np.int16)
    rest = np.isin(labels, list(other_bone))
    verse = np.zeros_like(labels)
    for theirs in np.unique(labels[labels > 0]):
        verse[labels == theirs] = (ids or {}).get(int(theirs), 0 if ids else int(theirs))
    ct = read_lps(ct_path)[0] if ct_path else None
    return source_from_arrays(verse, rest, spacing, ct)


def from_meshes(meshes, hips=()):
    """A source from closed meshes in LPS mm, keyed by VerSe id, and those of the hips."""
    bounds = np.array([mesh.bounds for mesh in (*meshes.values(), *hips)])
    low, high = bounds[:, 0].min(0) - 4, bounds[:, 1].max(0) + 4
    step = 1.0
    shape = np.ceil((high - low) / step).astype(int) + 1
    verse, rest = np.zeros(shape, np.int16), np.zeros(shape, bool)
    for ident, mesh in meshes.items():
        verse[voxels_inside(mesh, low, step)] = ident
    for mesh in hips:
        rest[voxels_inside(mesh, low, step)] = True
    if hips:
        verse[sacral_canal(verse == VERSE_LEVELS["S1"])] = 0
    return source_from_arrays(verse, rest & (verse == 0), np.full(3, step), None, ROOM_FOR_HIPS if hips else ROOM)


def sacral_canal(sacrum):
    """The canal of a sacrum that was drawn without one, on 1 mm: an ellipse in each slice, 24 x 13 mm at the top and half of it at the foot, under a roof of 5 mm."""
    carved = np.zeros_like(sacrum)
    middle = int(round(np.argwhere(sacrum)[:, 0].mean()))
    slices = np.flatnonzero(sacrum.any((0, 1)))
    backs = np.array([np.flatnonzero(sacrum[middle - 3 : middle + 4, :, z].any(0)).max(initial=-1) for z in slices])
    slices, backs = slices[backs >= 0], ndimage.median_filter(backs[backs >= 0], 9)
    x, y = np.meshgrid(np.arange(sacrum.shape[0]) - middle, np.arange(sacrum.shape[1]), indexing="ij")
    for z, back in zip(slices, backs):
        size = 0.5 + 0.5 * (z - slices[0]) / (slices[-1] - slices[0])
        carved[:, :, z] = (x / (12 * size)) ** 2 + ((y - (back - 5 - 6.5 * size)) / (6.5 * size)) ** 2 < 1
    return carved & sacrum


def voxels_inside(mesh, low, step):
    """Index of the voxels of a grid from `low` on that a closed mesh fills."""
    return tuple(np.rint((mesh.voxelized(0.5).fill().points - low) / step).astype(int).T)


def phantom(lamina, seed):
    """A phantom of `lamina phantom` with its CT. Bright voxels without a label are its ribs."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "phantom"
        subprocess.run([lamina, "phantom", "-o", out, "--seed", str(seed), "--levels", "T1-S1", "--quiet"], check=True)
        labels, spacing = read_lps(out / "labels.nii.gz")
        ct, _ = read_lps(out / "ct.nii.gz")
    verse = np.rint(labels).astype(np.int16)
    smooth = ndimage.gaussian_filter(ct.astype(np.float32), 0.8)
    rest = ndimage.binary_opening((smooth > 220) & (verse == 0))
    rest = ndimage.binary_fill_holes(ndimage.binary_closing(rest, iterations=4)) & (verse == 0)
    return source_from_arrays(verse, rest, spacing, ct)


def generic_spine(wheel):
    """Vertebrae T1 to L5 and the sacrum of the generic skeleton in myo_sim, and its hips, placed as its model says, LPS mm."""
    prefix = "myo_sim/models/scene/myobody_skeleton_decor"
    meshes, hips = {}, []
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        archive.extractall(folder, [n for n in archive.namelist() if n.endswith(".stl") or n.startswith(prefix)])
        scene = Path(folder) / prefix
        files = {m.get("name"): m.get("file") for m in ElementTree.parse(f"{scene}_assets.xml").getroot().iter("mesh")}
        for name, pose in placed_geoms(ElementTree.parse(f"{scene}.xml").getroot(), np.eye(4)):
            ident = generic_level(name)
            if ident is None and name not in ("l_pelvis", "r_pelvis"):
                continue
            mesh = trimesh.load(scene.parent / files[name])
            mesh.apply_transform(pose)
            # The model lies in LPS already (its pubis at low y, its right hip at low x), in metres; subdivision rounds its few facets.
            mesh.apply_scale(1000.0)
            mesh = trimesh.smoothing.filter_taubin(mesh.subdivide().subdivide(), iterations=12)
            if ident is None:
                hips.append(mesh)
            else:
                meshes[ident] = mesh
    return {**meshes, **neck(meshes)}, hips


def neck(meshes):
    """C7 to C4 as smaller copies of T1 above it, since a spine goes on there. They are only ever seen by the coarse network, or as neighbours."""
    first, second = meshes[VERSE_LEVELS["T1"]], meshes[VERSE_LEVELS["T2"]]
    step = first.centroid - second.centroid
    copies = {}
    place = first.centroid
    for n in range(1, 5):
        # The neck bends back up from the thorax' forward slope.
        step = 0.93 * step + [0, 0.8, 0.5]
        place = place + step
        mesh = first.copy()
        mesh.apply_translation(-first.centroid)
        mesh.apply_scale(0.94**n * np.array([0.95, 1.0, 0.9]))
        mesh.apply_translation(place)
        copies[VERSE_LEVELS["T1"] - n] = mesh
    return copies


def generic_level(name):
    if name == "sacrum":
        return VERSE_LEVELS["S1"]
    for word, letter in (("lumbar", "L"), ("thoracic", "T")):
        if name.startswith(word):
            return VERSE_LEVELS[letter + name.removeprefix(word).removesuffix("_s")]
    return None


def placed_geoms(element, pose):
    """Name and 4x4 pose of every mesh below an MJCF element."""
    for geom in element.findall("geom"):
        if geom.get("mesh"):
            yield geom.get("mesh"), pose @ mjcf_pose(geom)
    for body in element.findall("body"):
        yield from placed_geoms(body, pose @ mjcf_pose(body))


def mjcf_pose(element):
    pose = np.eye(4)
    numbers = lambda key: [float(v) for v in element.get(key).split()]  # noqa: E731
    if element.get("pos"):
        pose[:3, 3] = numbers("pos")
    if element.get("quat"):
        pose[:3, :3] = trimesh.transformations.quaternion_matrix(numbers("quat"))[:3, :3]
    if element.get("euler"):
        pose[:3, :3] = trimesh.transformations.euler_matrix(*numbers("euler"), axes="rxyz")[:3, :3]
    return pose


def mean_lumbar(path):
    """The mean L2 to L5 of 87 people, four closed components, turned to LPS by what we know of a vertebra."""
    whole = trimesh.load(path, process=True)
    parts = sorted(whole.split(only_watertight=False), key=lambda m: -len(m.vertices))[:4]
    return lps_lumbar(parts)


def lps_lumbar(parts):
    """L2 to L5 along the stack's longest axis, the largest below, turned so that spinous processes, which reach farthest, point to +y."""
    centres = np.array([p.vertices.mean(0) for p in parts])
    up = np.linalg.svd(centres - centres.mean(0))[2][0]
    order = np.argsort(centres @ up)
    parts = [parts[i] for i in order]
    if parts[0].volume < parts[-1].volume:
        parts, up = parts[::-1], -up
    points = np.vstack([p.vertices for p in parts])
    flat = points - np.outer(points @ up, up)
    flat = flat - flat.mean(0)
    axes = np.linalg.svd(flat, full_matrices=False)[2][:2]
    # Mirror symmetric about the midsagittal plane: the axis with the smaller skewness runs left to right.
    skew = [abs(np.mean((flat @ a) ** 3)) / np.std(flat @ a) ** 3 for a in axes]
    back = axes[int(np.argmax(skew))]
    middle = np.mean([p.center_mass @ back for p in parts])
    back = back * (1 if (points @ back).max() - middle > middle - (points @ back).min() else -1)
    left = np.cross(back, up)
    turn = np.eye(4)
    turn[:3, :3] = np.stack([left, back, up])
    meshes = {}
    for ident, part in zip((VERSE_LEVELS["L5"], VERSE_LEVELS["L4"], VERSE_LEVELS["L3"], VERSE_LEVELS["L2"]), parts):
        meshes[ident] = part.copy().apply_transform(turn)
    return meshes


# MARK: - From labels to distances, parts and frames


def source_from_arrays(verse, rest, spacing, ct, room=ROOM):
    """The record of one source; see the module's docstring. `verse` and `rest` (other bone) lie on a grid of `spacing` mm, axes LPS."""
    known = np.argwhere((verse > 0))
    low = np.maximum(known.min(0) - np.ceil(room / spacing).astype(int), 0)
    high = np.minimum(known.max(0) + np.ceil(room / spacing).astype(int) + 1, verse.shape)
    box = tuple(slice(a, b) for a, b in zip(low, high))
    verse, rest = verse[box], rest[box]
    ct = None if ct is None else resampled(ct[box].astype(np.float32), spacing)
    idents = [int(i) for i in np.unique(verse) if LOWEST <= i <= HIGHEST or i == VERSE_LEVELS["T13"]]
    shape = tuple(int(np.floor((n - 1) * s + 1e-6)) + 1 for n, s in zip(verse.shape, spacing))
    bone = np.full(shape, -FAR, np.float32)
    instance = np.zeros(shape, np.uint8)
    for ident in idents:
        own = distance(verse == ident, spacing, shape)
        instance[own > np.maximum(bone, 0)] = ident
        bone = np.maximum(bone, own)
    sacrum = distance(verse == VERSE_LEVELS["S1"], spacing, shape)
    other = distance(rest, spacing, shape)
    frames = vertebra_frames(instance, bone, idents)
    part, canal = parts_and_canal(instance, bone, frames)
    if ct is None:  # a CT shows its own ribs, which `synthesis` leaves undecided
        other = np.maximum(other, ribs(frames, instance, bone))
    disc = discs(instance, part, canal, bone, frames)
    record = dict(
        fields=np.stack([bone, sacrum, other, canal, disc]).astype(np.float16),
        part=part, instance=instance, idents=np.array([f["ident"] for f in frames]),
        centres=np.array([f["centre"] for f in frames]), axes=np.array([f["axes"] for f in frames]),
        complete=np.array([f["complete"] for f in frames]))
    if ct is not None:
        record["ct"] = np.clip(ct, -1024, 3071).astype(np.float16)
    return record


def distance(mask, spacing, shape):
    """Signed distance in mm to the edge of a mask, positive inside, brought to the 1 mm grid and smoothed by half a voxel."""
    out = np.full(shape, -FAR, np.float32)
    if not mask.any():
        return out
    where = np.argwhere(mask)
    reach = np.ceil(FAR / 2 / spacing).astype(int)
    low = np.maximum(where.min(0) - reach, 0)
    high = np.minimum(where.max(0) + reach + 1, mask.shape)
    box = mask[tuple(slice(a, b) for a, b in zip(low, high))]
    inside = ndimage.distance_transform_edt(np.pad(box, 1), spacing)[1:-1, 1:-1, 1:-1]
    outside = ndimage.distance_transform_edt(~box, spacing)
    field = np.where(box, inside - 0.5 * spacing.mean(), 0.5 * spacing.mean() - outside).astype(np.float32)
    start = np.ceil(low * spacing - 1e-6).astype(int)
    stop = np.minimum(np.floor((high - 1) * spacing + 1e-6).astype(int) + 1, shape)
    grid = [(np.arange(a, b) / s - l).astype(np.float32) for a, b, s, l in zip(start, stop, spacing, low)]
    fine = ndimage.map_coordinates(field, np.meshgrid(*grid, indexing="ij"), order=1, mode="nearest")
    fine = ndimage.gaussian_filter(fine, 0.5 + 0.25 * max(spacing.max() - 1, 0))
    out[tuple(slice(a, b) for a, b in zip(start, stop))] = fine
    return out


def resampled(image, spacing):
    shape = tuple(int(np.floor((n - 1) * s + 1e-6)) + 1 for n, s in zip(image.shape, spacing))
    grid = np.meshgrid(*[np.arange(n, dtype=np.float32) / s for n, s in zip(shape, spacing)], indexing="ij")
    return ndimage.map_coordinates(image, grid, order=1, mode="nearest")


def vertebra_frames(instance, bone, idents):
    """Body centre, axes (columns: left, back, up) and completeness of every vertebra that has enough of itself in view."""
    frames = []
    for ident in idents:
        mine = instance == ident
        count = mine.sum()
        if count < 1500:
            continue
        depth = np.where(mine, bone, 0)
        thick = np.argwhere(depth > 0.7 * depth.max())
        edges = np.argwhere(mine)
        complete = bool((edges.min(0) > 0).all() and (edges.max(0) < np.array(mine.shape) - 1).all())
        frames.append(dict(ident=ident, centre=thick.mean(0), complete=complete, box=(edges.min(0), edges.max(0) + 1)))
    order = {i: n for n, i in enumerate(sorted((f["ident"] for f in frames), key=lambda i: 19.5 if i == 28 else i))}
    frames.sort(key=lambda f: order[f["ident"]])
    for _ in range(2):
        turn_frames(frames, instance)
        find_rings(frames, instance)
        for frame in frames:
            recentre(frame, instance)
    turn_frames(frames, instance)
    find_rings(frames, instance)
    return frames


def turn_frames(frames, instance):
    """Axes from the spine's tangent and the direction in which the vertebra's bone lies behind its body."""
    centres = np.array([f["centre"] for f in frames])
    for n, frame in enumerate(frames):
        up = centres[max(n - 1, 0)] - centres[min(n + 1, len(frames) - 1)]
        up = up / np.linalg.norm(up) if np.linalg.norm(up) > 1 else np.array([0.0, 0.0, 1.0])
        mass = np.argwhere(instance == frame["ident"]).mean(0) - frame["centre"]
        back = mass - up * (mass @ up)
        back = np.array([0.0, 1.0, 0.0]) if np.linalg.norm(back) < 2 else back
        back = back - up * (back @ up)
        back /= np.linalg.norm(back)
        frame["axes"] = np.stack([np.cross(back, up), back, up], axis=1)


def find_rings(frames, instance):
    """The canal's ring of every vertebra, relative to its centre; where no slice closes, the mean of the nearest rings above and below."""
    rings = [canal_section(frame, instance) for frame in frames]
    known = [n for n, ring in enumerate(rings) if ring]
    for n, frame in enumerate(frames):
        frame["closed"] = rings[n] is not None
        near = [max((k for k in known if k <= n), default=None), min((k for k in known if k >= n), default=None)]
        near = [rings[k] for k in near if k is not None]
        frame["ring"] = {key: np.mean([r[key] for r in near], axis=0) for key in ("centre", "half", "front")} if near else None


def recentre(frame, instance):
    """Moves the centre to the centroid of the body, which is what lies before the front wall of the canal."""
    points, body = split(frame, instance)
    frame["centre"] = points[body].mean(0)


def split(frame, instance):
    """Voxels of a vertebra and whether each belongs to the body."""
    points = np.argwhere(instance == frame["ident"])
    local = (points - frame["centre"]) @ frame["axes"]
    wall = frame["ring"]["front"] if frame["ring"] else np.percentile(local[:, 1], 45)
    return points, local[:, 1] < wall


def canal_section(frame, instance):
    """Centre (left, back, up), half axes and front wall of the canal's ring in the vertebra's frame, mm; None when no slice closes."""
    grid = np.stack(np.meshgrid(np.arange(-45, 46), np.arange(-30, 71), np.arange(-20, 21), indexing="ij"), -1).astype(np.float32)
    where = grid @ frame["axes"].T.astype(np.float32) + frame["centre"].astype(np.float32)
    mine = ndimage.map_coordinates((instance == frame["ident"]).astype(np.float32), np.moveaxis(where, -1, 0), order=1) > 0.5
    rings = []
    for z in range(mine.shape[2]):
        holes, count = ndimage.label(ndimage.binary_fill_holes(mine[:, :, z]) & ~mine[:, :, z])
        for h in range(1, count + 1):
            hole = np.argwhere(holes == h)
            if 80 <= len(hole) <= 900 and abs(hole[:, 0].mean() - 45) < 10 and hole[:, 1].mean() - 30 > 6:
                rings.append((z - 20, hole - [45, 30]))
    if not rings:
        return None
    middle = np.median([ring[:, 1].mean() for _, ring in rings])
    rings = [(z, ring) for z, ring in rings if abs(ring[:, 1].mean() - middle) < 4]
    points = np.vstack([np.column_stack([ring, np.full(len(ring), z)]) for z, ring in rings])
    half = np.maximum(np.median([2 * ring.std(0) for _, ring in rings], axis=0), 5)
    front = np.median([np.percentile(ring[:, 1], 3) for _, ring in rings])
    return dict(centre=points.mean(0), half=half, front=front)


def parts_and_canal(instance, bone, frames):
    """Part map (body, arch) and the canal's signed distance: an elliptic tube through the rings, outside the bone."""
    part = np.zeros(instance.shape, np.uint8)
    knots = []
    for frame in frames:
        points, body = split(frame, instance)
        part[tuple(points.T)] = np.where(body, BODY, ARCH)
        hole = frame["ring"]
        if frame["closed"]:
            knots.append((frame["centre"] + frame["axes"] @ hole["centre"], frame["axes"], hole["half"]))
    canal = np.full(instance.shape, -FAR, np.float32)
    if not knots:
        return part, canal
    centres = np.array([k[0] for k in knots])
    # One more knot past each end, so that the tube does not stop inside the end vertebrae.
    first = 2 * centres[0] - centres[1] if len(knots) > 1 else centres[0] + 15 * knots[0][1][:, 2]
    last = 2 * centres[-1] - centres[-2] if len(knots) > 1 else centres[0] - 15 * knots[0][1][:, 2]
    path = np.vstack([first, centres, last])
    halves = np.array([knots[0][2]] + [k[2] for k in knots] + [knots[-1][2]])
    for a, b, ha, hb, axes in zip(path, path[1:], halves, halves[1:], [k[1] for k in knots] + [knots[-1][1]]):
        low = np.maximum(np.floor(np.minimum(a, b) - 20).astype(int), 0)
        high = np.minimum(np.ceil(np.maximum(a, b) + 20).astype(int), np.array(canal.shape))
        if (high <= low).any():
            continue
        grid = np.stack(np.meshgrid(*[np.arange(l, h) for l, h in zip(low, high)], indexing="ij"), -1).astype(np.float32)
        along = b - a
        t = ((grid - a) @ along / (along @ along)).clip(0, 1)[..., None]
        offset = grid - (a + t * along)
        left = axes[:, 0] - along * (axes[:, 0] @ along) / (along @ along)
        left /= np.linalg.norm(left)
        back = np.cross(along / np.linalg.norm(along), left)
        half = ha + t * (hb - ha)
        axial = offset @ (along / np.linalg.norm(along))
        u, v = offset @ left / half[..., 0], offset @ back / half[..., 1]
        field = (1 - np.sqrt(u * u + v * v)) * half.min(-1) - np.maximum(np.abs(axial) - 0.5, 0) * 2
        box = tuple(slice(l, h) for l, h in zip(low, high))
        canal[box] = np.maximum(canal[box], field)
    return part, np.minimum(canal, -bone)


def ribs(frames, instance, bone):
    """Signed distance of ribs: from the head, beside the disc above (beside the body for T1, T11 and T12), along the front of the transverse process to the
    joint with its tip, and on to the side and front. What is a rib and what a process can be told there by its place alone."""
    field = np.full(bone.shape, -FAR, np.float32)
    for frame in frames:
        if not VERSE_LEVELS["T1"] <= frame["ident"] <= VERSE_LEVELS["T12"] or not frame["ring"]:
            continue
        size = frame["ring"]["centre"][1] / 19.0
        points, body = split(frame, instance)
        local = (points - frame["centre"]) @ frame["axes"]
        if body.all():
            continue  # its arch is cut away, and with it all that places a rib
        for side in (-1, 1):
            path = frame["centre"] + rib_path(frame, local, body, side, size) @ frame["axes"].T
            for n, (a, b) in enumerate(zip(path, path[1:])):
                low = np.maximum(np.floor(np.minimum(a, b) - 12).astype(int), 0)
                high = np.minimum(np.ceil(np.maximum(a, b) + 12).astype(int), np.array(bone.shape))
                if (high <= low).any():
                    continue
                grid = np.stack(np.meshgrid(*[np.arange(l, h) for l, h in zip(low, high)], indexing="ij"), -1).astype(np.float32)
                t = ((grid - a) @ (b - a) / ((b - a) @ (b - a))).clip(0, 1)[..., None]
                tube = (4.2 if n else 5.0) * size - np.linalg.norm(grid - (a + t * (b - a)), axis=-1)
                box = tuple(slice(l, h) for l, h in zip(low, high))
                field[box] = np.maximum(field[box], tube)
    return np.minimum(field, -bone - 0.6)


def rib_path(frame, local, body, side, size):
    """Knots of one rib in its vertebra's frame, mm. `local`: the vertebra's voxels there, `body`: which of them are its body's."""
    outward = side * local[:, 0]
    top = np.percentile(local[body, 2], 97)
    flank = np.percentile(outward[body & (np.abs(local[:, 2] - 0.6 * top) < 4)], 97)
    wall = frame["ring"]["front"]
    last = frame["ident"] >= VERSE_LEVELS["T11"]
    head = [flank + 2 * size, wall - 3 * size, 0.3 * top if last or frame["ident"] == VERSE_LEVELS["T1"] else top + 1]
    process = np.flatnonzero(~body)
    tip = local[process[np.argsort(outward[process])[-30:]]].mean(0)
    x, y, z = side * tip[0], tip[1], tip[2]
    if last:  # free of the process
        bends = [head, [flank + 14, wall + 6, head[2] - 4], [flank + 30, wall + 6, head[2] - 10], [flank + 50, wall - 10, head[2] - 22]]
    else:
        bends = [head, [0.5 * (head[0] + x), 0.5 * (head[1] + y) - 6 * size, 0.5 * (head[2] + z)], [x - 1, y - 7.5 * size, z + 1], [x + 13, y - 6, z - 3],
                 [x + 28, y - 15, z - 10], [x + 40, y - 32, z - 19], [x + 42, y - 55, z - 30]]
    return np.array(bends, float) * [side, 1, 1]


def discs(instance, part, canal, bone, frames):
    """Signed distance of the discs: what closing two neighbouring bodies by 7 mm adds, outside bone and canal."""
    disc = np.full(instance.shape, -FAR, np.float32)
    for upper, lower in zip(frames, frames[1:]):
        pair = np.isin(instance, [upper["ident"], lower["ident"]]) & (part == BODY)
        where = np.argwhere(pair)
        low = np.maximum(where.min(0) - 10, 0)
        high = np.minimum(where.max(0) + 11, np.array(pair.shape))
        box = tuple(slice(l, h) for l, h in zip(low, high))
        grown = ndimage.distance_transform_edt(~pair[box]) < 7
        closed = ndimage.distance_transform_edt(grown) > 7.5
        along = (upper["centre"] - lower["centre"]) / np.linalg.norm(upper["centre"] - lower["centre"])
        grid = np.stack(np.meshgrid(*[np.arange(l, h) for l, h in zip(low, high)], indexing="ij"), -1)
        between = ((grid - lower["centre"]) @ along > 0) & ((grid - upper["centre"]) @ along < 0)
        mask = closed & between & ~pair[box]
        field = ndimage.distance_transform_edt(mask) - ndimage.distance_transform_edt(~mask)
        disc[box] = np.maximum(disc[box], field)
    return np.minimum(np.minimum(disc, -bone), -canal)


def read_lps(path):
    """Voxels with axes along L, P, S (nearest permutation and flips) and their spacing in mm."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    voxels = np.asanyarray(image.dataobj)
    return voxels[::-1, ::-1], np.array(image.header.get_zooms()[:3], float)


if __name__ == "__main__":
    main()
