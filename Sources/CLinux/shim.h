// Linux calls that Swift's Glibc module leaves out.
#pragma once
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

// renameat2(2) with a flag such as RENAME_EXCHANGE: 0, or -1 with errno set.
static inline int lamina_rename(const char *from, const char *to, unsigned int flags) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}
static const unsigned int lamina_rename_exchange = RENAME_EXCHANGE;
