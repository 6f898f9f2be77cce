#pragma once
#include <stddef.h>
#include <stdint.h>

// What is used of OpenVINO's C API, declared here so that its headers are not needed. Checked against the headers in the packages 2026.0.0 and
// 2026.4.1, between which none of it differs. The number of F32 has changed before (5 until 2024), so other years are refused.

typedef int32_t ov_status;
enum { OV_ELEMENT_F32 = 4 };

typedef struct {
    const char *build_number;
    const char *description;
} ov_version;
typedef struct {
    int64_t rank;
    int64_t *dims;
} ov_shape;
typedef struct {
    int64_t min, max;
} ov_dimension;
typedef struct {
    ov_dimension rank;
    ov_dimension *dims;
} ov_partial_shape;
typedef struct ov_core ov_core;
typedef struct ov_model ov_model;
typedef struct ov_compiled_model ov_compiled_model;
typedef struct ov_infer_request ov_infer_request;
typedef struct ov_tensor ov_tensor;
typedef struct ov_output_const_port ov_port;

// X(result, name, parameters)
#define OV_FUNCTIONS(X)                                                                                                                     \
    X(const char *, ov_get_last_err_msg, (void))                                                                                            \
    X(void, ov_free, (const char *))                                                                                                        \
    X(ov_status, ov_get_openvino_version, (ov_version *))                                                                                   \
    X(void, ov_version_free, (ov_version *))                                                                                                \
    X(ov_status, ov_core_create, (ov_core **))                                                                                              \
    X(void, ov_core_free, (ov_core *))                                                                                                      \
    X(ov_status, ov_core_read_model_from_memory_buffer, (const ov_core *, const char *, size_t, const ov_tensor *, ov_model **))            \
    X(ov_status, ov_core_compile_model, (const ov_core *, const ov_model *, const char *, size_t, ov_compiled_model **, ...))               \
    X(void, ov_model_free, (ov_model *))                                                                                                    \
    X(ov_status, ov_model_inputs_size, (const ov_model *, size_t *))                                                                        \
    X(ov_status, ov_model_reshape_single_input, (const ov_model *, ov_partial_shape))                                                       \
    X(ov_status, ov_partial_shape_create_static, (int64_t, const int64_t *, ov_partial_shape *))                                            \
    X(void, ov_partial_shape_free, (ov_partial_shape *))                                                                                    \
    X(ov_status, ov_shape_free, (ov_shape *))                                                                                               \
    X(ov_status, ov_compiled_model_input_by_index, (const ov_compiled_model *, size_t, ov_port **))                                         \
    X(ov_status, ov_compiled_model_outputs_size, (const ov_compiled_model *, size_t *))                                                     \
    X(ov_status, ov_compiled_model_output_by_index, (const ov_compiled_model *, size_t, ov_port **))                                        \
    X(ov_status, ov_compiled_model_create_infer_request, (const ov_compiled_model *, ov_infer_request **))                                  \
    X(ov_status, ov_compiled_model_get_property, (const ov_compiled_model *, const char *, char **))                                         \
    X(void, ov_compiled_model_free, (ov_compiled_model *))                                                                                  \
    X(ov_status, ov_const_port_get_shape, (const ov_port *, ov_shape *))                                                                    \
    X(ov_status, ov_port_get_any_name, (const ov_port *, char **))                                                                          \
    X(ov_status, ov_port_get_element_type, (const ov_port *, int32_t *))                                                                    \
    X(void, ov_output_const_port_free, (ov_port *))                                                                                         \
    X(ov_status, ov_infer_request_get_input_tensor_by_index, (const ov_infer_request *, size_t, ov_tensor **))                              \
    X(ov_status, ov_infer_request_get_output_tensor_by_index, (const ov_infer_request *, size_t, ov_tensor **))                             \
    X(ov_status, ov_infer_request_infer, (ov_infer_request *))                                                                              \
    X(void, ov_infer_request_free, (ov_infer_request *))                                                                                    \
    X(ov_status, ov_tensor_get_size, (const ov_tensor *, size_t *))                                                                         \
    X(ov_status, ov_tensor_data, (const ov_tensor *, void **))                                                                              \
    X(void, ov_tensor_free, (ov_tensor *))

typedef struct {
#define OV_MEMBER(result, name, parameters) result(*name) parameters;
    OV_FUNCTIONS(OV_MEMBER)
#undef OV_MEMBER
} ov_functions;
