#pragma once
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <zmq.h>

// Macros of sums, which Swift does not import.
static const int lamina_zmq_terminated = ETERM;
// ZMQ_ZAP_ENFORCE_DOMAIN, which libzmq 4.3 has but shows only where its drafts are asked for.
static const int lamina_zmq_enforce_domain = 93;

// An event of zmq_socket_monitor, from the bytes of its first part: a 16-bit number and a 32-bit value, unaligned.
static inline int lamina_zmq_event(const void *part) {
    unsigned short number;
    memcpy(&number, part, sizeof number);
    return number;
}
static inline int lamina_zmq_event_value(const void *part) {
    int value;
    memcpy(&value, (const char *)part + 2, sizeof value);
    return value;
}

// The bytes that have come in over a TCP connection since it was made; -1 where the descriptor is none, or the kernel does not say (before Linux 4.1).
// glibc's struct tcp_info ends before that number, and the kernel's own cannot stand beside it: this is the kernel's beginning (linux/tcp.h), which never changes.
static inline long long lamina_tcp_bytes_received(int descriptor) {
    const int tcp_info = 11;
    struct {
        unsigned char before[128];
        unsigned long long bytes_received;
    } info;
    socklen_t size = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, tcp_info, &info, &size) != 0 || size < sizeof info) return -1;
    return (long long)info.bytes_received;
}
