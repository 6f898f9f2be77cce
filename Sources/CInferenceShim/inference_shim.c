#include "CInferenceShim.h"
#include "openvino_functions.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct inference_shim_engine {
    ov_functions ov;
    ov_core *core;
};

struct inference_shim_network {
    ov_functions ov;
    ov_compiled_model *compiled;
    ov_infer_request *request;
    int32_t thread_count;
    inference_shim_port input;
    inference_shim_port *outputs;
    size_t output_count;
};

typedef struct {
    char *text;
    size_t capacity;
} message;

static inference_shim_status fail(message error, inference_shim_status status, const char *text) {
    snprintf(error.text, error.capacity, "%s", text);
    return status;
}

static inference_shim_status out_of_memory(message error) { return fail(error, inference_shim_out_of_memory, "out of memory"); }

/// `status`, with what the library says about its last call as the text; out of memory if that is what it says.
static inference_shim_status engine_failure(const ov_functions *ov, message error, inference_shim_status status) {
    const char *text = ov->ov_get_last_err_msg();
    fail(error, status, text ? text : "OpenVINO gives no reason");
    if (text && (strstr(text, "bad_alloc") || strstr(text, "out of memory"))) status = inference_shim_out_of_memory;
    if (text) ov->ov_free(text);
    return status;
}

// MARK: The library

