#pragma once
#include <errno.h>
#include <zmq.h>

// Macros of sums, which Swift does not import.
static const int lamina_zmq_terminated = ETERM;
