#pragma once
#include <stdint.h>

// PNG images in memory through libpng: grey ones in, grey and coloured ones out. libpng's jumps and messages end here.

#ifdef __cplusplus
extern "C" {
#endif

enum lamina_png_status {
    LAMINA_PNG_OK = 0,
    LAMINA_PNG_CORRUPT = 1,  // `message` says what
    LAMINA_PNG_MEMORY = 2,
};

enum { LAMINA_PNG_MESSAGE_BYTES = 128, LAMINA_PNG_LARGEST_SIDE = 16384 };

typedef struct {
    int64_t columns, rows;
    int32_t bits;      // of a channel
    int32_t is_grey;   // one channel, no palette and no opacity
} lamina_png_header;

// Reads the header of the PNG in `bytes`.
int lamina_png_parse(const void *bytes, int64_t size, lamina_png_header *out, char *message);

// Decodes a grey PNG of 8 or 16 bits into `values` (uint8 or host uint16), of `capacity` bytes: columns * rows * bits / 8. The image is read to its
// end, checksums included.
int lamina_png_decode(const void *bytes, int64_t size, void *values, int64_t capacity, char *message);

// Encodes 16-bit grey (channels 1, host uint16) or 8-bit RGB (channels 3). The same values give the same bytes. Free `out` with lamina_png_free.
int lamina_png_encode(
    const void *values, int64_t columns, int64_t rows, int32_t channels, void **out, int64_t *size, char *message);
void lamina_png_free(void *bytes);

#ifdef __cplusplus
}
#endif
