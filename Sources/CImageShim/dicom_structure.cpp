#include "dicom_structure.h"
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr uint32_t undefined_length = 0xffffffff;
constexpr int deepest = 32;

/// A file's bytes, read-only.
class Mapping {
public:
    explicit Mapping(const char *path) {
        int descriptor = open(path, O_RDONLY | O_CLOEXEC);
        struct stat status;
        if (descriptor < 0 || fstat(descriptor, &status) != 0) fail(descriptor);
        size = (size_t)status.st_size;
        void *mapped = size > 0 ? mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0) : nullptr;
        if (mapped == MAP_FAILED) fail(descriptor);
        close(descriptor);
        bytes = static_cast<const uint8_t *>(mapped);
    }
    ~Mapping() {
        if (bytes) munmap(const_cast<uint8_t *>(bytes), size);
    }
    Mapping(const Mapping &) = delete;
    const uint8_t *bytes = nullptr;
    size_t size = 0;

private:
    [[noreturn]] static void fail(int descriptor) {
        std::string why = strerror(errno);
        if (descriptor >= 0) close(descriptor);
        throw std::runtime_error(why);
    }
};

struct Element {
    uint16_t group, element;
    char vr[3];
    uint32_t length;
};

class Walker {
public:
    explicit Walker(const Mapping &file) : bytes(file.bytes) {}

    bool is_explicit = true, is_big_endian = false;
    size_t at = 0;
    size_t pixels_at = 0, pixel_bytes = 0;

    /// Elements up to `end`, or up to an item delimiter in an item without length.
    bool elements(size_t end, bool is_open, int depth) {
        while (at < end) {
            if (depth == 0 && only_padding(end)) return true;
            if (depth > 0 && end - at >= 8 && u16(at) == 0xfffe) return close(0xe00d, is_open);
            Element element;
            if (depth > deepest || !header(end, element) || !value(end, element, depth)) return false;
        }
        return !is_open;
    }

    bool header(size_t end, Element &element) {
        if (end - at < 8) return false;
        element = {u16(at), u16(at + 2), {0, 0, 0}, u32(at + 4)};
        size_t head = 8;
        if (is_explicit) {
            memcpy(element.vr, bytes + at + 4, 2);
            element.length = u16(at + 6);
            // PS3.5, 7.1.2: these types of value have a 32-bit length after two spare bytes. An unknown type stops the walk, because GDCM
            // would guess the size of its length.
            if (strstr("OB OD OF OL OV OW SQ SV UC UN UR UT UV", element.vr)) {
                head = 12;
                if (end - at < head) return false;
                element.length = u32(at + 8);
            } else if (!strstr("AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US", element.vr)) {
                return false;
            }
        }
        at += head;
        return true;
    }

private:
    const uint8_t *bytes;

    bool value(size_t end, const Element &element, int depth) {
        bool is_unknown = strcmp(element.vr, "UN") == 0;
        if (element.length == undefined_length) {
            if (element.group == 0x7fe0 && element.element == 0x0010) return items(end, true, depth, true);
            return nested(end, true, depth, is_unknown);
        }
        if (element.length > end - at) return false;
        size_t next = at + element.length;
        if (depth == 0 && element.group == 0x7fe0 && element.element == 0x0010) {
            pixels_at = at;
            pixel_bytes = element.length;
        }
        // Implicit files do not mark sequences, but the first item of one does.
        bool holds_items = element.length >= 8 && u16(at) == 0xfffe && u16(at + 2) == 0xe000;
        bool is_sequence = is_explicit && !is_unknown ? strcmp(element.vr, "SQ") == 0 : holds_items;
        if (is_sequence && !nested(next, false, depth, is_unknown)) return false;
        at = next;
        return true;
    }

    /// The items of a sequence; those of a value of unknown type are implicit (PS3.5, 6.2.2).
    bool nested(size_t end, bool is_open, int depth, bool is_unknown) {
        bool outer = is_explicit;
        if (is_unknown) is_explicit = false;
        bool sound = items(end, is_open, depth, false);
        is_explicit = outer;
        return sound;
    }

    /// Items, or the fragments of compressed pixels, up to `end` or to a sequence delimiter.
    bool items(size_t end, bool is_open, int depth, bool are_fragments) {
        while (at < end) {
            if (end - at < 8 || u16(at) != 0xfffe) return false;
            if (u16(at + 2) != 0xe000) return close(0xe0dd, is_open);
            uint32_t length = u32(at + 4);
            at += 8;
            if (length == undefined_length) {
                if (are_fragments || !elements(end, true, depth + 1)) return false;
                continue;
            }
            if (length > end - at) return false;
            size_t next = at + length;
            if (!are_fragments && !elements(next, false, depth + 1)) return false;
            at = next;
        }
        return !is_open;
    }

    bool close(uint16_t delimiter, bool is_open) {
        bool fits = is_open && u16(at + 2) == delimiter;
        if (fits) at += 8;
        return fits;
    }

    /// Some archives pad files with zeros.
    bool only_padding(size_t end) const {
        for (size_t i = at; i < end; i++) {
            if (bytes[i] != 0) return false;
        }
        return true;
    }

    uint16_t u16(size_t i) const {
        return is_big_endian ? uint16_t(bytes[i] << 8 | bytes[i + 1]) : uint16_t(bytes[i + 1] << 8 | bytes[i]);
    }
    uint32_t u32(size_t i) const {
        return is_big_endian ? uint32_t(u16(i)) << 16 | u16(i + 2) : uint32_t(u16(i + 2)) << 16 | u16(i);
    }
};

/// Walks the file's meta information (always explicit, little-endian); returns the transfer syntax, "" without one.
bool meta_information(const Mapping &file, Walker &walker, std::string &syntax) {
    while (file.size - walker.at >= 8 && file.bytes[walker.at] == 2 && file.bytes[walker.at + 1] == 0) {
        Element element;
        if (!walker.header(file.size, element) || element.length > file.size - walker.at) return false;
        if (element.element == 0x0010) syntax.assign(reinterpret_cast<const char *>(file.bytes + walker.at), element.length);
        walker.at += element.length;
    }
    syntax.erase(syntax.find_last_not_of(std::string(" \0", 2)) + 1);
    return true;
}

bool is_letter(uint8_t byte) { return byte >= 'A' && byte <= 'Z'; }

}  // namespace

dicom_structure examine_dicom(const char *path) {
    Mapping file(path);
    Walker walker(file);
    bool has_mark = file.size >= 132 && memcmp(file.bytes + 128, "DICM", 4) == 0;
    walker.at = has_mark ? 132 : 0;
    std::string syntax;
    bool is_sound = meta_information(file, walker, syntax);
    if (is_sound && syntax != "1.2.840.10008.1.2.1.99") {
        // Some files are implicit whatever they declare. General Electric's own syntax is, with big-endian pixels.
        bool has_types = file.size - walker.at >= 6 && is_letter(file.bytes[walker.at + 4]) && is_letter(file.bytes[walker.at + 5]);
        walker.is_explicit = has_types && syntax != "1.2.840.10008.1.2" && syntax != "1.2.840.113619.5.2";
        walker.is_big_endian = syntax == "1.2.840.10008.1.2.2";
        is_sound = walker.at < file.size && walker.elements(file.size, false, 0);
    }
    // The pixels of General Electric's syntax are big-endian in a little-endian file; GDCM knows what to do.
    if (syntax == "1.2.840.113619.5.2") walker.pixel_bytes = 0;
    return {has_mark, is_sound, walker.at, syntax, walker.pixels_at, walker.pixel_bytes, walker.is_big_endian};
}
