#pragma once
#include <stdint.h>

// DICOM files through GDCM: attributes of a file and of its frames, and decoded stored values. Every call is safe to make from
// several threads on different handles. C++ exceptions end here.

#ifdef __cplusplus
extern "C" {
#endif

enum lamina_dicom_status {
    LAMINA_DICOM_OK = 0,
    LAMINA_DICOM_NOT_DICOM = 1,   // no "DICM" mark and no readable data set
    LAMINA_DICOM_CORRUPT = 2,     // `message` says what
    LAMINA_DICOM_UNSUPPORTED = 3, // `message` says what
    LAMINA_DICOM_MEMORY = 4,
};

enum { LAMINA_DICOM_MESSAGE_BYTES = 256 };

typedef struct lamina_dicom lamina_dicom;

// Reads everything before the pixel data. Close the handle with lamina_dicom_close.
int lamina_dicom_open(const char *path, lamina_dicom **out, char *message);
void lamina_dicom_close(lamina_dicom *dicom);

// The transfer syntax UID, or "" where the file does not say.
void lamina_dicom_transfer_syntax(const lamina_dicom *dicom, char *text, int64_t capacity);

// Copies the text of an attribute, without padding; returns its length, or -1 where it is absent or empty.
// `frame` < 0 looks in the data set itself; otherwise first in the functional groups of that frame, then in the shared ones.
int64_t lamina_dicom_text(const lamina_dicom *dicom, int64_t frame, uint16_t group, uint16_t element, char *text, int64_t capacity);

// Reads a 16-bit attribute (US or SS) as its bits; returns 1, or 0 where it is absent.
int lamina_dicom_bits16(const lamina_dicom *dicom, uint16_t group, uint16_t element, uint16_t *bits);

typedef struct {
    int64_t columns, rows, frames;
    int32_t bits_allocated, bits_stored, is_signed;
} lamina_dicom_layout;

// Decodes the stored values of all frames, in host byte order, into `values`; `expected` is the layout that the caller made room
// for, `capacity` that room in bytes. A file whose pixels do not fill it is CORRUPT. On OK `expected` holds the decoder's bits.
int lamina_dicom_decode(const char *path, lamina_dicom_layout *expected, void *values, int64_t capacity, char *message);

// Where the uncompressed pixel data of a file begin, how many bytes they have and whether they are big-endian; 0 bytes where they are compressed or
// there are none.
int lamina_dicom_plain_pixels(const char *path, int64_t *offset, int64_t *bytes, int *is_big_endian, char *message);

typedef struct lamina_dicom_pixels lamina_dicom_pixels;

// Reads the compressed pixel data of a file, to decode one frame at a time. UNSUPPORTED where a frame is cut into several fragments: decode all of
// them with lamina_dicom_decode then. Close the handle with lamina_dicom_pixels_close.
int lamina_dicom_pixels_open(const char *path, const lamina_dicom_layout *expected, lamina_dicom_pixels **out, char *message);
// Decodes a frame, counted from 0, as lamina_dicom_decode does all; `capacity` is that of one frame.
int lamina_dicom_pixels_frame(
    lamina_dicom_pixels *pixels, int64_t frame, lamina_dicom_layout *expected, void *values, int64_t capacity, char *message);
void lamina_dicom_pixels_close(lamina_dicom_pixels *pixels);

#ifdef __cplusplus
}
#endif
