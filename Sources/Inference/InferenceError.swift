import Foundation

/// What can go wrong between a network's file and its numbers.
public enum InferenceError: Error, Equatable {
    /// No OpenVINO in any place that was looked at. `variable` is what `LAMINA_OPENVINO` says, where it is set.
    case engineNotFound(variable: String?, lookedIn: [String])
    /// The file is no library that can be loaded here.
    case unusableEngine(path: String, reason: String)
    /// OpenVINO of a release that was not checked.
    case unsupportedEngine(path: String, release: String)
    /// A network's file cannot be read.
    case unreadableModel(path: String, reason: String)
    /// A network's file is not the one that was meant.
    case modelMismatch(path: String, expected: String, found: String)
    /// A network's file is cut off, damaged, or no ONNX.
    case invalidModel(path: String, reason: String)
    /// A sound network of a kind that is not handled here.
    case unsupportedModel(path: String, reason: String)
    /// The network cannot take an input of this shape.
    case inputShape(path: String, shape: [Int], reason: String)
    /// The input has another count of values than its shape.
    case inputCount(expected: [Int], count: Int)
    /// A value is infinite or not a number; `index` counts in the order of the data.
    case notFinite(tensor: String, index: Int)
    case outOfMemory(action: String)
    /// OpenVINO failed in a way that has no case of its own.
    case engineFailed(action: String, reason: String)
}

extension InferenceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .engineNotFound(let variable?, _):
            "LAMINA_OPENVINO says \(variable), and there is no such file. Point it at libopenvino_c.so, or unset it to use the one of Tools/setup.sh"
        case .engineNotFound(nil, let folders):
            "OpenVINO, which runs neural networks, was not found: no .venv/lib/python3*/site-packages/openvino/libs/libopenvino_c.so* in "
                + "\(folders.joined(separator: ", ")). Run 'Tools/setup.sh build' in lamina's folder, which installs it, or set LAMINA_OPENVINO to "
                + "the path of libopenvino_c.so"
        case .unusableEngine(let path, let reason):
            "\(path): not an OpenVINO library that can be loaded: \(reason). Install the package openvino that requirements.txt names, and point "
                + "LAMINA_OPENVINO at its libopenvino_c.so"
        case .unsupportedEngine(let path, let release):
            "\(path): OpenVINO \(release) is not supported; 2026 is. Install the version that requirements.txt names"
        case .unreadableModel(let path, let reason): "\(path): cannot read the network: \(reason)"
        case .modelMismatch(let path, let expected, let found):
            "\(path): not the network that was meant, or damaged: its SHA-256 is \(found), not \(expected). Do not use it; fetch it again"
        case .invalidModel(let path, let reason): "\(path): not a sound ONNX network: \(reason). Fetch or export it again"
        case .unsupportedModel(let path, let reason):
            "\(path): this network is not supported: \(reason). Export it with one input, and 32-bit floats in and out"
        case .inputShape(let path, let shape, let reason):
            "\(path): the network cannot take an input of \(text(shape)): \(reason). Choose a shape that it was made for"
        case .inputCount(let expected, let count):
            "the input has \(count) values, and the network takes \(text(expected)) = \(expected.reduce(1, *))"
        case .notFinite(let tensor, let index):
            "'\(tensor)' holds an infinite value or none (NaN), first at \(index). Nothing made from it can be trusted; check the image and the network"
        case .outOfMemory(let action): "cannot \(action): out of memory. Choose a smaller input, or free some memory"
        case .engineFailed(let action, let reason): "cannot \(action): OpenVINO says: \(reason)"
        }
    }
}

private func text(_ shape: [Int]) -> String { "[" + shape.map(String.init).joined(separator: " x ") + "]" }
