#include "nifti_shim.h"
#include <math.h>
#include <nifti/nifti1_io.h>
#include <string.h>

_Static_assert(sizeof(nifti_1_header) == LAMINA_NIFTI_HEADER_BYTES, "the header is packed");

static void store(mat44 m, double out[12]) {
    for (int i = 0; i < 12; i++) out[i] = m.m[i / 4][i % 4];
}

static int host_is_big_endian(void) { return nifti_short_order() == 2; }

// niftilib takes 1 for voxel sizes that are not positive and 0 for what is not a number, and shortens quaternions that are too long.
static int is_qform_sound(const nifti_1_header *header) {
    for (int i = 1; i <= 3; i++)
        if (!(header->pixdim[i] > 0) || !isfinite(header->pixdim[i])) return 0;
    double b = header->quatern_b, c = header->quatern_c, d = header->quatern_d;
    // 0.001 is far above rounding.
    if (!(b * b + c * c + d * d <= 1.001)) return 0;
    return isfinite(header->pixdim[0]) && isfinite(header->qoffset_x) && isfinite(header->qoffset_y) && isfinite(header->qoffset_z);
}

int lamina_nifti_parse(const void *bytes, lamina_nifti_header *out) {
    nifti_1_header header;
    memcpy(&header, bytes, sizeof header);
    int32_t size = header.sizeof_hdr;
    int swapped = size != 348 && size != 540;
    if (swapped) nifti_swap_4bytes(1, &size);
    if (size == 540) return LAMINA_NIFTI_VERSION_2;
    if (size != 348) return LAMINA_NIFTI_NOT_NIFTI;
    if (memcmp(header.magic, "ni1", 4) == 0) return LAMINA_NIFTI_DETACHED;
    if (memcmp(header.magic, "n+1", 4) != 0) return LAMINA_NIFTI_NOT_NIFTI;

    // niftilib mends bad dimensions in silence, so the caller gets them as they are written.
    nifti_1_header native = header;
    if (swapped) swap_nifti_header(&native, 1);
    for (int i = 0; i < 8; i++) out->dimensions[i] = native.dim[i];
    nifti_set_debug_level(0);
    nifti_image *image = nifti_convert_nhdr2nim(header, NULL);
    if (!image) return LAMINA_NIFTI_REJECTED;
    out->datatype = image->datatype;
    out->big_endian = swapped != host_is_big_endian();
    // Written so that NaN is no offset either.
    int is_offset = native.vox_offset >= 0 && native.vox_offset < 1e15f && truncf(native.vox_offset) == native.vox_offset;
    out->data_offset = is_offset ? (int64_t)native.vox_offset : -1;
    out->slope = native.scl_slope;
    out->intercept = native.scl_inter;
    out->qform_code = image->qform_code;
    out->sform_code = image->sform_code;
    out->qform_is_sound = is_qform_sound(&native);
    out->space_units = image->xyz_units;
    store(image->qto_xyz, out->qform);
    store(image->sto_xyz, out->sform);
    nifti_image_free(image);
    return LAMINA_NIFTI_OK;
}

int lamina_nifti_compose(const int64_t size[3], int32_t datatype, const double affine[12], const char *description, void *bytes) {
    int dims[8] = {3, 0, 0, 0, 1, 1, 1, 1};
    for (int i = 0; i < 3; i++) {
        if (size[i] < 1 || size[i] > 32767) return LAMINA_NIFTI_REJECTED;
        dims[i + 1] = (int)size[i];
    }
    nifti_set_debug_level(0);
    nifti_1_header *header = nifti_make_new_header(dims, datatype);
    if (!header) return LAMINA_NIFTI_REJECTED;
    mat44 m = {{{0}}};
    for (int i = 0; i < 12; i++) m.m[i / 4][i % 4] = (float)affine[i];
    m.m[3][3] = 1;
    float qfac;
    nifti_mat44_to_quatern(m, &header->quatern_b, &header->quatern_c, &header->quatern_d, &header->qoffset_x, &header->qoffset_y,
                           &header->qoffset_z, &header->pixdim[1], &header->pixdim[2], &header->pixdim[3], &qfac);
    header->pixdim[0] = qfac;
    header->qform_code = header->sform_code = NIFTI_XFORM_SCANNER_ANAT;
    memcpy(header->srow_x, m.m[0], sizeof header->srow_x);
    memcpy(header->srow_y, m.m[1], sizeof header->srow_y);
    memcpy(header->srow_z, m.m[2], sizeof header->srow_z);
    header->xyzt_units = NIFTI_UNITS_MM;
    header->vox_offset = LAMINA_NIFTI_DATA_OFFSET;
    header->scl_slope = 1;
    strncpy(header->descrip, description, sizeof header->descrip - 1);
    memcpy(header->magic, "n+1", 4);
    memset(bytes, 0, LAMINA_NIFTI_DATA_OFFSET);
    memcpy(bytes, header, sizeof *header);
    free(header);
    return LAMINA_NIFTI_OK;
}
