#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

/// What a compressed frame says of itself.
struct jpeg_header {
    uint32_t columns, rows, components, bits;
};

/// The header of a JPEG, JPEG-LS or JPEG 2000 frame; nothing where there is none in its first kilobytes.
///
/// GDCM decodes a frame at the frame's own size into memory made for the size in the file's header, so these must agree first.
std::optional<jpeg_header> read_jpeg_header(const uint8_t *bytes, size_t size);

/// Whether an RLE frame (PS3.5, annex G) has `segments` segments that lie one after the other inside its `size` bytes.
bool is_rle_header_sound(const uint8_t *bytes, size_t size, uint32_t segments);
