#include "CLibraryVersions.h"

#include <assimp/version.h>
#include <eigen3/Eigen/src/Core/util/Macros.h>
#include <gdcm-3.0/gdcmConfigure.h>
#include <png.h>
#include <teem/air.h>
#include <tiffio.h>
#include <zlib.h>

#include <string>

// Of the library itself where it can be asked, else of the headers that lamina was compiled with.

const char *lamina_gdcm_version(void) { return GDCM_VERSION; }

const char *lamina_teem_version(void) { return TEEM_VERSION_STRING; }

const char *lamina_zlib_version(void) { return zlibVersion(); }

const char *lamina_png_version(void) { return png_get_libpng_ver(nullptr); }

const char *lamina_tiff_version(void) {
    // "LIBTIFF, Version 4.5.0" and a line for each holder of rights.
    static const std::string text = [] {
        std::string all = TIFFGetVersion();
        size_t start = all.find_first_of("0123456789");
        return start == std::string::npos ? std::string("unknown") : all.substr(start, all.find('\n', start) - start);
    }();
    return text.c_str();
}

const char *lamina_assimp_version(void) {
    static const std::string text =
        std::to_string(aiGetVersionMajor()) + "." + std::to_string(aiGetVersionMinor()) + "." + std::to_string(aiGetVersionPatch());
    return text.c_str();
}

const char *lamina_eigen_version(void) {
    static const std::string text = std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
        std::to_string(EIGEN_MINOR_VERSION);
    return text.c_str();
}
