#pragma once
#include <stddef.h>
#include <stdint.h>

// DICOM objects made of a planned case, through DCMTK. C++ exceptions end here, and nothing is printed. Every function returns 0; -1 with a sentence in
// `message`, which has room for LAMINA_EXPORT_MESSAGE_BYTES; or -2 where the disk refused, with errno set.

#ifdef __cplusplus
extern "C" {
#endif

enum { LAMINA_EXPORT_MESSAGE_BYTES = 256 };

typedef struct lamina_export_source lamina_export_source;

// Reads a DICOM file up to its pixels. Close the handle with lamina_export_source_close.
int32_t lamina_export_source_open(const char *path, lamina_export_source **out, char *message);
// Copies an attribute's text as it stands in the file, whatever its character set; returns its length, or -1 where it is absent.
int64_t lamina_export_source_text(const lamina_export_source *source, uint16_t group, uint16_t element, char *text, int64_t capacity);
void lamina_export_source_close(lamina_export_source *source);

typedef struct {
    uint16_t group, element;
    const char *value;  // "" writes it empty
} lamina_export_attribute;

typedef struct {
    const char *sop_class, *sop_instance;
    double position[3];  // of its first pixel, LPS mm; NaN where it is no single slice
} lamina_export_image;

// What both kinds of objects have. Attributes hold patient, study, frame of reference, series and instance, identifiers too: nothing else comes from the
// source.
typedef struct {
    const lamina_export_attribute *attributes;
    size_t attribute_count;
    const char *study_uid, *source_series_uid, *instance_uid;
    const lamina_export_image *images;
    size_t image_count;
    const char *manufacturer, *model, *serial_number, *software_version;
    int32_t is_deidentified;
} lamina_export_object;

typedef struct {
    const char *name, *code, *meaning;  // SNOMED CT
    uint8_t label;
    double rgb[3];  // sRGB, 0 to 1
} lamina_export_segment;

typedef struct {
    int32_t size[3];
    double spacing[3], origin[3];       // mm, LPS
    double axes[3][3];                  // LPS directions of growing i, j and k
    const uint8_t *labels;              // i fastest
    const char *dimension_uid;
    const char *category_code, *category_meaning;
    const char *algorithm;
    int32_t is_automatic;
} lamina_export_labels;

// Writes a DICOM Segmentation, binary, a frame for each slice that a segment is in.
int32_t lamina_export_segmentation(
    const char *path, const lamina_export_object *object, const lamina_export_labels *labels, const lamina_export_segment *segments,
    size_t segment_count, char *message);

// Writes an Encapsulated STL in millimetres.
int32_t lamina_export_stl(
    const char *path, const lamina_export_object *object, const uint8_t *stl, size_t byte_count, const double rgb[3], char *message);

const char *lamina_export_dcmtk_version(void);

#ifdef __cplusplus
}
#endif
