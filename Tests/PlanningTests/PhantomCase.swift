import Anatomy
import Frames
import Phantom

@testable import Planning

/// A phantom of one or a few levels: bone on plain tissue, which is all that planning looks at without HU.
func bonePhantom(_ levels: [VertebraLevel], seed: UInt64, turn: PhantomParameters.Turn? = nil) throws -> Phantom {
    var parameters = PhantomParameters()
    parameters.levels = levels
    parameters.content = .bone
    parameters.patientTurn = turn
    return try makePhantom(parameters: parameters, seed: seed)
}

/// The model of one level of a phantom.
func model(of level: VertebraLevel, in phantom: Phantom) throws -> VertebraModel {
    let masks = try cutOutMasks(of: [level], from: phantom.labels)
    return try modelVertebra(masks[0], up: .z)
}

/// The value below which `part` of the sorted values lie.
func quantile(_ values: [Double], _ part: Double) -> Double {
    values.sorted()[Int((Double(values.count - 1) * part).rounded(.up))]
}

func degrees(_ radians: Double) -> Double { radians * 180 / .pi }
