#include "gdcm_shim.h"
#include "dicom_structure.h"
#include "frame_header.h"
#include <gdcm-3.0/gdcmBitmap.h>
#include <gdcm-3.0/gdcmReader.h>
#include <gdcm-3.0/gdcmSequenceOfFragments.h>
#include <gdcm-3.0/gdcmSequenceOfItems.h>
#include <gdcm-3.0/gdcmTrace.h>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>

using gdcm::DataSet;
using gdcm::SequenceOfItems;
using gdcm::SmartPointer;
using gdcm::Tag;

struct lamina_dicom {
    gdcm::Reader reader;
    // Parsed once: in implicit files GDCM parses a sequence anew at each look.
    SmartPointer<SequenceOfItems> shared, per_frame;
};

namespace {

const Tag pixel_data(0x7fe0, 0x0010);

void say(char *message, const std::string &text) { snprintf(message, LAMINA_DICOM_MESSAGE_BYTES, "%s", text.c_str()); }

void silence_once() {
    static std::once_flag once;
    std::call_once(once, [] {
        gdcm::Trace::WarningOff();
        gdcm::Trace::ErrorOff();
        gdcm::Trace::DebugOff();
    });
}

/// Where a failed assertion of GDCM in this thread goes on; null outside GDCM.
thread_local jmp_buf *rescue = nullptr;

struct Rescue {
    jmp_buf point;
    jmp_buf *outer = rescue;
    ~Rescue() { rescue = outer; }
};

/// Runs `body`, turning C++ exceptions and failed assertions into a status.
template <typename Body> int guarded(char *message, Body body) {
    Rescue here;
    // A jump leaks what GDCM held at that moment; the file is refused and that is the end of it.
    if (_setjmp(here.point) != 0) {
        say(message, "its structure contradicts itself");
        return LAMINA_DICOM_CORRUPT;
    }
    rescue = &here.point;
    try {
        silence_once();
        return body();
    } catch (const std::bad_alloc &) {
        say(message, "not enough memory");
        return LAMINA_DICOM_MEMORY;
    } catch (const std::exception &error) {
        say(message, error.what());
        return LAMINA_DICOM_CORRUPT;
    } catch (...) {
        say(message, "unknown exception");
        return LAMINA_DICOM_CORRUPT;
    }
}

std::optional<std::string> value(const DataSet &set, const Tag &tag) {
    if (!set.FindDataElement(tag)) return std::nullopt;
    const gdcm::ByteValue *bytes = set.GetDataElement(tag).GetByteValue();
    if (!bytes || bytes->GetLength() == 0) return std::nullopt;
    return std::string(bytes->GetPointer(), bytes->GetLength());
}

/// The value in the data set or in the first items of the sequences right inside it: functional groups are that deep.
std::optional<std::string> value_in_groups(const DataSet &set, const Tag &tag) {
    for (const gdcm::DataElement &element : set.GetDES()) {
        if (element.GetVR() != gdcm::VR::SQ && element.GetVR() != gdcm::VR::INVALID && element.GetVR() != gdcm::VR::UN) continue;
        SmartPointer<SequenceOfItems> items = element.GetValueAsSQ();
        if (!items || items->GetNumberOfItems() == 0) continue;
        if (auto found = value(items->GetItem(1).GetNestedDataSet(), tag)) return found;
    }
    return std::nullopt;
}

std::optional<std::string> frame_value(const lamina_dicom *dicom, int64_t frame, const Tag &tag) {
    if (dicom->per_frame && frame < (int64_t)dicom->per_frame->GetNumberOfItems()) {
        if (auto found = value_in_groups(dicom->per_frame->GetItem(frame + 1).GetNestedDataSet(), tag)) return found;
    }
    if (dicom->shared && dicom->shared->GetNumberOfItems() > 0) {
        if (auto found = value_in_groups(dicom->shared->GetItem(1).GetNestedDataSet(), tag)) return found;
    }
    return std::nullopt;
}

SmartPointer<SequenceOfItems> sequence(const DataSet &set, const Tag &tag) {
    return set.FindDataElement(tag) ? set.GetDataElement(tag).GetValueAsSQ() : SmartPointer<SequenceOfItems>();
}

using Syntax = gdcm::TransferSyntax;

bool frame_fits(const gdcm::ByteValue &bytes, bool is_first, Syntax::TSType syntax, const lamina_dicom_layout &layout) {
    const uint8_t *start = reinterpret_cast<const uint8_t *>(bytes.GetPointer());
    if (syntax == Syntax::RLELossless) return is_rle_header_sound(start, bytes.GetLength(), (uint32_t)layout.bits_allocated / 8);
    auto header = read_jpeg_header(start, bytes.GetLength());
    // A frame may be cut into several fragments, of which the first has the header.
    if (!header) return !is_first;
    return header->columns == layout.columns && header->rows == layout.rows && header->components == 1
           && (int32_t)header->bits <= layout.bits_allocated;
}

/// Whether the pixel data hold what the header declares: all bytes, or frames of the declared size.
bool pixels_fit(const gdcm::DataElement &pixels, Syntax::TSType syntax, const lamina_dicom_layout &layout, int64_t needed) {
    if (const gdcm::ByteValue *plain = pixels.GetByteValue()) return (int64_t)plain->GetLength() >= needed;
    const gdcm::SequenceOfFragments *fragments = pixels.GetSequenceOfFragments();
    if (!fragments || (int64_t)fragments->GetNumberOfFragments() < layout.frames) return false;
    for (unsigned i = 0; i < fragments->GetNumberOfFragments(); i++) {
        const gdcm::ByteValue *bytes = fragments->GetFragment(i).GetByteValue();
        if (!bytes || !frame_fits(*bytes, i == 0, syntax, layout)) return false;
    }
    return true;
}

/// GDCM's image of the pixel data, made from the header that was checked before. Its own image reader decodes every compressed image
/// once while it reads, before anything can be checked, and then again.
void describe(gdcm::Bitmap &image, const gdcm::File &file, const lamina_dicom_layout &layout, const gdcm::DataElement &pixels) {
    image.SetNumberOfDimensions(layout.frames > 1 ? 3 : 2);
    image.SetDimension(0, (unsigned)layout.columns);
    image.SetDimension(1, (unsigned)layout.rows);
    if (layout.frames > 1) image.SetDimension(2, (unsigned)layout.frames);
    image.SetTransferSyntax(file.GetHeader().GetDataSetTransferSyntax());
    image.SetPixelFormat(gdcm::PixelFormat(
        1, (unsigned short)layout.bits_allocated, (unsigned short)layout.bits_stored, (unsigned short)(layout.bits_stored - 1),
        (unsigned short)layout.is_signed));
    image.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
    image.SetDataElement(pixels);
}

/// Decodes an image that was described, and says what its decoder found.
int take_values(const gdcm::Bitmap &image, lamina_dicom_layout *expected, void *values, int64_t capacity, char *message) {
    if ((int64_t)image.GetBufferLength() != capacity || !image.GetBuffer(static_cast<char *>(values))) {
        say(message, "the pixel data cannot be decoded");
        return LAMINA_DICOM_CORRUPT;
    }
    // Some decoders know better than the header, and set the format as they go.
    const gdcm::PixelFormat &format = image.GetPixelFormat();
    if (format.GetBitsAllocated() != expected->bits_allocated || format.GetSamplesPerPixel() != 1) {
        say(message, "the compressed image has another kind of pixel than the header");
        return LAMINA_DICOM_CORRUPT;
    }
    expected->bits_stored = format.GetBitsStored();
    expected->is_signed = format.GetPixelRepresentation() == 1;
    return LAMINA_DICOM_OK;
}

int decode(const char *path, lamina_dicom_layout *expected, void *values, int64_t capacity, char *message) {
    gdcm::Reader reader;
    reader.SetFileName(path);
    if (!reader.Read()) {
        say(message, "the file cannot be read to its end");
        return LAMINA_DICOM_CORRUPT;
    }
    const gdcm::File &file = reader.GetFile();
    if (!file.GetDataSet().FindDataElement(pixel_data)) {
        say(message, "there are no pixel data");
        return LAMINA_DICOM_CORRUPT;
    }
    Syntax::TSType syntax = file.GetHeader().GetDataSetTransferSyntax();
    if (!pixels_fit(file.GetDataSet().GetDataElement(pixel_data), syntax, *expected, capacity)) {
        say(message, "the pixel data do not hold what the header declares");
        return LAMINA_DICOM_CORRUPT;
    }
    gdcm::Bitmap image;
    describe(image, file, *expected, file.GetDataSet().GetDataElement(pixel_data));
    return take_values(image, expected, values, capacity, message);
}

}  // namespace

