import CLibraryVersions
import Digests

/// Names and versions of the libraries that every command is built on and that can say which they are. niftilib cannot.
func engines() -> [String: String] {
    [
        "Assimp": String(cString: lamina_assimp_version()),
        "Eigen": String(cString: lamina_eigen_version()),
        "GDCM": String(cString: lamina_gdcm_version()),
        "libcrypto": digestLibraryVersion(),
        "teem": String(cString: lamina_teem_version()),
        "zlib": String(cString: lamina_zlib_version()),
    ]
}
