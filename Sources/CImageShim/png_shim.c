#include "png_shim.h"
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const unsigned char *bytes;
    int64_t size, at;
} input;

typedef struct {
    unsigned char *bytes;
    size_t size, room;
} output;

static void fail(png_structp png, png_const_charp text) {
    char *message = png_get_error_ptr(png);
    if (message) snprintf(message, LAMINA_PNG_MESSAGE_BYTES, "%s", text);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void take(png_structp png, png_bytep target, size_t count) {
    input *in = png_get_io_ptr(png);
    if (count > (size_t)(in->size - in->at)) png_error(png, "it ends early");
    memcpy(target, in->bytes + in->at, count);
    in->at += (int64_t)count;
}

static void put(png_structp png, png_bytep source, size_t count) {
    output *out = png_get_io_ptr(png);
    if (out->size + count > out->room) {
        size_t room = (out->size + count) * 2;
        unsigned char *more = realloc(out->bytes, room);
        if (!more) png_error(png, "not enough memory");
        out->bytes = more;
        out->room = room;
    }
    memcpy(out->bytes + out->size, source, count);
    out->size += count;
}

static void flush(png_structp png) { (void)png; }

static int is_grey(png_structp png, png_infop info) {
    return png_get_color_type(png, info) == PNG_COLOR_TYPE_GRAY && !png_get_valid(png, info, PNG_INFO_tRNS);
}

// Header alone, or with `values` all of the image. The rows' pointers are the caller's, who outlives a jump.
static int read_png(input *in, lamina_png_header *out, void *values, int64_t capacity, png_bytep **rows, char *message) {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return LAMINA_PNG_MEMORY;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return LAMINA_PNG_CORRUPT;
    }
    png_set_user_limits(png, LAMINA_PNG_LARGEST_SIDE, LAMINA_PNG_LARGEST_SIDE);
    png_set_read_fn(png, in, take);
    png_read_info(png, info);
    int bits = png_get_bit_depth(png, info);
    png_uint_32 height = png_get_image_height(png, info);
    if (out) *out = (lamina_png_header){png_get_image_width(png, info), height, bits, is_grey(png, info)};
    if (values) {
        if (!is_grey(png, info) || (bits != 8 && bits != 16)) png_error(png, "it is not 8 or 16 bit grey");
        uint16_t one = 1;
        if (bits == 16 && *(unsigned char *)&one == 1) png_set_swap(png);
        png_set_interlace_handling(png);
        png_read_update_info(png, info);
        size_t stride = png_get_rowbytes(png, info);
        if ((int64_t)(stride * height) != capacity) png_error(png, "its size is not the declared one");
        *rows = malloc(height * sizeof(png_bytep));
        if (!*rows) png_error(png, "not enough memory");
        for (png_uint_32 v = 0; v < height; v++) (*rows)[v] = (png_bytep)values + v * stride;
        png_read_image(png, *rows);
        png_read_end(png, NULL);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return LAMINA_PNG_OK;
}

int lamina_png_parse(const void *bytes, int64_t size, lamina_png_header *out, char *message) {
    input in = {bytes, size, 0};
    return read_png(&in, out, NULL, 0, NULL, message);
}

int lamina_png_decode(const void *bytes, int64_t size, void *values, int64_t capacity, char *message) {
    input in = {bytes, size, 0};
    png_bytep *rows = NULL;
    int status = read_png(&in, NULL, values, capacity, &rows, message);
    free(rows);
    return status;
}

static int write_png(output *out, const void *values, int64_t columns, int64_t rows, int32_t channels, char *message) {
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_write_struct(&png, NULL);
        return LAMINA_PNG_MEMORY;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return LAMINA_PNG_CORRUPT;
    }
    png_set_write_fn(png, out, put, flush);
    int bits = channels == 1 ? 16 : 8;
    png_set_IHDR(
        png, info, (png_uint_32)columns, (png_uint_32)rows, bits, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    // Noisy pictures hardly shrink, so the effort is kept small.
    png_set_compression_level(png, 2);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_write_info(png, info);
    uint16_t one = 1;
    if (bits == 16 && *(unsigned char *)&one == 1) png_set_swap(png);
    size_t stride = (size_t)columns * (size_t)channels * (size_t)bits / 8;
    for (int64_t v = 0; v < rows; v++) png_write_row(png, (png_const_bytep)values + (size_t)v * stride);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return LAMINA_PNG_OK;
}

int lamina_png_encode(
    const void *values, int64_t columns, int64_t rows, int32_t channels, void **out, int64_t *size, char *message) {
    output made = {NULL, 0, 0};
    int status = write_png(&made, values, columns, rows, channels, message);
    if (status != LAMINA_PNG_OK) {
        free(made.bytes);
        return status;
    }
    *out = made.bytes;
    *size = (int64_t)made.size;
    return LAMINA_PNG_OK;
}

void lamina_png_free(void *bytes) { free(bytes); }
