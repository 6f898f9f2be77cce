#pragma once
#include <stdint.h>

// NIfTI-1 headers through niftilib: byte order, quaternions and type codes. The voxels are streamed by the caller.

#ifdef __cplusplus
extern "C" {
#endif

enum lamina_nifti_status {
    LAMINA_NIFTI_OK = 0,
    LAMINA_NIFTI_NOT_NIFTI = 1,
    LAMINA_NIFTI_VERSION_2 = 2,
    LAMINA_NIFTI_DETACHED = 3,  // a .hdr of a header/image pair
    LAMINA_NIFTI_REJECTED = 4,  // niftilib finds the header invalid
};

enum { LAMINA_NIFTI_HEADER_BYTES = 348, LAMINA_NIFTI_DATA_OFFSET = 352 };

typedef struct {
    int32_t dimensions[8];  // as written in the file, dimensions[0] their number
    int32_t datatype;       // NIfTI type code
    int32_t big_endian;     // of the voxels
    int64_t data_offset;    // of the voxels; -1 where the header gives none
    float slope, intercept;
    int32_t qform_code, sform_code;
    int32_t space_units;      // 0 unknown, 1 metre, 2 millimetre, 3 micrometre
    double qform[12], sform[12];  // row-major 3 x 4, index to RAS+ in the file's units
    int32_t qform_is_sound;   // 0 where niftilib made the qform of numbers that it put in place of impossible ones
} lamina_nifti_header;

// Reads the first LAMINA_NIFTI_HEADER_BYTES of a file.
int lamina_nifti_parse(const void *bytes, lamina_nifti_header *out);

// Fills LAMINA_NIFTI_DATA_OFFSET bytes: a little-endian single-file header in millimetres whose sform and qform (both code 1,
// scanner) are `affine`, row-major 3 x 4, index to RAS+. Returns 0, or LAMINA_NIFTI_REJECTED for sizes a header cannot hold.
int lamina_nifti_compose(const int64_t size[3], int32_t datatype, const double affine[12], const char *description, void *bytes);

#ifdef __cplusplus
}
#endif
