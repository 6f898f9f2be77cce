#pragma once

// The versions of the C and C++ libraries that lamina is built on, such as "3.0.21". The texts live for ever.

#ifdef __cplusplus
extern "C" {
#endif

const char *lamina_gdcm_version(void);
const char *lamina_teem_version(void);
const char *lamina_zlib_version(void);
const char *lamina_png_version(void);
const char *lamina_tiff_version(void);
const char *lamina_assimp_version(void);
const char *lamina_eigen_version(void);

#ifdef __cplusplus
}
#endif
