import CLibraryVersions
import Digests
import Exchange
import Inference
import ZeroMQ

/// Names and versions of the libraries that every command is built on and that can say which they are. niftilib cannot.
func engines() -> [String: String] {
    [
        "Assimp": String(cString: lamina_assimp_version()),
        "DCMTK": dicomWriterVersion(),
        "Eigen": String(cString: lamina_eigen_version()),
        "GDCM": String(cString: lamina_gdcm_version()),
        "libcrypto": digestLibraryVersion(),
        "libpng": String(cString: lamina_png_version()),
        "LibTIFF": String(cString: lamina_tiff_version()),
        "teem": String(cString: lamina_teem_version()),
        "ZeroMQ": zeroMQVersion(),
        "zlib": String(cString: lamina_zlib_version()),
    ]
}

/// What `lamina --version` prints: the version, and beneath it one library a line. That of neural networks is opened for it, so commands that run
/// none have no part in it.
func versionText() -> String {
    var libraries = engines()
    libraries["OpenVINO"] = inferenceEngineVersion()
    return ([laminaVersion] + libraries.sorted { $0.key.lowercased() < $1.key.lowercased() }.map { "\($0.key): \($0.value)" }).joined(
        separator: "\n")
}

private func inferenceEngineVersion() -> String {
    do {
        return try InferenceEngine(library: locateEngine()).version
    } catch InferenceError.engineNotFound(nil, _) {
        return "not found"
    } catch {
        return "not usable: \(error)"
    }
}