extern "C" int lamina_dicom_open(const char *path, lamina_dicom **out, char *message) {
    return guarded(message, [&]() -> int {
        dicom_structure structure = examine_dicom(path);
        if (!structure.is_sound) {
            say(message, "an element ends beyond its place; the structure breaks at byte " + std::to_string(structure.broken_at));
            return structure.has_mark ? LAMINA_DICOM_CORRUPT : LAMINA_DICOM_NOT_DICOM;
        }
        auto dicom = std::make_unique<lamina_dicom>();
        dicom->reader.SetFileName(path);
        if (!dicom->reader.ReadUpToTag(pixel_data)) {
            if (structure.has_mark && Syntax::GetTSType(structure.syntax.c_str()) == Syntax::TS_END) {
                say(message, "transfer syntax " + structure.syntax);
                return LAMINA_DICOM_UNSUPPORTED;
            }
            say(message, "the header cannot be read");
            return structure.has_mark ? LAMINA_DICOM_CORRUPT : LAMINA_DICOM_NOT_DICOM;
        }
        const DataSet &set = dicom->reader.GetFile().GetDataSet();
        dicom->shared = sequence(set, Tag(0x5200, 0x9229));
        dicom->per_frame = sequence(set, Tag(0x5200, 0x9230));
        *out = dicom.release();
        return LAMINA_DICOM_OK;
    });
}

