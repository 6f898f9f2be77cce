#pragma once
#include <string>

/// What the lengths of a file's elements say about the file.
struct dicom_structure {
    bool has_mark;     ///< "DICM" after the preamble
    bool is_sound;     ///< every element ends inside the file and inside what holds it
    size_t broken_at;  ///< the byte where an unsound file's structure breaks
    std::string syntax;  ///< the transfer syntax UID, "" where the file does not say
    size_t pixels_at;    ///< where uncompressed pixel data begin
    size_t pixel_bytes;  ///< how many there are; 0 where there are none or they are compressed
    bool is_big_endian;  ///< whether these are
};

/// Walks the elements of a file, nested ones too, without reading values.
///
/// GDCM takes memory for a value before it reads it, so that a length of 4 GB in a file of 1 kB costs 4 GB and many seconds; and it
/// fills up pixel data that a file cut short lacks. A deflated data set is taken as sound. Throws std::runtime_error for a file that
/// cannot be mapped. Complexity: linear in the number of elements.
dicom_structure examine_dicom(const char *path);
