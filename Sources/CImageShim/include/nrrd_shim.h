#pragma once
#include <stdint.h>

// NRRD headers through teem. The voxels are streamed by the caller.

#ifdef __cplusplus
extern "C" {
#endif

enum lamina_nrrd_status { LAMINA_NRRD_OK = 0, LAMINA_NRRD_REJECTED = 1, LAMINA_NRRD_MEMORY = 2 };

// Values of teem's own enumerations that callers need, checked against its headers at compile time.
enum lamina_nrrd_type {
    LAMINA_NRRD_INT8 = 1, LAMINA_NRRD_UINT8, LAMINA_NRRD_INT16, LAMINA_NRRD_UINT16, LAMINA_NRRD_INT32, LAMINA_NRRD_UINT32,
    LAMINA_NRRD_INT64, LAMINA_NRRD_UINT64, LAMINA_NRRD_FLOAT, LAMINA_NRRD_DOUBLE,
};
enum lamina_nrrd_space { LAMINA_NRRD_RAS = 3, LAMINA_NRRD_LAS = 4, LAMINA_NRRD_LPS = 5 };
enum lamina_nrrd_encoding { LAMINA_NRRD_RAW = 0, LAMINA_NRRD_ASCII, LAMINA_NRRD_GZIP, LAMINA_NRRD_OTHER };

typedef struct {
    int32_t dimension, type, space, encoding, big_endian;
    int64_t size[4];         // up to 4 axes, fastest first
    int32_t oriented[4];     // whether the axis has a space direction
    double direction[4][3];  // NaN where absent
    double origin[3];        // NaN where absent
    double millimetres_per_unit[3];  // millimetres per space unit; NaN for an unknown unit, 1 where none is given
    int64_t line_skip, byte_skip;
    char space_name[64];  // teem's name of the space
} lamina_nrrd_header;

// Parses header text up to and with the blank line. A "data file" field must be taken out first: teem would open that file.
// On REJECTED `message` says why.
int lamina_nrrd_parse(const char *text, lamina_nrrd_header *out, char *message, int64_t message_size);

#ifdef __cplusplus
}
#endif
