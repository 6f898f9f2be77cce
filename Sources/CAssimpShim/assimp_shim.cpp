#include "CAssimpShim.h"

#include <assimp/config.h>
#include <assimp/postprocess.h>
#include <assimp/scene.h>

#include <assimp/Exporter.hpp>
#include <assimp/Importer.hpp>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>

static_assert(sizeof(ai_real) == sizeof(float), "Assimp must be built with single precision");

namespace {

int32_t fail(char *error, size_t capacity, const char *message) {
    if (error && capacity > 0) {
        std::strncpy(error, message && *message ? message : "unknown error", capacity - 1);
        error[capacity - 1] = 0;
    }
    return -1;
}

std::unique_ptr<aiMesh> meshOf(const assimp_shim_part &part) {
    auto mesh = std::make_unique<aiMesh>();
    mesh->mName.Set(part.name);
    mesh->mPrimitiveTypes = aiPrimitiveType_TRIANGLE;
    mesh->mVertices = new aiVector3D[part.vertex_count];
    mesh->mNumVertices = static_cast<unsigned>(part.vertex_count);
    for (size_t i = 0; i < part.vertex_count; i++) {
        const float *p = part.positions + 3 * i;
        mesh->mVertices[i] = aiVector3D(p[0], p[1], p[2]);
    }
    mesh->mFaces = new aiFace[part.triangle_count];
    mesh->mNumFaces = static_cast<unsigned>(part.triangle_count);
    for (size_t i = 0; i < part.triangle_count; i++) {
        const uint32_t *t = part.indices + 3 * i;
        mesh->mFaces[i].mIndices = new unsigned[3]{t[0], t[1], t[2]};
        mesh->mFaces[i].mNumIndices = 3;
    }
    return mesh;
}

// One child of the root for each part: some exporters leave out meshes that hang on the root itself.
std::unique_ptr<aiScene> sceneOf(const assimp_shim_part *parts, size_t count) {
    auto scene = std::make_unique<aiScene>();
    scene->mMaterials = new aiMaterial *[1]{new aiMaterial()};
    scene->mNumMaterials = 1;
    scene->mRootNode = new aiNode("spine");
    scene->mMeshes = new aiMesh *[count]();
    for (size_t i = 0; i < count; i++) {
        scene->mMeshes[i] = meshOf(parts[i]).release();
        scene->mNumMeshes++;
        auto *node = new aiNode(parts[i].name);
        scene->mRootNode->addChildren(1, &node);
        node->mMeshes = new unsigned[1]{static_cast<unsigned>(i)};
        node->mNumMeshes = 1;
    }
    return scene;
}

bool collect(const aiScene &scene, assimp_shim_mesh &out) {
    size_t vertices = 0, triangles = 0;
    for (unsigned m = 0; m < scene.mNumMeshes; m++) {
        vertices += scene.mMeshes[m]->mNumVertices;
        triangles += scene.mMeshes[m]->mNumFaces;
    }
    out.positions = static_cast<float *>(std::malloc(vertices * 3 * sizeof(float) + 1));
    out.indices = static_cast<uint32_t *>(std::malloc(triangles * 3 * sizeof(uint32_t) + 1));
    if (!out.positions || !out.indices) return false;
    for (unsigned m = 0; m < scene.mNumMeshes; m++) {
        const aiMesh &mesh = *scene.mMeshes[m];
        const auto base = static_cast<uint32_t>(out.vertex_count);
        for (unsigned v = 0; v < mesh.mNumVertices; v++) {
            float *p = out.positions + 3 * out.vertex_count++;
            p[0] = mesh.mVertices[v].x;
            p[1] = mesh.mVertices[v].y;
            p[2] = mesh.mVertices[v].z;
        }
        for (unsigned f = 0; f < mesh.mNumFaces; f++) {
            // Points and lines are left over from broken faces.
            if (mesh.mFaces[f].mNumIndices != 3) continue;
            uint32_t *t = out.indices + 3 * out.triangle_count++;
            for (int c = 0; c < 3; c++) t[c] = base + mesh.mFaces[f].mIndices[c];
        }
    }
    return true;
}

}  // namespace

int32_t assimp_shim_export(
    const assimp_shim_part *parts, size_t part_count, const char *format, uint8_t **bytes, size_t *byte_count, char *error,
    size_t error_capacity) {
    *bytes = nullptr;
    *byte_count = 0;
    try {
        auto scene = sceneOf(parts, part_count);
        Assimp::Exporter exporter;
        const aiExportDataBlob *blob = exporter.ExportToBlob(scene.get(), format);
        if (!blob || !blob->data) return fail(error, error_capacity, exporter.GetErrorString());
        *bytes = static_cast<uint8_t *>(std::malloc(blob->size + 1));
        if (!*bytes) return fail(error, error_capacity, "out of memory");
        std::memcpy(*bytes, blob->data, blob->size);
        *byte_count = blob->size;
        return 0;
    } catch (const std::exception &e) {
        return fail(error, error_capacity, e.what());
    } catch (...) {
        return fail(error, error_capacity, "unknown C++ exception");
    }
}

int32_t assimp_shim_import(
    const uint8_t *bytes, size_t byte_count, const char *extension, assimp_shim_mesh *mesh, char *error, size_t error_capacity) {
    std::memset(mesh, 0, sizeof *mesh);
    try {
        Assimp::Importer importer;
        // Only positions and faces, so that joining compares positions alone.
        importer.SetPropertyInteger(
            AI_CONFIG_PP_RVC_FLAGS, aiComponent_NORMALS | aiComponent_TANGENTS_AND_BITANGENTS | aiComponent_COLORS | aiComponent_TEXCOORDS |
                                        aiComponent_BONEWEIGHTS | aiComponent_ANIMATIONS | aiComponent_TEXTURES | aiComponent_LIGHTS |
                                        aiComponent_CAMERAS | aiComponent_MATERIALS);
        const aiScene *scene = importer.ReadFileFromMemory(
            bytes, byte_count,
            aiProcess_Triangulate | aiProcess_RemoveComponent | aiProcess_PreTransformVertices | aiProcess_JoinIdenticalVertices |
                aiProcess_ValidateDataStructure,
            extension);
        if (!scene) return fail(error, error_capacity, importer.GetErrorString());
        if (!collect(*scene, *mesh)) {
            assimp_shim_free_mesh(mesh);
            return fail(error, error_capacity, "out of memory");
        }
        return 0;
    } catch (const std::exception &e) {
        assimp_shim_free_mesh(mesh);
        return fail(error, error_capacity, e.what());
    } catch (...) {
        assimp_shim_free_mesh(mesh);
        return fail(error, error_capacity, "unknown C++ exception");
    }
}

void assimp_shim_free(uint8_t *bytes) { std::free(bytes); }

void assimp_shim_free_mesh(assimp_shim_mesh *mesh) {
    std::free(mesh->positions);
    std::free(mesh->indices);
    std::memset(mesh, 0, sizeof *mesh);
}
