/// How Hounsfield units become attenuation.
public struct AttenuationParameters: Codable, Equatable, Sendable {
    /// Attenuation of water, 1/mm: 0.02 at the 60 to 70 keV that a fluoroscope's beam has on average behind a patient. Only its ratio to the
    /// frames' contrast matters, and that is fitted.
    public var waterPerMillimetre = 0.02
    /// What counts as soft tissue, HU: a vertebra is what its bone attenuates beyond it, so that its image does not end in a step where the
    /// label does. 50: muscle and blood without contrast.
    public var softTissueHU = 50.0
    /// Voxels of a vertebra's own attenuation volume, mm.
    public var vertebraSpacing = 1.0
    /// The rest of the anatomy is averaged over blocks of voxels until these are at least so large, mm: it is drawn at twice that at the finest.
    public var restSpacing = 1.0
    /// The whole patient, by which a start is found, is averaged until its voxels are at least so large, mm: it is drawn at 4.8 mm at the finest.
    public var wholeSpacing = 3.0
    /// How far the patient goes on beyond the scan's ends, mm: a C-arm's image shows no more of them at the patient.
    public var beyondScan = 120.0

    public init() {}

    /// Attenuation of a Hounsfield value, 1/mm, never below none.
    @inline(__always) func attenuation(_ hu: Float) -> Float {
        max(0, Float(waterPerMillimetre) * (1 + hu / 1000))
    }
}
