#define _FILE_OFFSET_BITS 64
#include "bytes_shim.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum { block = 256 * 1024 };
// windowBits 15, plus 32: zlib or gzip by their header; plus 16: write gzip.
enum { detect_header = 15 + 32, write_gzip = 15 + 16 };

struct lamina_source {
    FILE *file;
    int inflated, ended;
    z_stream stream;
    unsigned char input[block];
};

int lamina_source_open(const char *path, int64_t offset, int inflated, lamina_source **out) {
    lamina_source *source = calloc(1, sizeof *source);
    if (!source) return LAMINA_BYTES_MEMORY;
    source->file = fopen(path, "rb");
    if (!source->file || fseeko(source->file, offset, SEEK_SET) != 0) {
        int why = errno;
        if (source->file) fclose(source->file);
        free(source);
        errno = why;
        return LAMINA_BYTES_SYSTEM;
    }
    source->inflated = inflated;
    if (inflated && inflateInit2(&source->stream, detect_header) != Z_OK) {
        fclose(source->file);
        free(source);
        return LAMINA_BYTES_MEMORY;
    }
    *out = source;
    return LAMINA_BYTES_OK;
}

// Makes sure there is input; 0 at the end of the file.
static int refill(lamina_source *source) {
    if (source->stream.avail_in > 0) return 1;
    source->stream.next_in = source->input;
    source->stream.avail_in = (uInt)fread(source->input, 1, block, source->file);
    return source->stream.avail_in > 0;
}

static int inflate_some(lamina_source *source, unsigned char *bytes, int64_t count, int64_t *got) {
    *got = 0;
    while (*got < count && !source->ended) {
        if (!refill(source)) return ferror(source->file) ? LAMINA_BYTES_SYSTEM : LAMINA_BYTES_CORRUPT;
        uInt room = count - *got > block * 16 ? block * 16 : (uInt)(count - *got);
        source->stream.next_out = bytes + *got;
        source->stream.avail_out = room;
        int status = inflate(&source->stream, Z_NO_FLUSH);
        *got += room - source->stream.avail_out;
        if (status == Z_STREAM_END) {
            // A gzip file may hold several members (pigz, bgzip); anything else after the end is not ours.
            if (refill(source) && source->stream.next_in[0] == 0x1f) {
                if (inflateReset(&source->stream) != Z_OK) return LAMINA_BYTES_CORRUPT;
            } else {
                source->ended = 1;
            }
        } else if (status != Z_OK) {
            return LAMINA_BYTES_CORRUPT;
        }
    }
    return LAMINA_BYTES_OK;
}

int lamina_source_read(lamina_source *source, void *bytes, int64_t count, int64_t *got) {
    if (source->inflated) return inflate_some(source, bytes, count, got);
    *got = (int64_t)fread(bytes, 1, (size_t)count, source->file);
    return *got < count && ferror(source->file) ? LAMINA_BYTES_SYSTEM : LAMINA_BYTES_OK;
}

void lamina_source_close(lamina_source *source) {
    if (source->inflated) inflateEnd(&source->stream);
    fclose(source->file);
    free(source);
}

struct lamina_sink {
    int descriptor, level;
    z_stream stream;
    unsigned char output[block];
};

int lamina_sink_open(int descriptor, int level, lamina_sink **out) {
    lamina_sink *sink = calloc(1, sizeof *sink);
    if (!sink) return LAMINA_BYTES_MEMORY;
    sink->descriptor = descriptor;
    sink->level = level;
    if (level > 0 && deflateInit2(&sink->stream, level, Z_DEFLATED, write_gzip, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(sink);
        return LAMINA_BYTES_MEMORY;
    }
    *out = sink;
    return LAMINA_BYTES_OK;
}

static int write_all(int descriptor, const unsigned char *bytes, int64_t count) {
    while (count > 0) {
        ssize_t wrote = write(descriptor, bytes, (size_t)count);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return LAMINA_BYTES_SYSTEM;
        bytes += wrote;
        count -= wrote;
    }
    return LAMINA_BYTES_OK;
}

static int deflate_all(lamina_sink *sink, int flush) {
    do {
        sink->stream.next_out = sink->output;
        sink->stream.avail_out = block;
        if (deflate(&sink->stream, flush) == Z_STREAM_ERROR) return LAMINA_BYTES_CORRUPT;
        int status = write_all(sink->descriptor, sink->output, block - sink->stream.avail_out);
        if (status != LAMINA_BYTES_OK) return status;
    } while (sink->stream.avail_out == 0);
    return LAMINA_BYTES_OK;
}

int lamina_sink_write(lamina_sink *sink, const void *bytes, int64_t count) {
    if (sink->level == 0) return write_all(sink->descriptor, bytes, count);
    const unsigned char *next = bytes;
    while (count > 0) {
        uInt piece = count > 1 << 30 ? 1 << 30 : (uInt)count;
        sink->stream.next_in = (unsigned char *)next;
        sink->stream.avail_in = piece;
        int status = deflate_all(sink, Z_NO_FLUSH);
        if (status != LAMINA_BYTES_OK) return status;
        next += piece;
        count -= piece;
    }
    return LAMINA_BYTES_OK;
}

int lamina_sink_close(lamina_sink *sink) {
    int status = LAMINA_BYTES_OK;
    if (sink->level > 0) {
        sink->stream.avail_in = 0;
        status = deflate_all(sink, Z_FINISH);
        deflateEnd(&sink->stream);
    }
    int why = errno;
    free(sink);
    errno = why;
    return status;
}
