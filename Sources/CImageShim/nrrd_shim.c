#include "nrrd_shim.h"
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <teem/nrrd.h>

_Static_assert((int)LAMINA_NRRD_INT8 == nrrdTypeChar && (int)LAMINA_NRRD_DOUBLE == nrrdTypeDouble, "same types");
_Static_assert((int)LAMINA_NRRD_RAS == nrrdSpaceRightAnteriorSuperior && (int)LAMINA_NRRD_LPS == nrrdSpaceLeftPosteriorSuperior
                   && (int)LAMINA_NRRD_LAS == nrrdSpaceLeftAnteriorSuperior, "same spaces");

// teem collects its error messages in one global list.
static pthread_mutex_t teem = PTHREAD_MUTEX_INITIALIZER;

static double millimetres(const char *unit) {
    if (!unit || !*unit || strcmp(unit, "mm") == 0 || strcmp(unit, "millimeter") == 0 || strcmp(unit, "millimetre") == 0) return 1;
    if (strcmp(unit, "cm") == 0) return 10;
    if (strcmp(unit, "m") == 0) return 1000;
    if (strcmp(unit, "um") == 0 || strcmp(unit, "micron") == 0) return 1e-3;
    return NAN;
}

static void copy(const Nrrd *nrrd, const NrrdIoState *io, lamina_nrrd_header *out) {
    memset(out, 0, sizeof *out);
    out->dimension = (int32_t)nrrd->dim;
    out->type = nrrd->type;
    out->space = nrrd->space;
    out->encoding = io->encoding == nrrdEncodingRaw     ? LAMINA_NRRD_RAW
                    : io->encoding == nrrdEncodingAscii ? LAMINA_NRRD_ASCII
                    : io->encoding == nrrdEncodingGzip  ? LAMINA_NRRD_GZIP
                                                        : LAMINA_NRRD_OTHER;
    out->big_endian = io->endian == airEndianBig;
    for (unsigned i = 0; i < 4 && i < nrrd->dim; i++) {
        const NrrdAxisInfo *axis = nrrd->axis + i;
        out->size[i] = (int64_t)axis->size;
        out->oriented[i] = 1;
        for (int j = 0; j < 3; j++) {
            out->direction[i][j] = axis->spaceDirection[j];
            if (!isfinite(axis->spaceDirection[j])) out->oriented[i] = 0;
        }
    }
    for (int j = 0; j < 3; j++) {
        out->origin[j] = nrrd->spaceOrigin[j];
        out->millimetres_per_unit[j] = millimetres(nrrd->spaceUnits[j]);
    }
    out->line_skip = io->lineSkip;
    out->byte_skip = io->byteSkip;
    snprintf(out->space_name, sizeof out->space_name, "%s", nrrd->space ? airEnumStr(nrrdSpace, nrrd->space) : "none");
}

int lamina_nrrd_parse(const char *text, lamina_nrrd_header *out, char *message, int64_t message_size) {
    pthread_mutex_lock(&teem);
    Nrrd *nrrd = nrrdNew();
    NrrdIoState *io = nrrdIoStateNew();
    int status = LAMINA_NRRD_MEMORY;
    if (nrrd && io) {
        nrrdIoStateSet(io, nrrdIoStateSkipData, AIR_TRUE);
        if (nrrdStringRead(nrrd, text, io)) {
            status = LAMINA_NRRD_REJECTED;
            char *why = biffGetDone(NRRD);
            snprintf(message, (size_t)message_size, "%s", why ? why : "no reason given");
            free(why);
        } else {
            status = LAMINA_NRRD_OK;
            copy(nrrd, io, out);
        }
    }
    if (io) nrrdIoStateNix(io);
    if (nrrd) nrrdNuke(nrrd);
    pthread_mutex_unlock(&teem);
    return status;
}
