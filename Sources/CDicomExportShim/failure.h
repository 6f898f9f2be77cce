#pragma once
#include <dcmtk/config/osconfig.h>
#include <dcmtk/ofstd/ofcond.h>

#include <cstdint>
#include <functional>

// How DCMTK's conditions and C++ exceptions become a status and a sentence.
namespace lamina_export {

// What the disk answered while a file was written.
struct DiskFailure {
    int number;
};

// Throws where `condition` is bad.
void check(const OFCondition &condition);

// Runs `body`, without DCMTK's log; 0, or -1 with why in `message`, or -2 with errno set.
int32_t guarded(char *message, const std::function<void()> &body);

}  // namespace lamina_export