static inference_shim_status find_functions(void *library, ov_functions *ov, message error) {
#define OV_FIND(result, name, parameters)                                                                                                   \
    *(void **)&ov->name = dlsym(library, #name);                                                                                            \
    if (!ov->name) return fail(error, inference_shim_cannot_open, "it has no function " #name);
    OV_FUNCTIONS(OV_FIND)
#undef OV_FIND
    return inference_shim_ok;
}

static inference_shim_status check_release(const ov_functions *ov, char *release, size_t capacity, message error) {
    ov_version version = {0};
    if (ov->ov_get_openvino_version(&version) != 0 || !version.build_number) return engine_failure(ov, error, inference_shim_cannot_open);
    snprintf(release, capacity, "%s", version.build_number);
    ov->ov_version_free(&version);
    if (strncmp(release, "2026.", 5) != 0) return fail(error, inference_shim_other_release, "OpenVINO 2026 is needed");
    return inference_shim_ok;
}

inference_shim_status inference_shim_open(
    const char *path, inference_shim_engine **engine, char *release, size_t release_capacity, char *error_text, size_t error_capacity) {
    message error = {error_text, error_capacity};
    // Its sibling libraries are found by its own run path. Local, so that no symbol of it meets one of ours.
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        return fail(error, inference_shim_cannot_open, reason ? reason : "it cannot be loaded");
    }
    inference_shim_engine *made = calloc(1, sizeof *made);
    if (!made) return out_of_memory(error);
    inference_shim_status status = find_functions(library, &made->ov, error);
    if (status == inference_shim_ok) status = check_release(&made->ov, release, release_capacity, error);
    if (status == inference_shim_ok && made->ov.ov_core_create(&made->core) != 0) status = engine_failure(&made->ov, error, inference_shim_failed);
    if (status != inference_shim_ok) {
        free(made);
        return status;
    }
    *engine = made;
    return inference_shim_ok;
}

void inference_shim_close(inference_shim_engine *engine) {
    if (!engine) return;
    engine->ov.ov_core_free(engine->core);
    free(engine);
}

// MARK: Loading

static inference_shim_status read_model(
    const inference_shim_engine *engine, const char *bytes, size_t byte_count, const int64_t *shape, size_t rank, ov_model **model, message error) {
    const ov_functions *ov = &engine->ov;
    if (ov->ov_core_read_model_from_memory_buffer(engine->core, bytes, byte_count, NULL, model) != 0)
        return engine_failure(ov, error, inference_shim_bad_model);
    size_t inputs = 0;
    if (ov->ov_model_inputs_size(*model, &inputs) != 0) return engine_failure(ov, error, inference_shim_bad_model);
    if (inputs != 1) {
        snprintf(error.text, error.capacity, "it has %zu inputs, and one is needed", inputs);
        return inference_shim_unsupported_model;
    }
    ov_partial_shape fixed = {0};
    if (ov->ov_partial_shape_create_static((int64_t)rank, shape, &fixed) != 0) return engine_failure(ov, error, inference_shim_bad_shape);
    inference_shim_status status = inference_shim_ok;
    if (ov->ov_model_reshape_single_input(*model, fixed) != 0) status = engine_failure(ov, error, inference_shim_bad_shape);
    ov->ov_partial_shape_free(&fixed);
    return status;
}

/// Name and shape of an input or output. Takes the port.
static inference_shim_status describe(const ov_functions *ov, ov_port *port, inference_shim_port *description, message error) {
    inference_shim_status status = inference_shim_ok;
    int32_t element = 0;
    ov_shape shape = {0};
    char *name = NULL;
    // A port that has no name keeps the empty one.
    if (ov->ov_port_get_any_name(port, &name) == 0 && name) snprintf(description->name, sizeof description->name, "%s", name);
    if (ov->ov_port_get_element_type(port, &element) != 0 || ov->ov_const_port_get_shape(port, &shape) != 0) {
        status = engine_failure(ov, error, inference_shim_unsupported_model);
    } else if (element != OV_ELEMENT_F32) {
        snprintf(error.text, error.capacity, "'%s' does not hold 32-bit floats", description->name);
        status = inference_shim_unsupported_model;
    } else if (shape.rank < 0 || shape.rank > inference_shim_largest_rank) {
        snprintf(error.text, error.capacity, "'%s' has %lld dimensions", description->name, (long long)shape.rank);
        status = inference_shim_unsupported_model;
    } else {
        description->rank = (size_t)shape.rank;
        for (size_t i = 0; i < description->rank; i++) description->shape[i] = shape.dims[i];
    }
    if (name) ov->ov_free(name);
    if (shape.dims) ov->ov_shape_free(&shape);
    ov->ov_output_const_port_free(port);
    return status;
}

static inference_shim_status describe_all(inference_shim_network *network, message error) {
    const ov_functions *ov = &network->ov;
    ov_port *port = NULL;
    if (ov->ov_compiled_model_input_by_index(network->compiled, 0, &port) != 0) return engine_failure(ov, error, inference_shim_failed);
    inference_shim_status status = describe(ov, port, &network->input, error);
    if (status != inference_shim_ok) return status;
    if (ov->ov_compiled_model_outputs_size(network->compiled, &network->output_count) != 0) return engine_failure(ov, error, inference_shim_failed);
    network->outputs = calloc(network->output_count ? network->output_count : 1, sizeof *network->outputs);
    if (!network->outputs) return out_of_memory(error);
    for (size_t i = 0; i < network->output_count; i++) {
        if (ov->ov_compiled_model_output_by_index(network->compiled, i, &port) != 0) return engine_failure(ov, error, inference_shim_failed);
        status = describe(ov, port, &network->outputs[i], error);
        if (status != inference_shim_ok) return status;
    }
    return inference_shim_ok;
}

static inference_shim_status compile(
    const inference_shim_engine *engine, const ov_model *model, int32_t threads, inference_shim_network *network, message error) {
    const ov_functions *ov = &engine->ov;
    char thread_count[16];
    snprintf(thread_count, sizeof thread_count, "%d", (int)threads);
    // Pinned, all threads may land on one core where the machine is a slice of a larger one. Without the precision hint, some processors
    // compute in 16 bits. No cache folder is set, so nothing is written to disk.
    if (ov->ov_core_compile_model(
            engine->core, model, "CPU", 8, &network->compiled, "INFERENCE_NUM_THREADS", thread_count, "PERFORMANCE_HINT", "LATENCY",
            "ENABLE_CPU_PINNING", "NO", "INFERENCE_PRECISION_HINT", "f32") != 0)
        return engine_failure(ov, error, inference_shim_failed);
    char *used = NULL;
    if (ov->ov_compiled_model_get_property(network->compiled, "INFERENCE_NUM_THREADS", &used) != 0 || !used)
        return engine_failure(ov, error, inference_shim_failed);
    network->thread_count = atoi(used);
    ov->ov_free(used);
    inference_shim_status status = describe_all(network, error);
    if (status != inference_shim_ok) return status;
    if (ov->ov_compiled_model_create_infer_request(network->compiled, &network->request) != 0)
        return engine_failure(ov, error, inference_shim_failed);
    return inference_shim_ok;
}

inference_shim_status inference_shim_load(
    inference_shim_engine *engine, const char *bytes, size_t byte_count, const int64_t *shape, size_t rank, int32_t threads,
    inference_shim_network **network, char *error_text, size_t error_capacity) {
    message error = {error_text, error_capacity};
    inference_shim_network *made = calloc(1, sizeof *made);
    if (!made) return out_of_memory(error);
    made->ov = engine->ov;
    ov_model *model = NULL;
    inference_shim_status status = read_model(engine, bytes, byte_count, shape, rank, &model, error);
    if (status == inference_shim_ok) status = compile(engine, model, threads, made, error);
    if (model) engine->ov.ov_model_free(model);
    if (status != inference_shim_ok) {
        inference_shim_unload(made);
        return status;
    }
    *network = made;
    return inference_shim_ok;
}

void inference_shim_unload(inference_shim_network *network) {
    if (!network) return;
    if (network->request) network->ov.ov_infer_request_free(network->request);
    if (network->compiled) network->ov.ov_compiled_model_free(network->compiled);
    free(network->outputs);
    free(network);
}

const inference_shim_port *inference_shim_input(const inference_shim_network *network) { return &network->input; }

int32_t inference_shim_thread_count(const inference_shim_network *network) { return network->thread_count; }

size_t inference_shim_output_count(const inference_shim_network *network) { return network->output_count; }

const inference_shim_port *inference_shim_output(const inference_shim_network *network, size_t index) {
    return index < network->output_count ? &network->outputs[index] : NULL;
}

// MARK: Running

static size_t value_count(const inference_shim_port *port) {
    size_t count = 1;
    for (size_t i = 0; i < port->rank; i++) count *= (size_t)port->shape[i];
    return count;
}

/// The values of a tensor that the request owns, so that they outlive the handle. Takes the tensor.
static inference_shim_status values_of(
    const ov_functions *ov, ov_tensor *tensor, const inference_shim_port *port, float **values, message error) {
    size_t count = 0;
    void *data = NULL;
    inference_shim_status status = inference_shim_ok;
    if (ov->ov_tensor_get_size(tensor, &count) != 0 || ov->ov_tensor_data(tensor, &data) != 0)
        status = engine_failure(ov, error, inference_shim_failed);
    else if (count != value_count(port))
        status = fail(error, inference_shim_failed, "OpenVINO made a tensor of another size than it said");
    ov->ov_tensor_free(tensor);
    *values = data;
    return status;
}

inference_shim_status inference_shim_run(
    inference_shim_network *network, const float *input, size_t count, const float **outputs, size_t output_capacity, char *error_text,
    size_t error_capacity) {
    message error = {error_text, error_capacity};
    const ov_functions *ov = &network->ov;
    if (count != value_count(&network->input) || output_capacity < network->output_count)
        return fail(error, inference_shim_failed, "called with buffers of the wrong size");
    // The input is copied into the request's own aligned memory: no pointer of the caller's stays behind, and where the caller's lies cannot matter.
    ov_tensor *tensor = NULL;
    float *values = NULL;
    if (ov->ov_infer_request_get_input_tensor_by_index(network->request, 0, &tensor) != 0) return engine_failure(ov, error, inference_shim_failed);
    inference_shim_status status = values_of(ov, tensor, &network->input, &values, error);
    if (status != inference_shim_ok) return status;
    memcpy(values, input, count * sizeof *input);
    if (ov->ov_infer_request_infer(network->request) != 0) return engine_failure(ov, error, inference_shim_failed);
    for (size_t i = 0; i < network->output_count; i++) {
        if (ov->ov_infer_request_get_output_tensor_by_index(network->request, i, &tensor) != 0)
            return engine_failure(ov, error, inference_shim_failed);
        status = values_of(ov, tensor, &network->outputs[i], &values, error);
        if (status != inference_shim_ok) return status;
        outputs[i] = values;
    }
    return inference_shim_ok;
}
