"""X-rays through closed surfaces by gVirtualXray (gvxr): a tube's spectrum, materials that harden it, a scintillator. EGL on the processor: no screen, no GPU.

Everything lies in the C-arm's frame, with the source at its origin: x along columns, y along rows, z to the detector.
"""

import numpy as np

# A C-arm's tube behind its own filters, and its caesium iodide.
TUBE_KV, ANODE_DEGREES, BIN_KEV = 90, 12, 5
FILTERS = ((13, 3.0), (29, 0.1))  # atomic number, mm: aluminium, copper
SCINTILLATOR, SCINTILLATOR_UM = "CsI", 600


class Beam:
    """gvxr has one scene a process: making a Beam empties it."""

    opened = False

    def __init__(self):
        try:
            from gvxrPython3 import gvxr
        except ImportError as error:
            raise SystemExit(f"gvxr: {error}. Install requirements-fluoroscopy.txt and the packages of apt-packages-fluoroscopy.txt") from error
        self.gvxr = gvxr
        if not Beam.opened:
            gvxr.useLogFile("/dev/null")
            gvxr.createWindow(-1, 0, "EGL", 4, 5)
            Beam.opened = True
        gvxr.removePolygonMeshesFromSceneGraph()
        self.outermost = {}  # name: whether it holds all others
        self.camera = None

    @staticmethod
    def physics():
        return {"tube_kv": TUBE_KV, "filters": FILTERS, "scintillator": SCINTILLATOR, "scintillator_um": SCINTILLATOR_UM}

    def add(self, name, surface, outermost=False):
        """`outermost`: the one surface that holds all others, and whose material ends where theirs begins."""
        vertices, faces = surface.vertices.astype(np.float32).ravel(), surface.faces.astype(np.int32).ravel()
        self.gvxr.makeTriangularMesh(name, vertices, faces, "mm")
        self.gvxr.setHU(name, round(surface.hu))
        self.outermost[name] = outermost
        self.camera = None

    def place(self, name, carm_from_surface):
        self.gvxr.setLocalTransformationMatrix(name, carm_from_surface.T.ravel().tolist())  # columns first

    def integrals(self, camera):
        """-log of what is left of the beam's energy in the scintillator, [row, column]."""
        self.aim(camera)
        energy = np.array(self.gvxr.computeXRayImage(), np.float32)[::-1]  # gvxr's rows count against its up
        return -np.log(np.maximum(energy, 1e-12 * self.open) / self.open)

    def aim(self, camera):
        fixed = camera.size, camera.spacing, camera.principal, camera.distance
        if fixed == self.camera:
            return
        self.camera = fixed
        gvxr = self.gvxr
        middle = camera.detector(*(np.array(camera.size) - 1) / 2)
        gvxr.usePointSource()
        gvxr.setSourcePosition(0, 0, 0, "mm")
        gvxr.setDetectorNumberOfPixels(*camera.size)
        gvxr.setDetectorPixelSize(*camera.spacing, "mm")
        gvxr.setDetectorPosition(*middle, "mm")
        gvxr.setDetectorUpVector(0, -1, 0)
        gvxr.setDetectorRightVector(1, 0, 0)
        gvxr.setTubeAngle(ANODE_DEGREES)
        gvxr.setVoltage(TUBE_KV, "kV")
        gvxr.setEnergyBinSize(BIN_KEV, "keV")
        gvxr.clearFiltration()
        for element, mm in FILTERS:
            gvxr.addFilter(element, mm, "mm")
        gvxr.setmAs(1)
        gvxr.setScintillator(SCINTILLATOR, SCINTILLATOR_UM, "um")
        self.open = gvxr.getTotalEnergyWithDetectorResponse()
        # gvxr forgets the outermost surface, without a word, when the detector is set: so all are put into the beam after it.
        gvxr.removePolygonMeshesFromXRayRenderer()
        for name, outermost in self.outermost.items():
            (gvxr.addPolygonMeshAsOuterSurface if outermost else gvxr.addPolygonMeshAsInnerSurface)(name)
