"""Where RTK, DiffDRR and nanodrr see points, for Tests/TrackingTests/Resources/cameras.json: lamina's cameras must see them there too.

    python3 -m venv venv && echo torch==2.13.0+cpu >c.txt
    venv/bin/pip install -c c.txt itk-rtk==2.7.0.post1 nanodrr==0.1.7 diffdrr==0.6.1
    venv/bin/python Tools/Evaluation/camera_vectors.py Tests/TrackingTests/Resources/cameras.json

RTK projects points with its own matrix and its image's own index, and draws a blob whose centroid is measured; DiffDRR and nanodrr give the ends of their
rays, on which points are drawn by lot. The C-arm of DICOM has no program of its own: its angles (PS3.3, C.8.7.5) are turned here by matrices.
"""

import importlib.metadata
import json
import sys

import numpy as np

SEED = 20261125
random = np.random.default_rng(SEED)


def rtk_cases(count):
    import itk
    from itk import RTK as rtk

    for n in range(count):
        geometry = rtk.ThreeDCircularProjectionGeometry.New()
        names = [
            "source_to_isocenter_mm", "source_to_detector_mm", "gantry_rad", "projection_offset_x_mm", "projection_offset_y_mm", "out_of_plane_rad",
            "in_plane_rad", "source_offset_x_mm", "source_offset_y_mm",
        ]
        values = [random.uniform(500, 900), random.uniform(1000, 1500), random.uniform(0, 6), *random.uniform(-40, 40, 2), *random.uniform(-0.5, 0.5, 2),
                  *random.uniform(-20, 20, 2)]
        if n == 0:
            values = [700.0, 1020.0, 0.0, 0, 0, 0, 0, 0, 0]
        geometry.AddProjectionInRadians(*map(float, values))
        matrix = np.array(itk.array_from_matrix(geometry.GetMatrix(0)))
        size, spacing = [256, 192], random.uniform(0.8, 1.5, 2)
        origin = matrix[:2, 3] / matrix[2, 3] - (np.array(size) - 1) / 2 * spacing + random.uniform(-5, 5, 2)
        image = empty_picture(itk, size, spacing, origin)
        points = []
        for world in random.uniform(-100, 100, (20, 3)):
            x, y, w = matrix @ [*world, 1]
            index = image.TransformPhysicalPointToContinuousIndex([x / w, y / w, 0.0])
            points.append([*world, index[0], index[1]])
        yield {
            "parameters": dict(zip(names, values)), "size_px": size, "spacing_mm": list(spacing), "origin_mm": list(origin),
            "matrix": matrix.flatten().tolist(), "points": points,
            "blobs": [rtk_blob(itk, rtk, geometry, empty_picture(itk, size, spacing, origin)) for _ in range(2)],
        }


def empty_picture(itk, size, spacing, origin):
    image = itk.Image[itk.F, 3].New()
    image.SetRegions([*size, 1])
    image.SetSpacing([*spacing, 1.0])
    image.SetOrigin([*origin, 0.0])
    image.Allocate(True)
    return image


def rtk_blob(itk, rtk, geometry, image):
    """The centre of a blob of 3 mm and its centroid in RTK's own picture."""
    centre = random.uniform(-15, 15, 3)
    axis = np.arange(41) - 20.0
    z, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
    volume = itk.image_from_array(np.exp(-(x**2 + y**2 + z**2) / (2 * 3.0**2)).astype(np.float32))
    volume.SetOrigin([*(centre - 20)])
    projector = rtk.JosephForwardProjectionImageFilter[type(volume), type(volume)].New()
    projector.SetInput(0, image)
    projector.SetInput(1, volume)
    projector.SetGeometry(geometry)
    projector.Update()
    picture = itk.array_from_image(projector.GetOutput())[0].astype(float)
    assert picture.max() > 0
    cut = max(picture[0].max(), picture[-1].max(), picture[:, 0].max(), picture[:, -1].max())
    assert cut < 1e-3 * picture.max(), "the blob lies off the picture"
    v, u = np.mgrid[: picture.shape[0], : picture.shape[1]]
    return [*centre, (picture * u).sum() / picture.sum(), (picture * v).sum() / picture.sum()]


def on_rays(source, target, columns, rows):
    """Points on the rays of some pixels: x, y, z, u, v."""
    points = []
    for _ in range(20):
        u, v = int(random.integers(columns)), int(random.integers(rows))
        points.append([*(source + random.uniform(0.3, 1.0) * (target[v * columns + u] - source)), u, v])
    return points


def intrinsics():
    return {
        "sdd": random.uniform(900, 1300), "height": int(random.integers(99, 130)), "width": int(random.integers(99, 130)),
        "delx": random.uniform(0.5, 2), "dely": random.uniform(0.5, 2), "x0": random.uniform(-30, 30), "y0": random.uniform(-30, 30),
    }


