#pragma once
#include <stddef.h>
#include <stdint.h>

// Neural networks on the CPU through OpenVINO's C library, which is opened at run time: nothing of it is needed to build.
// Functions return an `inference_shim_status`, with a sentence in `error` unless it is `ok`. Shapes are outermost dimension first; data are
// 32-bit floats, the last dimension densest. Nothing here may be called from two threads at once on the same object.

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    inference_shim_ok = 0,
    /// The file is not a library that can be loaded here, or lacks a function that is needed.
    inference_shim_cannot_open,
    /// It is OpenVINO, of a release whose functions were not checked against the declarations here.
    inference_shim_other_release,
    /// The bytes are not a network that OpenVINO can read.
    inference_shim_bad_model,
    /// A network of more than one input, or with data that are not 32-bit floats.
    inference_shim_unsupported_model,
    /// The network cannot take an input of this shape.
    inference_shim_bad_shape,
    inference_shim_out_of_memory,
    inference_shim_failed,
} inference_shim_status;

enum { inference_shim_name_capacity = 256, inference_shim_largest_rank = 8 };

typedef struct inference_shim_engine inference_shim_engine;
typedef struct inference_shim_network inference_shim_network;

typedef struct {
    char name[inference_shim_name_capacity];
    size_t rank;
    int64_t shape[inference_shim_largest_rank];
} inference_shim_port;

/// Opens the library and says its release ("2026.4.1-22982-..."), also when that is refused. The library stays loaded for the life of the
/// process, since threads of its own may still run in it.
inference_shim_status inference_shim_open(
    const char *path, inference_shim_engine **engine, char *release, size_t release_capacity, char *error, size_t error_capacity);
void inference_shim_close(inference_shim_engine *engine);

/// Reads an ONNX network from its bytes, fixes the shape of its input, and compiles it for `threads` threads. The bytes may go afterwards.
inference_shim_status inference_shim_load(
    inference_shim_engine *engine, const char *bytes, size_t byte_count, const int64_t *shape, size_t rank, int32_t threads,
    inference_shim_network **network, char *error, size_t error_capacity);
void inference_shim_unload(inference_shim_network *network);

const inference_shim_port *inference_shim_input(const inference_shim_network *network);
/// How many threads really compute: OpenVINO uses no more than there are processor cores.
int32_t inference_shim_thread_count(const inference_shim_network *network);
size_t inference_shim_output_count(const inference_shim_network *network);
const inference_shim_port *inference_shim_output(const inference_shim_network *network, size_t index);

/// Computes. `input` has as many values as the input's shape says. On success `outputs[i]` are the values of output i, which live until the next
/// run or unload.
inference_shim_status inference_shim_run(
    inference_shim_network *network, const float *input, size_t count, const float **outputs, size_t output_capacity, char *error,
    size_t error_capacity);

#ifdef __cplusplus
}
#endif
