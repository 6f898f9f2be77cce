#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cstring>
#include <memory>
#include <new>

#include "CDicomExportShim.h"
#include "failure.h"

struct lamina_export_source {
    DcmFileFormat file;
};

int32_t lamina_export_source_open(const char *path, lamina_export_source **out, char *message) {
    return lamina_export::guarded(message, [&] {
        auto source = std::make_unique<lamina_export_source>();
        lamina_export::check(source->file.loadFileUntilTag(
            path, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_autoDetect, DCM_PixelData));
        *out = source.release();
    });
}

int64_t lamina_export_source_text(const lamina_export_source *source, uint16_t group, uint16_t element, char *text, int64_t capacity) {
    int64_t size = -1;
    char message[LAMINA_EXPORT_MESSAGE_BYTES];
    lamina_export::guarded(message, [&] {
        OFString value;
        // DCMTK has no constant look-up.
        auto *dataset = const_cast<DcmFileFormat &>(source->file).getDataset();
        if (dataset->findAndGetOFStringArray(DcmTagKey(group, element), value).bad()) return;
        if (capacity > 0) {
            std::strncpy(text, value.c_str(), static_cast<size_t>(capacity) - 1);
            text[capacity - 1] = 0;
        }
        size = static_cast<int64_t>(value.size());
    });
    return size;
}

void lamina_export_source_close(lamina_export_source *source) { delete source; }

const char *lamina_export_dcmtk_version(void) { return PACKAGE_VERSION; }