def diffdrr_cases(count):
    import torch
    from diffdrr.detector import Detector
    from diffdrr.pose import convert

    turns = {
        "AP": [[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], "PA": [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]],
        "none": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    }
    torch.set_default_dtype(torch.float64)
    for n in range(count):
        camera, orientation, reverse = intrinsics(), ["AP", "PA", "none"][n % 3], n % 2 == 0
        reorient = torch.tensor(turns[orientation], dtype=torch.float64)
        detector = Detector(**camera, reorient=reorient, reverse_x_axis=reverse)
        angles, shift = torch.tensor(random.uniform(-1, 1, (1, 3))), torch.tensor(random.uniform(-100, 100, (1, 3)) + [0, 800, 0])
        pose = convert(angles, shift, parameterization="euler_angles", convention="ZXY")
        source, target = detector(pose, None)
        yield {
            "intrinsics": camera, "orientation": orientation, "reverse_x_axis": reverse, "pose": pose.matrix[0].flatten().tolist(),
            "points": on_rays(source[0, 0].numpy(), target[0].numpy(), camera["width"], camera["height"]),
        }


def nanodrr_cases(count):
    import torch
    from nanodrr.camera import make_rt_inv
    from nanodrr.drr import DRR

    for n in range(count):
        camera = intrinsics()
        drr = DRR.from_carm_intrinsics(**camera, dtype=torch.float64)
        orientation = ["AP", "PA", None][n % 3]
        angles, shift = torch.tensor(random.uniform(-60, 60, (1, 3))), torch.tensor(random.uniform(-100, 100, (1, 3)) + [0, 800, 0])
        rt_inv = make_rt_inv(angles, shift, orientation, torch.tensor([10.0, -20, 30], dtype=torch.float64))[0].numpy()
        rays = drr.tgt[0].numpy() @ rt_inv[:3, :3].T + rt_inv[:3, 3]
        yield {
            "intrinsics": camera, "orientation": str(orientation), "rt_inv": rt_inv.flatten().tolist(),
            "points": on_rays(rt_inv[:3, 3], rays, camera["width"], camera["height"]),
        }


def about(axis, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = [k for k in range(3) if k != axis]
    matrix = np.eye(3)
    matrix[i, i], matrix[i, j], matrix[j, i], matrix[j, j] = c, -s, s, c
    return matrix


def positioner_cases(count):
    """The C-arm at 0, 0 has its detector before the chest of a patient in LPS; it is turned about z by the primary angle, after being tilted about x."""
    letters = {"L": [1, 0, 0], "R": [-1, 0, 0], "P": [0, 1, 0], "A": [0, -1, 0], "H": [0, 0, 1], "F": [0, 0, -1]}
    fixed = [(0, 0, "L", "F"), (90, 0, "P", "F"), (-90, 0, "A", "F"), (90, 0, "A", "F"), (0, 30, "R", "H"), (180, 0, "R", "F"), (45, -20, "F", "L")]
    for n in range(count):
        primary, secondary, row, column = fixed[n] if n < len(fixed) else (random.uniform(-40, 40), random.uniform(-30, 30), *"LF")
        turn = about(2, primary) @ about(0, -secondary)
        detector, right, down = turn @ [0, -1, 0], turn @ [1, 0, 0], turn @ [0, 0, -1]
        axes = [right, -right, down, -down]
        along_row = max(axes, key=lambda a: a @ letters[row])
        along_column = max(axes, key=lambda a: a @ letters[column])
        sdd, sid, spacing, size = random.uniform(1000, 1200), random.uniform(650, 800), random.uniform(0.1, 0.5, 2), [512, 480]
        principal = [255.5, 239.5]
        source = -sid * detector
        points = []
        for world in random.uniform(-60, 60, (10, 3)):
            ray = (world - source) / ((world - source) @ detector) * sdd
            points.append([*world, principal[0] + ray @ along_row / spacing[0], principal[1] + ray @ along_column / spacing[1]])
        yield {
            "primary_deg": primary, "secondary_deg": secondary, "row": row, "column": column, "source_detector_mm": sdd, "source_isocentre_mm": sid,
            "pixel_spacing_mm": list(spacing), "size_px": size, "principal_point_px": principal, "points": points,
        }


def main(path):
    cases = {
        "made_by": {name: importlib.metadata.version(name) for name in ("itk-rtk", "diffdrr", "nanodrr", "torch", "numpy")}, "seed": SEED,
        "rtk": list(rtk_cases(6)), "diffdrr": list(diffdrr_cases(6)), "nanodrr": list(nanodrr_cases(6)), "positioner": list(positioner_cases(12)),
    }
    with open(path, "w") as file:
        json.dump(cases, file, indent=None, default=float)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
