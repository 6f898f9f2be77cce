#include "dicom_object.h"

#include <dcmtk/dcmiod/cielabutil.h>
#include <dcmtk/dcmiod/iodreferences.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <stdexcept>

#include "failure.h"

namespace lamina_export {

void putAttributes(const lamina_export_object &object, DcmItem &dataset) {
    for (size_t i = 0; i < object.attribute_count; i++) {
        const lamina_export_attribute &attribute = object.attributes[i];
        check(dataset.putAndInsertString(DcmTag(attribute.group, attribute.element), attribute.value));
    }
    check(dataset.putAndInsertString(DCM_SOPInstanceUID, object.instance_uid));
    if (object.is_deidentified) {
        check(dataset.putAndInsertString(DCM_PatientIdentityRemoved, "YES"));
        check(dataset.putAndInsertString(DCM_DeidentificationMethod, "PS3.15 Basic Profile, of all that lamina writes"));
        putCode(dataset, DCM_DeidentificationMethodCodeSequence, "113100", "DCM", "Basic Application Confidentiality Profile");
    }
}

void putCode(DcmItem &dataset, const DcmTag &sequence, const char *code, const char *scheme, const char *meaning) {
    DcmItem *item = nullptr;
    check(dataset.findOrCreateSequenceItem(sequence, item));
    check(item->putAndInsertString(DCM_CodeValue, code));
    check(item->putAndInsertString(DCM_CodingSchemeDesignator, scheme));
    check(item->putAndInsertString(DCM_CodeMeaning, meaning));
}

void putColour(DcmItem &dataset, const double rgb[3]) {
    double lab[3];
    IODCIELabUtil::rgb2DicomLab(lab[0], lab[1], lab[2], rgb[0], rgb[1], rgb[2]);
    Uint16 values[3];
    for (int n = 0; n < 3; n++) values[n] = static_cast<Uint16>(std::lround(lab[n]));
    check(dataset.putAndInsertUint16Array(DCM_RecommendedDisplayCIELabValue, values, 3));
}

void refer(const lamina_export_object &object, IODCommonInstanceReferenceModule &references) {
    IODReferences images;
    for (size_t i = 0; i < object.image_count; i++) {
        const lamina_export_image &image = object.images[i];
        images.add(new IODImageReference("", object.study_uid, object.source_series_uid, image.sop_instance, image.sop_class));
    }
    if (references.addReferences(images, object.study_uid) != object.image_count) {
        throw std::runtime_error("a reference to a source image is refused");
    }
}

void save(DcmFileFormat &file, const char *path) {
    errno = 0;
    OFCondition written =
        file.saveFile(path, EXS_LittleEndianExplicit, EET_ExplicitLength, EGL_recalcGL, EPD_withoutPadding, 0, 0, EWM_createNewMeta);
    // Without a word from the disk it is the object that is refused.
    if (written.bad() && errno == 0) check(written);
    int descriptor = written.good() ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    bool isSynchronized = descriptor >= 0 && fsync(descriptor) == 0;
    int why = errno;
    if (descriptor >= 0) close(descriptor);
    if (!isSynchronized) throw DiskFailure{why ? why : EIO};
}

}  // namespace lamina_export