extern "C" void lamina_dicom_close(lamina_dicom *dicom) { delete dicom; }

extern "C" void lamina_dicom_transfer_syntax(const lamina_dicom *dicom, char *text, int64_t capacity) {
    const char *uid = dicom->reader.GetFile().GetHeader().GetDataSetTransferSyntax().GetString();
    snprintf(text, capacity, "%s", uid ? uid : "");
}

extern "C" int64_t lamina_dicom_text(
    const lamina_dicom *dicom, int64_t frame, uint16_t group, uint16_t element, char *text, int64_t capacity) {
    char message[LAMINA_DICOM_MESSAGE_BYTES];
    int64_t length = -1;
    int status = guarded(message, [&]() -> int {
        Tag tag(group, element);
        auto found = frame < 0 ? value(dicom->reader.GetFile().GetDataSet(), tag) : frame_value(dicom, frame, tag);
        if (!found) return LAMINA_DICOM_OK;
        size_t last = found->find_last_not_of(std::string(" \0", 2));
        if (last == std::string::npos || (int64_t)last >= capacity) return LAMINA_DICOM_OK;
        length = (int64_t)last + 1;
        memcpy(text, found->data(), length);
        return LAMINA_DICOM_OK;
    });
    return status == LAMINA_DICOM_OK ? length : -1;
}

extern "C" int lamina_dicom_bits16(const lamina_dicom *dicom, uint16_t group, uint16_t element, uint16_t *bits) {
    char message[LAMINA_DICOM_MESSAGE_BYTES];
    bool present = false;
    int status = guarded(message, [&]() -> int {
        auto found = value(dicom->reader.GetFile().GetDataSet(), Tag(group, element));
        present = found && found->size() >= 2;
        if (present) memcpy(bits, found->data(), 2);
        return LAMINA_DICOM_OK;
    });
    return status == LAMINA_DICOM_OK && present;
}

extern "C" int lamina_dicom_decode(
    const char *path, lamina_dicom_layout *expected, void *values, int64_t capacity, char *message) {
    return guarded(message, [&] { return decode(path, expected, values, capacity, message); });
}

