"""Line integrals of a volume by other people's projectors: RTK's Joseph (CPU), and nanodrr's ray marching to check it.

Both see the same thing: an Image whose coordinates are taken into the C-arm's frame by `carm_from_image`. The volume moves, the C-arm stands still: RTK
then needs one simple geometry, and a small volume costs only the pixels it can fall on.
"""

import itertools
from dataclasses import replace

import numpy as np

from Tools.Evaluation.fluoroscopy.rigid import apply, inverse


SID = 700.0  # any number: the volume is placed relative to the source


def rtk(image, carm_from_image, camera, threads=2):
    """Line integrals [row, column] of the whole detector."""
    import itk

    itk.MultiThreaderBase.SetGlobalDefaultNumberOfThreads(threads)
    out = np.zeros(camera.size[::-1], np.float32)
    box = footprint(image, carm_from_image, camera)
    if box is None:
        return out
    (u0, v0), (u1, v1) = box
    steps = carm_from_image[:3, :3] @ image.lps_from_index
    # In RTK's plain geometry the source stands at z = SID and looks towards -z, with the detector's x and y along the world's. So its world is the
    # C-arm's frame with z turned round: a mirrored one, which a volume's direction matrix may be.
    mirror = np.diag([1.0, 1.0, -1.0])
    volume = itk_image(
        itk, image.voxels, mirror @ apply(carm_from_image, image.origin) + [0, 0, SID], image.spacing, mirror @ steps / image.spacing)
    spacing = np.abs(camera.spacing)
    first = np.array([u1 if camera.spacing[0] < 0 else u0, v0])  # ITK has no negative spacing: such rows are projected the other way and turned round
    corner = (first - np.array(camera.principal)) * np.array(camera.spacing)
    stack = itk_image(itk, np.zeros((1, v1 - v0 + 1, u1 - u0 + 1), np.float32), [*corner, 0], [*spacing, 1], np.eye(3))
    geometry = itk.RTK.ThreeDCircularProjectionGeometry.New()
    geometry.AddProjection(SID, camera.distance, 0.0)
    kind = type(stack)
    joseph = itk.RTK.JosephForwardProjectionImageFilter[kind, kind].New()
    joseph.SetGeometry(geometry)
    joseph.SetInput(0, stack)
    joseph.SetInput(1, volume)
    joseph.Update()
    part = itk.array_from_image(joseph.GetOutput())[0]
    out[v0 : v1 + 1, u0 : u1 + 1] = part[:, ::-1] if camera.spacing[0] < 0 else part
    return out


def itk_image(itk, voxels, origin, spacing, direction):
    image = itk.image_from_array(np.ascontiguousarray(voxels, np.float32))
    image.SetOrigin([float(x) for x in origin])
    image.SetSpacing([float(x) for x in spacing])
    image.SetDirection(itk.matrix_from_array(np.ascontiguousarray(direction)))
    return image


def footprint(image, carm_from_image, camera, margin=2):
    """The pixels that the volume's box can fall on, first and last (inclusive); None when it misses the detector."""
    corners = [[i, j, k] for i, j, k in itertools.product(*[(-1, n) for n in image.voxels.shape[::-1]])]
    p = apply(carm_from_image, image.points(corners))
    if p[:, 2].min() <= 1:
        return (0, 0), (camera.size[0] - 1, camera.size[1] - 1)
    uv = np.array(camera.principal) + camera.distance / np.array(camera.spacing) * p[:, :2] / p[:, 2:]
    low = np.maximum(np.floor(uv.min(0)).astype(int) - margin, 0)
    high = np.minimum(np.ceil(uv.max(0)).astype(int) + margin, np.array(camera.size) - 1)
    return None if (low > high).any() else (tuple(low), tuple(high))


def nanodrr(image, carm_from_image, camera, threads=2, samples=400):
    """The same by nanodrr, whose camera frame is also x right, y down, z to the detector with the source at its origin."""
    import torch
    from nanodrr.drr import render

    torch.set_num_threads(threads)
    whole = np.zeros(camera.size[::-1], np.float32)
    box = footprint(image, carm_from_image, camera)
    if box is None:
        return whole
    (u0, v0), (u1, v1) = box
    camera = replace(camera, size=(u1 - u0 + 1, v1 - v0 + 1), principal=(camera.principal[0] - u0, camera.principal[1] - v0))
    with torch.no_grad():
        drawn = render(
            nanodrr_subject(image), single(nanodrr_rays(camera))[None], single(inverse(carm_from_image))[None], torch.tensor([camera.distance]), camera.size[1],
            camera.size[0], n_samples=samples)
    whole[v0 : v1 + 1, u0 : u1 + 1] = drawn[0, 0].numpy()
    return whole


def nanodrr_subject(image, pivot=(0, 0, 0)):
    """An Image of attenuation per mm as nanodrr has it; `pivot` is what its registration turns about."""
    import torch
    from nanodrr.data import Subject

    voxels = torch.from_numpy(np.ascontiguousarray(image.voxels, np.float32))[None, None]
    affine = affine_of(image)
    return Subject(
        voxels, torch.zeros_like(voxels), single(affine), single(np.linalg.inv(affine)), Subject._make_voxel_to_grid(voxels.shape), single(pivot),
        convert_to_mu=False)


def nanodrr_rays(camera):
    """From pixels to rays: its first pixel is centred at one half."""
    focal = camera.distance / np.array(camera.spacing)
    return np.linalg.inv([[focal[0], 0, camera.principal[0] + 0.5], [0, focal[1], camera.principal[1] + 0.5], [0, 0, 1]])


def affine_of(image):
    """4x4, from (i, j, k) to the Image's coordinates."""
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = image.lps_from_index, image.origin
    return affine


def single(x):
    import torch

    return torch.from_numpy(np.asarray(x)).to(torch.float32)


PROJECTORS = {"rtk": rtk, "nanodrr": nanodrr}
