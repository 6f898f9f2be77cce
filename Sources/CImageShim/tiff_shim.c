#include "tiff_shim.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

// No strip or tile of a detector's frame needs more.
enum { largest_allocation = 1 << 30 };

struct lamina_tiff {
    TIFF *file;
    char *message;
    int64_t page;
};

static int note(TIFF *file, void *data, const char *module, const char *format, va_list arguments) {
    (void)file;
    (void)module;
    vsnprintf(data, LAMINA_TIFF_MESSAGE_BYTES, format, arguments);
    return 1;
}

static int ignore(TIFF *file, void *data, const char *module, const char *format, va_list arguments) {
    (void)file;
    (void)data;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

static void say(lamina_tiff *tiff, const char *text) { snprintf(tiff->message, LAMINA_TIFF_MESSAGE_BYTES, "%s", text); }

int lamina_tiff_open(const char *path, lamina_tiff **out, char *message) {
    lamina_tiff *tiff = calloc(1, sizeof *tiff);
    TIFFOpenOptions *options = tiff ? TIFFOpenOptionsAlloc() : NULL;
    if (!options) {
        free(tiff);
        return LAMINA_TIFF_MEMORY;
    }
    TIFFOpenOptionsSetErrorHandlerExtR(options, note, message);
    TIFFOpenOptionsSetWarningHandlerExtR(options, ignore, NULL);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, largest_allocation);
    // m: no memory mapping, so that a file cut while it is read is an error and not a signal.
    tiff->file = TIFFOpenExt(path, "rm", options);
    TIFFOpenOptionsFree(options);
    if (!tiff->file) {
        free(tiff);
        return LAMINA_TIFF_CORRUPT;
    }
    tiff->message = message;
    *out = tiff;
    return LAMINA_TIFF_OK;
}

void lamina_tiff_close(lamina_tiff *tiff) {
    TIFFClose(tiff->file);
    free(tiff);
}

int64_t lamina_tiff_page_count(lamina_tiff *tiff) {
    int64_t count = (int64_t)TIFFNumberOfDirectories(tiff->file);
    // Counting leaves the file at its last page or beyond.
    tiff->page = -1;
    return count;
}

static int refuse(lamina_tiff *tiff, const char *text) {
    say(tiff, text);
    return LAMINA_TIFF_UNSUPPORTED;
}

int lamina_tiff_turn(lamina_tiff *tiff, int64_t page, lamina_tiff_page *out) {
    if (page != tiff->page) {
        // The next page is reached without counting from the first again.
        int turned = tiff->page >= 0 && page == tiff->page + 1 ? TIFFReadDirectory(tiff->file) : TIFFSetDirectory(tiff->file, (tdir_t)page);
        tiff->page = turned ? page : -1;
        if (!turned) return LAMINA_TIFF_CORRUPT;
    }
    uint32_t columns = 0, rows = 0;
    uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT, photometric = 0xffff, orientation = ORIENTATION_TOPLEFT;
    uint16_t compression = COMPRESSION_NONE;
    TIFFGetField(tiff->file, TIFFTAG_IMAGEWIDTH, &columns);
    TIFFGetField(tiff->file, TIFFTAG_IMAGELENGTH, &rows);
    TIFFGetFieldDefaulted(tiff->file, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff->file, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff->file, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetField(tiff->file, TIFFTAG_PHOTOMETRIC, &photometric);
    TIFFGetFieldDefaulted(tiff->file, TIFFTAG_ORIENTATION, &orientation);
    TIFFGetFieldDefaulted(tiff->file, TIFFTAG_COMPRESSION, &compression);
    if (samples != 1 || photometric != PHOTOMETRIC_MINISBLACK)
        return refuse(tiff, photometric == PHOTOMETRIC_MINISWHITE ? "a TIFF whose 0 is white (export it with black at 0)" : "a TIFF that is not grey");
    if ((bits != 8 && bits != 16) || (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID))
        return refuse(tiff, "a TIFF that is not of 8 or 16 bit whole numbers");
    if (orientation != ORIENTATION_TOPLEFT) return refuse(tiff, "a TIFF that is turned or mirrored by its Orientation tag (export it upright)");
    if (compression != COMPRESSION_NONE && compression != COMPRESSION_LZW && compression != COMPRESSION_ADOBE_DEFLATE
        && compression != COMPRESSION_DEFLATE && compression != COMPRESSION_PACKBITS)
        return refuse(tiff, "a TIFF that is compressed other than by LZW, deflate or PackBits");
    *out = (lamina_tiff_page){columns, rows, bits, compression != COMPRESSION_NONE};
    return LAMINA_TIFF_OK;
}

static int decode_rows(lamina_tiff *tiff, char *values, const lamina_tiff_page *page) {
    size_t stride = (size_t)page->columns * (size_t)page->bits / 8;
    if ((size_t)TIFFScanlineSize64(tiff->file) != stride) return 0;
    for (int64_t v = 0; v < page->rows; v++) {
        if (TIFFReadScanline(tiff->file, values + (size_t)v * stride, (uint32_t)v, 0) < 0) return 0;
    }
    return 1;
}

static int decode_tiles(lamina_tiff *tiff, char *values, const lamina_tiff_page *page) {
    uint32_t width = 0, height = 0;
    TIFFGetField(tiff->file, TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(tiff->file, TIFFTAG_TILELENGTH, &height);
    size_t bytes = (size_t)page->bits / 8, stride = (size_t)page->columns * bytes;
    uint64_t size = TIFFTileSize64(tiff->file);
    if (width == 0 || height == 0 || width > 16384 || height > 16384 || size != (uint64_t)width * height * bytes) return 0;
    char *tile = malloc(size);
    if (!tile) return 0;
    int sound = 1;
    for (int64_t top = 0; sound && top < page->rows; top += height) {
        for (int64_t left = 0; sound && left < page->columns; left += width) {
            sound = TIFFReadTile(tiff->file, tile, (uint32_t)left, (uint32_t)top, 0, 0) == (tmsize_t)size;
            int64_t across = page->columns - left < width ? page->columns - left : width;
            for (int64_t row = 0; sound && row < height && top + row < page->rows; row++) {
                memcpy(values + (size_t)(top + row) * stride + (size_t)left * bytes, tile + (size_t)row * width * bytes, (size_t)across * bytes);
            }
        }
    }
    free(tile);
    return sound;
}

int lamina_tiff_decode(lamina_tiff *tiff, void *values, int64_t capacity) {
    lamina_tiff_page page;
    say(tiff, "its pixels cannot be decoded");
    int status = lamina_tiff_turn(tiff, tiff->page, &page);
    if (status != LAMINA_TIFF_OK) return status;
    if (page.columns * page.rows * page.bits / 8 != capacity) return LAMINA_TIFF_CORRUPT;
    int sound = TIFFIsTiled(tiff->file) ? decode_tiles(tiff, values, &page) : decode_rows(tiff, values, &page);
    return sound ? LAMINA_TIFF_OK : LAMINA_TIFF_CORRUPT;
}
