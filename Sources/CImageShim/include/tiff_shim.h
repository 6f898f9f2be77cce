#pragma once
#include <stdint.h>

// Grey TIFF files of one page or more through libtiff. libtiff's messages end here.

#ifdef __cplusplus
extern "C" {
#endif

enum lamina_tiff_status {
    LAMINA_TIFF_OK = 0,
    LAMINA_TIFF_CORRUPT = 1,      // `message` says what
    LAMINA_TIFF_UNSUPPORTED = 2,  // `message` says what
    LAMINA_TIFF_MEMORY = 3,
};

enum { LAMINA_TIFF_MESSAGE_BYTES = 256 };

typedef struct lamina_tiff lamina_tiff;

typedef struct {
    int64_t columns, rows;
    int32_t bits;           // 8 or 16
    int32_t is_compressed;  // where it is, a byte of the file may become up to 1500
} lamina_tiff_page;

// `message` must outlive the handle: errors are written there. Close the handle with lamina_tiff_close.
int lamina_tiff_open(const char *path, lamina_tiff **out, char *message);
void lamina_tiff_close(lamina_tiff *tiff);
int64_t lamina_tiff_page_count(lamina_tiff *tiff);

// Turns to a page, counted from 0, and says what it is. UNSUPPORTED unless it is 8 or 16 bit unsigned grey, black at 0, top left first, uncompressed or
// with LZW, deflate or PackBits.
int lamina_tiff_turn(lamina_tiff *tiff, int64_t page, lamina_tiff_page *out);

// Decodes the page into `values` (uint8 or host uint16) of `capacity` bytes: columns * rows * bits / 8.
int lamina_tiff_decode(lamina_tiff *tiff, void *values, int64_t capacity);

#ifdef __cplusplus
}
#endif