extern "C" int lamina_dicom_plain_pixels(const char *path, int64_t *offset, int64_t *bytes, int *is_big_endian, char *message) {
    return guarded(message, [&]() -> int {
        dicom_structure structure = examine_dicom(path);
        *offset = (int64_t)structure.pixels_at;
        *bytes = structure.is_sound ? (int64_t)structure.pixel_bytes : 0;
        *is_big_endian = structure.is_big_endian;
        return LAMINA_DICOM_OK;
    });
}

struct lamina_dicom_pixels {
    gdcm::Reader reader;
};

extern "C" int lamina_dicom_pixels_open(const char *path, const lamina_dicom_layout *expected, lamina_dicom_pixels **out, char *message) {
    return guarded(message, [&]() -> int {
        auto pixels = std::make_unique<lamina_dicom_pixels>();
        pixels->reader.SetFileName(path);
        if (!pixels->reader.Read()) {
            say(message, "the file cannot be read to its end");
            return LAMINA_DICOM_CORRUPT;
        }
        const gdcm::File &file = pixels->reader.GetFile();
        if (!file.GetDataSet().FindDataElement(pixel_data)) {
            say(message, "there are no pixel data");
            return LAMINA_DICOM_CORRUPT;
        }
        const gdcm::DataElement &element = file.GetDataSet().GetDataElement(pixel_data);
        const gdcm::SequenceOfFragments *fragments = element.GetSequenceOfFragments();
        if (!fragments || (int64_t)fragments->GetNumberOfFragments() > expected->frames) {
            say(message, "frames cut into several fragments");
            return LAMINA_DICOM_UNSUPPORTED;
        }
        if (!pixels_fit(element, file.GetHeader().GetDataSetTransferSyntax(), *expected, INT64_MAX)) {
            say(message, "the pixel data do not hold what the header declares");
            return LAMINA_DICOM_CORRUPT;
        }
        *out = pixels.release();
        return LAMINA_DICOM_OK;
    });
}

extern "C" int lamina_dicom_pixels_frame(
    lamina_dicom_pixels *pixels, int64_t frame, lamina_dicom_layout *expected, void *values, int64_t capacity, char *message) {
    return guarded(message, [&]() -> int {
        const gdcm::File &file = pixels->reader.GetFile();
        const gdcm::SequenceOfFragments *all = file.GetDataSet().GetDataElement(pixel_data).GetSequenceOfFragments();
        const gdcm::Fragment &fragment = all->GetFragment((unsigned)frame);
        Syntax::TSType syntax = file.GetHeader().GetDataSetTransferSyntax();
        lamina_dicom_layout single = *expected;
        single.frames = 1;
        // Every frame's own header is looked at: the decoders believe it.
        if (!fragment.GetByteValue() || !frame_fits(*fragment.GetByteValue(), true, syntax, single)) {
            say(message, "a frame's pixel data do not hold what the header declares");
            return LAMINA_DICOM_CORRUPT;
        }
        SmartPointer<gdcm::SequenceOfFragments> one = gdcm::SequenceOfFragments::New();
        one->AddFragment(fragment);
        gdcm::DataElement element(pixel_data);
        element.SetVR(gdcm::VR::OB);
        element.SetValue(*one);
        gdcm::Bitmap image;
        describe(image, file, single, element);
        return take_values(image, expected, values, capacity, message);
    });
}

extern "C" void lamina_dicom_pixels_close(lamina_dicom_pixels *pixels) { delete pixels; }

/// Debian builds GDCM with its assertions on, so that a damaged file would end the process. This definition takes the place of the C
/// library's: inside GDCM it goes back to the shim, elsewhere it does what the C library does.
extern "C" void __assert_fail(const char *assertion, const char *file, unsigned int line, const char *function) noexcept {
    if (rescue) _longjmp(*rescue, 1);
    fprintf(stderr, "%s:%u: %s: Assertion `%s' failed.\n", file, line, function, assertion);
    abort();
}
