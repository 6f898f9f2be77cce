#pragma once
#include <stddef.h>
#include <stdint.h>

// Meshes to and from the bytes of a file, through Assimp. No paths: the caller reads and writes files.
// Every function returns 0, or -1 with a sentence in `error`. Positions are x, y, z; triangles are three indices.

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const char *name;
    const float *positions;
    size_t vertex_count;
    const uint32_t *indices;
    size_t triangle_count;
} assimp_shim_part;

/// format: Assimp's export id ("stlb", "plyb", "objnomtl", "glb2"). Free `*bytes` with assimp_shim_free.
int32_t assimp_shim_export(
    const assimp_shim_part *parts, size_t part_count, const char *format, uint8_t **bytes, size_t *byte_count, char *error,
    size_t error_capacity);

typedef struct {
    float *positions;
    size_t vertex_count;
    uint32_t *indices;
    size_t triangle_count;
} assimp_shim_mesh;

/// All parts of a file as one mesh, node transforms applied; vertices at the same position are one. `extension` says the format ("stl").
/// Free with assimp_shim_free_mesh.
int32_t assimp_shim_import(
    const uint8_t *bytes, size_t byte_count, const char *extension, assimp_shim_mesh *mesh, char *error, size_t error_capacity);

void assimp_shim_free(uint8_t *bytes);
void assimp_shim_free_mesh(assimp_shim_mesh *mesh);

#ifdef __cplusplus
}
#endif
