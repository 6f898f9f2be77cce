#include "failure.h"

#include <dcmtk/oflog/oflog.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <mutex>
#include <stdexcept>

#include "CDicomExportShim.h"

namespace lamina_export {

void check(const OFCondition &condition) {
    if (condition.bad()) throw std::runtime_error(condition.text());
}

int32_t guarded(char *message, const std::function<void()> &body) {
    static std::once_flag silenced;
    try {
        std::call_once(silenced, [] { OFLog::configure(OFLogger::OFF_LOG_LEVEL); });
        body();
        return 0;
    } catch (const DiskFailure &failure) {
        errno = failure.number;
        return -2;
    } catch (const std::exception &error) {
        std::snprintf(message, LAMINA_EXPORT_MESSAGE_BYTES, "%s", error.what());
    } catch (...) {
        std::snprintf(message, LAMINA_EXPORT_MESSAGE_BYTES, "unknown C++ exception");
    }
    return -1;
}

}  // namespace lamina_export
