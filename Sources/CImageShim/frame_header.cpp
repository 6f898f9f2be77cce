#include "frame_header.h"
#include <algorithm>

namespace {

uint32_t big_endian(const uint8_t *bytes, int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; i++) value = value << 8 | bytes[i];
    return value;
}

/// The SIZ segment of a JPEG 2000 codestream (ISO 15444-1, A.5.1), which follows its first marker; `bytes` starts at SIZ's content.
std::optional<jpeg_header> read_siz(const uint8_t *bytes, size_t size) {
    if (size < 41) return std::nullopt;
    uint32_t right = big_endian(bytes + 4, 4), bottom = big_endian(bytes + 8, 4);
    uint32_t left = big_endian(bytes + 12, 4), top = big_endian(bytes + 16, 4);
    // A component that is sampled more coarsely than the image has another size.
    bool is_full = bytes[39] == 1 && bytes[40] == 1;
    if (right <= left || bottom <= top || !is_full) return std::nullopt;
    return jpeg_header{right - left, bottom - top, big_endian(bytes + 36, 2), (bytes[38] & 0x7fu) + 1};
}

}  // namespace

std::optional<jpeg_header> read_jpeg_header(const uint8_t *bytes, size_t size) {
    // A JPEG 2000 codestream may stand inside a JP2 file's boxes.
    static const uint8_t codestream[] = {0xff, 0x4f, 0xff, 0x51};
    const uint8_t *limit = bytes + std::min<size_t>(size, 1024);
    const uint8_t *start = std::search(bytes, limit, codestream, codestream + 4);
    if (start != limit) return read_siz(start + 4, size - (start + 4 - bytes));

    if (size < 4 || bytes[0] != 0xff || bytes[1] != 0xd8) return std::nullopt;
    size_t at = 2;
    while (at + 4 <= size && bytes[at] == 0xff) {
        uint8_t marker = bytes[at + 1];
        if (marker == 0xff) {  // fill byte
            at += 1;
            continue;
        }
        uint32_t length = big_endian(bytes + at + 2, 2);
        // Start of frame: C0 to CF but for the tables C4, C8 and CC; F7 is that of JPEG-LS.
        bool is_frame = (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) || marker == 0xf7;
        if (is_frame && at + 10 <= size) {
            return jpeg_header{big_endian(bytes + at + 7, 2), big_endian(bytes + at + 5, 2), bytes[at + 9], bytes[at + 4]};
        }
        at += 2 + length;
    }
    return std::nullopt;
}

bool is_rle_header_sound(const uint8_t *bytes, size_t size, uint32_t segments) {
    auto word = [&](size_t n) {
        const uint8_t *w = bytes + 4 * n;
        return uint32_t(w[0]) | uint32_t(w[1]) << 8 | uint32_t(w[2]) << 16 | uint32_t(w[3]) << 24;
    };
    if (size < 64 || word(0) != segments) return false;
    uint32_t last = 63;
    for (uint32_t n = 1; n <= segments; n++) {
        if (word(n) <= last || word(n) >= size) return false;
        last = word(n);
    }
    return true;
}
