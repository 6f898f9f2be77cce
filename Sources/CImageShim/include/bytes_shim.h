#pragma once
#include <stdint.h>

// Streams of bytes out of and into files, plain or compressed with zlib. Nothing is printed; nothing is kept after close.

#ifdef __cplusplus
extern "C" {
#endif

enum lamina_bytes_status {
    LAMINA_BYTES_OK = 0,
    LAMINA_BYTES_SYSTEM = 1,   // errno says why
    LAMINA_BYTES_CORRUPT = 2,  // the compressed stream is damaged
    LAMINA_BYTES_MEMORY = 3,
};

typedef struct lamina_source lamina_source;
typedef struct lamina_sink lamina_sink;

// Opens `path` at byte `offset`. With `inflated`, a zlib or gzip stream (also of several gzip members) starts there.
int lamina_source_open(const char *path, int64_t offset, int inflated, lamina_source **out);
// Reads up to `count` bytes into `bytes`; `got` is smaller only where the data ends. A damaged or cut stream is CORRUPT.
int lamina_source_read(lamina_source *source, void *bytes, int64_t count, int64_t *got);
void lamina_source_close(lamina_source *source);

// Writes to the open file `descriptor`, which stays open. Level 0 writes as is, 1 to 9 a gzip stream without name and time.
int lamina_sink_open(int descriptor, int level, lamina_sink **out);
int lamina_sink_write(lamina_sink *sink, const void *bytes, int64_t count);
// Ends the stream and frees the sink, whatever happens.
int lamina_sink_close(lamina_sink *sink);

#ifdef __cplusplus
}
#endif
